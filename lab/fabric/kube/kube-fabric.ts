import { LabError } from '../../errors.ts';
import type { ClusterSpec, Fabric, FabricSpec, RunningFabric } from '../fabric.ts';
import type { AccessNetworks } from './access.ts';
import { type KubeCluster, openCluster } from './cluster.ts';
import type { Access } from './cluster-access.ts';
import type { Deployables } from './deployed.ts';
import { type Kubectl, kubectlFor } from './kubectl.ts';
import { CAST_NAMESPACE, LAB_NAMESPACE, OURS_SELECTOR } from './names.ts';
import { buildWorld } from './world.ts';

export interface KubeOptions {
  readonly name: 'kube' | 'kind';
  /** A reference that the nodes can pull, or have. */
  image(): Promise<string>;
  /** The clusters for a spec: by contexts that are given, or made first. */
  clusters(specs: readonly ClusterSpec[]): Promise<readonly Access[]>;
  readonly accesses: AccessNetworks;
  readonly deployables: Deployables;
  /** Ends what `clusters` made. */
  release(): Promise<void>;
}

export interface OpenClusters extends Fabric {
  /** How each cluster is reached, since it was last used. */
  accesses(): readonly Access[];
  close(): Promise<void>;
}

/** Clusters that recorders and places are put into. What one world leaves standing, the next one uses. */
export function kubeFabric(options: KubeOptions): OpenClusters {
  const open = new Map<string, Promise<KubeCluster>>();
  const latest = new Map<string, Access>();
  const keyOf = (spec: ClusterSpec, access: Access) => `${access.name} ${access.context} ${spec.nodes.length}`;
  const clusterOf = (spec: ClusterSpec, access: Access, image: string): Promise<KubeCluster> => {
    const key = keyOf(spec, access);
    const found = open.get(key) ?? openCluster(kubectlFor(access), spec, image);
    open.set(key, found);
    found.catch(() => open.delete(key));
    return found;
  };
  /** What a world that is over had open, and the next one does not use. */
  const closeAllBut = async (keys: readonly string[]): Promise<void> => {
    const unused = [...open].filter(([key]) => !keys.includes(key));
    for (const [key] of unused) open.delete(key);
    const clusters = await Promise.allSettled(unused.map(([, cluster]) => cluster));
    await Promise.all(clusters.map((one) => one.status === 'fulfilled' && one.value.close().catch(() => undefined)));
  };
  return {
    name: options.name,
    accesses: () => [...latest.values()],
    up: async (spec: FabricSpec): Promise<RunningFabric> => {
      const [accesses, image] = await Promise.all([options.clusters(spec.clusters), options.image()]);
      for (const access of accesses) latest.set(access.name, access);
      const wanted = spec.clusters.map((cluster) => {
        const access = accesses.find(({ name }) => name === cluster.name);
        if (access === undefined) throw noCluster(cluster.name);
        return { cluster, access };
      });
      await closeAllBut(wanted.map(({ cluster, access }) => keyOf(cluster, access)));
      const pairs = await Promise.all(
        wanted.map(async ({ cluster, access }) => ({
          spec: cluster,
          cluster: await clusterOf(cluster, access, image),
        })),
      );
      try {
        return await buildWorld(spec, pairs, options.accesses, image, options.deployables);
      } catch (error) {
        // What was known of the clusters may be what is wrong: the next world opens them anew.
        open.clear();
        await Promise.all(pairs.map(({ cluster }) => cluster.close().catch(() => undefined)));
        throw error;
      }
    },
    close: async () => {
      const clusters = await Promise.all([...open.values()].map((cluster) => cluster.catch(() => undefined)));
      open.clear();
      await options.accesses.close();
      await Promise.all(clusters.map((cluster) => cluster?.close()));
      await options.release();
    },
  };
}

function noCluster(name: string): LabError {
  return new LabError('kube-cluster-missing', `there is no context for cluster ${name}`, {
    next: 'Say which context it is:',
    command: `--context ${name}=CONTEXT`,
  });
}

/** Removes every object of the lab from a cluster, and nothing else. */
export async function sweep(kubectl: Kubectl): Promise<void> {
  for (const namespace of [CAST_NAMESPACE, LAB_NAMESPACE]) {
    await kubectl.run([
      ...['delete', 'namespace', '-l', OURS_SELECTOR, '--field-selector', `metadata.name=${namespace}`],
      ...['--ignore-not-found', '--wait=false'],
    ]);
  }
}
