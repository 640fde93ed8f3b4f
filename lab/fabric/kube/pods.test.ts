import { expect, test } from 'vitest';
import type { KubeCluster, KubeNode } from './cluster.ts';
import { isThere, removePods } from './pods.ts';

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

test('pods of Deployments go by scaling, each place once, until none is left; the others are deleted', async () => {
  const commands: string[] = [];
  const run = async (args: readonly string[]) => {
    commands.push(args.join(' '));
    return '';
  };
  const edge = { name: 'a-edge', deployable: 'edge' };
  const cluster = { kubectl: { run } } as unknown as KubeCluster;
  await removePods(cluster, [edge, edge, { name: 'a-mcx', deployable: 'agency' }, { name: 'a-bystander' }]);
  expect(commands.toSorted()).toEqual([
    'delete pod --namespace mcx --ignore-not-found --now a-bystander',
    'scale deployment --namespace mcx --replicas=0 a-edge a-mcx',
    'wait --for=delete --timeout=60s --namespace mcx pod --selector mcx-lab/deployable,mcx-lab/place in (a-edge, a-mcx)',
  ]);
  expect(commands.indexOf(commands.find((one) => one.startsWith('scale')) ?? '')).toBeLessThan(
    commands.indexOf(commands.find((one) => one.startsWith('wait')) ?? ''),
  );
  commands.length = 0;
  await removePods(cluster, []);
  expect(commands).toEqual([]);
});
