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

test('pods of Deployments go by scaling, each place once; the others are deleted; done is when all are gone', async () => {
  const asked: string[] = [];
  let left: readonly object[] = [];
  const api = {
    patch: async (path: string, change: object) => void asked.push(`${path} ${JSON.stringify(change)}`),
    remove: async (path: string, graceS: number) => void asked.push(`${path} ${graceS}`),
    until: async (_: string, __: string, look: (items: readonly object[]) => unknown) => look(left),
    access: { name: 'a', context: 'prod' },
  };
  const cluster = { api } as unknown as KubeCluster;
  const edge = { name: 'a-edge', deployable: 'edge' };
  const all = [edge, edge, { name: 'a-mcx', deployable: 'agency' }, { name: 'a-bystander' }];
  await removePods(cluster, all);
  expect(asked.toSorted()).toEqual([
    '/api/v1/namespaces/mcx/pods/a-bystander 1',
    '/apis/apps/v1/namespaces/mcx/deployments/a-edge/scale {"spec":{"replicas":0}}',
    '/apis/apps/v1/namespaces/mcx/deployments/a-mcx/scale {"spec":{"replicas":0}}',
  ]);
  const labels = { 'mcx-lab/place': 'a-edge', 'mcx-lab/deployable': 'edge' };
  left = [{ metadata: { name: 'a-edge-1', labels } }, { metadata: { name: 'a-ue' } }];
  await expect(removePods(cluster, all)).rejects.toMatchObject({
    code: 'kube-pod-stays',
    message: expect.stringContaining('a-edge-1'),
  });
  asked.length = 0;
  await removePods(cluster, []);
  expect(asked).toEqual([]);
});
