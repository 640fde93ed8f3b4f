import type { ClusterSpec } from '../../fabric/fabric.ts';
import { castImageName } from '../../fabric/kind/image.ts';
import { kindFabric } from '../../fabric/kind/kind-fabric.ts';
import { parseContexts } from '../../fabric/kube/contexts.ts';
import { hostAccess } from '../../fabric/kube/host-access.ts';
import { kubeFabric, type OpenClusters, sweep } from '../../fabric/kube/kube-fabric.ts';
import { kubectlFor } from '../../fabric/kube/kubectl.ts';
import { deployables } from './deployable.ts';

export interface ClusterWishes {
  readonly fabric: 'kind' | 'kube';
  readonly contexts?: readonly string[] | undefined;
  readonly nodeImage?: string | undefined;
  readonly proxyMode?: 'iptables' | 'nftables' | undefined;
  readonly keep?: boolean | undefined;
  /** All that will be asked for, where that is known. */
  readonly ahead?: readonly ClusterSpec[] | undefined;
  /** Where a cluster that fails leaves its logs. */
  readonly logs?: string | undefined;
  say(line: string): void;
}

export interface ClusterFabric extends OpenClusters {
  /** The clusters that there are; undefined: as many as are wanted. */
  readonly clusters: readonly string[] | undefined;
}

/** Clusters made by kind, or those that contexts lead to. */
export function openClusterFabric(wishes: ClusterWishes): ClusterFabric {
  const { nodeImage, proxyMode, keep = false, ahead, logs, say } = wishes;
  if (wishes.fabric === 'kind') {
    const given = Object.fromEntries(
      Object.entries({ nodeImage, proxyMode, ahead, logs }).filter(([, value]) => value !== undefined),
    );
    return { ...kindFabric({ ...given, deployables, keep, say }), clusters: undefined };
  }
  const contexts = parseContexts(wishes.contexts ?? []);
  const accesses = [...contexts].map(([name, context]) => ({ name, context }));
  const fabric = kubeFabric({
    name: 'kube',
    // An engine is no part of clusters that exist.
    image: castImageName,
    clusters: async () => accesses,
    accesses: hostAccess(),
    deployables,
    release: async () => {
      if (keep) return;
      // A cluster that cannot be swept is told of; the error that ended the lab is the one to throw.
      const sweeping = accesses.map((access) =>
        sweep(kubectlFor(access)).catch((error: Error) => say(`cluster ${access.name}: not swept: ${error.message}`)),
      );
      await Promise.all(sweeping);
    },
  });
  return { ...fabric, clusters: [...contexts.keys()] };
}
