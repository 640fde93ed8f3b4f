import { describe, expect, test } from 'vitest';
import { checks, nodeImageCheck, toolCheck, tools } from './doctor.ts';
import { isolationLine } from './doctor-isolation.ts';
import { kernelChecks, kernelLines } from './doctor-kernel.ts';
import { isolation } from './trial/inside.ts';

const tool = {
  name: 'thing',
  version: ['sh', '-c', 'echo thing 1.2'],
  neededFor: 'x',
  mend: 'apt-get install -y thing',
  essential: true,
};

describe('tools', () => {
  test('that answer are found with their version', async () => {
    expect(await toolCheck(tool)).toMatchObject({ ok: true, found: 'thing 1.2', mend: undefined });
  });

  test('that are missing are mended by installing them', async () => {
    const check = await toolCheck({ ...tool, version: ['no-such-command', '--version'] });
    expect(check).toMatchObject({ ok: false, found: 'missing', mend: 'apt-get install -y thing' });
  });

  test('that are there and do not answer are woken', async () => {
    const check = await toolCheck({
      ...tool,
      version: ['sh', '-c', 'echo no daemon >&2; exit 1'],
      wake: 'systemctl start it',
    });
    expect(check).toMatchObject({ ok: false, found: 'no daemon', mend: 'systemctl start it' });
  });

  test('each have a command that mends', () => {
    for (const { mend } of tools) expect(mend).toMatch(/^(apt-get install -y|go install) \S+/);
  });
});

describe('isolation', () => {
  const no = { how: 'no', why: 'unshare: Operation not permitted' } as const;

  test('as root or by user namespaces is fine', () => {
    expect(isolationLine({ how: 'root' }, [], true)).toMatchObject({ ok: true, found: 'root' });
    expect(isolationLine({ how: 'userns' }, ['1'], false)).toMatchObject({ ok: true, found: 'user namespaces' });
  });

  test.each([
    [['1', '1', '100'], 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'],
    [[undefined, '0', '100'], 'sudo sysctl -w kernel.unprivileged_userns_clone=1'],
    [[undefined, undefined, '0'], 'sudo sysctl -w user.max_user_namespaces=10000'],
    [[undefined, undefined, '100'], 'sudo npm run lab'],
  ])('that a setting forbids (%j) is mended by it', (values, mend) => {
    expect(isolationLine(no, values, false)).toMatchObject({ ok: false, mend });
  });

  test('that root does not get is a matter of the container', () => {
    expect(isolationLine(no, ['1'], true)).toMatchObject({ ok: false, found: no.why, mend: undefined });
  });
});

describe('the kernel', () => {
  test('is not blamed for what could not be tried', () => {
    for (const line of kernelLines(new Set(), false)) expect(line).toMatchObject({ ok: false, mend: undefined });
    expect(kernelLines(new Set(), false)[0]?.found).toContain('unknown');
  });

  test.skipIf(isolation.how === 'no')('has what the fabric was just built with', async () => {
    const lines = await kernelChecks();
    expect(lines.filter(({ essential }) => essential).map(({ ok }) => ok)).toEqual([true, true, true]);
    for (const { ok, found } of lines) expect(found).toBe(ok ? 'there' : 'not in this kernel');
  });
});

test('a node image that is named and not local is to be pulled', async () => {
  const check = await nodeImageCheck({ LAB_KIND_NODE_IMAGE: 'no.such.registry/node:v0' });
  expect(check).toMatchObject({ ok: false, found: 'no.such.registry/node:v0 is not local' });
  expect(check.mend).toBe('docker pull no.such.registry/node:v0');
});

test('every check has a name of its own and says what it is for', async () => {
  const all = await checks();
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { found, neededFor, ok, mend } of all) {
    expect(found).not.toBe('');
    expect(neededFor).not.toBe('');
    if (ok) expect(mend).toBeUndefined();
  }
});
