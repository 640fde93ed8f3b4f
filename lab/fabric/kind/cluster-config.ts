import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { ClusterSpec } from '../fabric.ts';

/** What a cluster of kind is made from: the spec's part that decides about it, and the command line's. */
export interface KindCluster {
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly nodes: number;
  readonly proxyMode: 'iptables' | 'nftables';
  /** kind's own where it is absent. */
  readonly nodeImage?: string;
}

export const NAME_PREFIX = 'mcx-lab';
/** On every node of a cluster of the lab: the digest that its name carries too. */
export const DIGEST_LABEL = 'mcx-lab/configuration';

/** What the lab changes of CoreDNS as kubeadm installs it: how often it is asked whether it is ready. */
export const CORE_DNS_READINESS_S = 1;

export function kindCluster(
  { podCidr, serviceCidr, nodes }: ClusterSpec,
  options: Pick<KindCluster, 'proxyMode' | 'nodeImage'>,
): KindCluster {
  return { podCidr, serviceCidr, nodes: nodes.length, ...options };
}

/** The same configuration, the same digest: what `--keep` leaves is found by it. */
export function digestOf(cluster: KindCluster): string {
  const { podCidr, serviceCidr, nodes, proxyMode, nodeImage = '' } = cluster;
  const words = [podCidr, serviceCidr, String(nodes), proxyMode, nodeImage, String(CORE_DNS_READINESS_S)];
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 8);
}

/** `mcx-lab-a-1b2c3d4e`: kind makes container names of it, and contexts (`kind-mcx-lab-a-…`). */
export function clusterName(letter: string, cluster: KindCluster): string {
  return `${NAME_PREFIX}-${letter}-${digestOf(cluster)}`;
}

/** The file for `kind create cluster --config`. */
export function configFile(name: string, cluster: KindCluster): string {
  const labels = { [DIGEST_LABEL]: digestOf(cluster) };
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    networking: {
      ipFamily: 'ipv4',
      podSubnet: cluster.podCidr,
      serviceSubnet: cluster.serviceCidr,
      kubeProxyMode: cluster.proxyMode,
    },
    nodes: Array.from({ length: cluster.nodes }, (_, index) => ({
      role: index === 0 ? 'control-plane' : 'worker',
      labels,
    })),
  });
}
