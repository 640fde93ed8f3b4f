import { expect, test } from 'vitest';
import type { KubeNode } from './cluster.ts';
import { isThere } from './pods.ts';

const uid = '4f1c9a0e-0000-4000-8000-000000000000';
const at = (read: (path: string) => Promise<string>) => ({ attendant: { read } }) as unknown as KubeNode;
const pod = (groups: string | undefined) => ({
  uid,
  pid: 7,
  node: at((path) => (groups === undefined ? Promise.reject(new Error(`ENOENT ${path}`)) : Promise.resolve(groups))),
});

test.each([
  ['its control group has its name', `0::/kubelet/pod${uid}/c`, true],
  ['with underscores, under systemd', `0::/kubepods-pod${uid.replaceAll('-', '_')}.slice`, true],
  ['the number is another process now', '0::/init.scope', false],
  ['the process has ended', undefined, false],
])('a pod that was found is there, or not: %s', async (_, groups, there) => {
  expect(await isThere(pod(groups))).toBe(there);
});
