import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProxy } from './proxy.ts';

const access = { name: 'a', context: 'prod', kubeconfig: '/k' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcx-proxy-'));
  vi.stubEnv('TMPDIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** In kubectl's place, a script. */
async function kubectlIs(script: string): Promise<void> {
  const bin = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(bin, 'kubectl'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'kubectl'), 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`);
}

const serving = `for last; do :; done
echo "Starting to serve on $(echo "$last" | cut -d= -f2)"`;

test('it serves in a folder that only its user may enter, and leaves nothing', async () => {
  await kubectlIs(`${serving}\nexec sleep 60`);
  const proxy = await openProxy(access);
  expect((await stat(dirname(proxy.socket))).mode & 0o777).toBe(0o700);
  expect(dirname(dirname(proxy.socket))).toBe(folder);
  await proxy.close();
  expect((await readdir(folder)).filter((name) => name.startsWith('tmp.'))).toEqual([]);
});

test('a context that there is not is told as kubectl tells it', async () => {
  await kubectlIs('echo "error: context \\"prod\\" does not exist" >&2; exit 1');
  await expect(openProxy(access)).rejects.toMatchObject({
    code: 'kube-context-unknown',
    exitCode: 2,
    command: 'kubectl --kubeconfig /k config get-contexts',
  });
});

test('no kubectl', async () => {
  await kubectlIs('exit 127');
  await expect(openProxy(access)).rejects.toMatchObject({ code: 'kubectl-missing', exitCode: 3 });
});
