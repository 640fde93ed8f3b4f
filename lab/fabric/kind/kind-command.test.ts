import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requireEngine, requireNodeImage } from './kind-command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fake-docker-'));
  // Nothing else is on this PATH: what a shell itself can do is all that the script may ask for.
  vi.stubEnv('PATH', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function docker(script: string): void {
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'docker'), 0o755);
}

describe('an engine', () => {
  test('that answers is all that is asked for', async () => {
    docker('echo 20.10.24');
    await expect(requireEngine()).resolves.toBeUndefined();
  });

  test('that does not answer decides nothing; its own words are told', async () => {
    docker("echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2; exit 1");
    await expect(requireEngine()).rejects.toMatchObject({
      code: 'kind-engine',
      exitCode: 3,
      message: expect.stringContaining('Cannot connect to the Docker daemon'),
      command: 'npm run lab -- doctor',
    });
  });

  test('that hangs is told apart from a program that is not there', async () => {
    await expect(requireEngine()).rejects.toThrow('docker is not on PATH');
    docker('exec /bin/sleep 30');
    await expect(requireEngine(300)).rejects.toThrow('no engine answers: not in 0.3 s');
  });
});

describe('a node image', () => {
  test('that is here is not pulled', async () => {
    docker('[ "$1" = image ]');
    await expect(requireNodeImage('nodes:1')).resolves.toBeUndefined();
  });

  test('that is not here is pulled', async () => {
    docker('[ "$*" = "pull --quiet nodes:1" ]');
    await expect(requireNodeImage('nodes:1')).resolves.toBeUndefined();
  });

  test('that nobody has is told at once, in the words of the engine', async () => {
    docker("echo 'lookup registry.example: no such host' >&2; exit 1");
    await expect(requireNodeImage('nodes:1')).rejects.toMatchObject({
      code: 'kind-node-image',
      exitCode: 3,
      message: 'the node image nodes:1 is not here and cannot be pulled: lookup registry.example: no such host',
      command: 'docker image ls',
    });
  });
});
