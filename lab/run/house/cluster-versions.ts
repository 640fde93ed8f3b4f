import { kindVersion } from '../../fabric/kind/kind-command.ts';
import type { Access } from '../../fabric/kube/cluster-access.ts';
import { kubectlFor } from '../../fabric/kube/kubectl.ts';
import type { ListOf, NodeObject } from '../../fabric/kube/objects.ts';

/** What really ran, asked of the clusters themselves: a tag may hold another version than it says. */
export async function clusterVersions(
  accesses: readonly Access[],
  nodeImage: string | undefined,
): Promise<Record<string, string>> {
  // Clusters that exist were not made by a kind of this machine, and it need have none.
  const kind = await kindVersion().catch(() => undefined);
  const perCluster = await Promise.all(accesses.map(versionsOf));
  return {
    ...(nodeImage === undefined ? {} : { 'node image': nodeImage }),
    ...(kind === undefined ? {} : { kind: kind.split(' ')[1] ?? kind }),
    ...Object.assign({}, ...perCluster),
  };
}

async function versionsOf(access: Access): Promise<Record<string, string>> {
  const kubectl = kubectlFor(access);
  const { items } = await kubectl.json<ListOf<NodeObject>>(['get', 'nodes']);
  const coreDns = ['exec', '--namespace', 'kube-system', 'deployment/coredns', '--', '/coredns', '-version'];
  const said = await kubectl.run(coreDns, { timeoutMs: 10_000 }).catch(() => 'unknown');
  return {
    [`kubernetes ${access.name}`]: [...new Set(items.map(({ status }) => status.nodeInfo.kubeletVersion))].join(' '),
    [`coredns ${access.name}`]: said.trim().split('\n')[0]?.replace('CoreDNS-', '') ?? 'unknown',
  };
}
