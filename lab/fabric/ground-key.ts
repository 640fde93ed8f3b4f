import type { FabricSpec } from './fabric.ts';

/** Fabrics of equal keys differ in Services alone, which can be changed while one stands. */
export const groundKey = ({ clusters, ...rest }: FabricSpec): string =>
  JSON.stringify({ ...rest, clusters: clusters.map(({ services: _, ...cluster }) => cluster) });

/**
 * What one embedded fabric must have in common with another to become it while it stands: all places, what each of them is, and
 * the cables between them. Test: namespaces and cables of two plans are the same exactly where this is.
 */
export const skeletonOf = ({ clusters, accesses }: FabricSpec): string =>
  JSON.stringify([
    clusters.map(({ name, nodes, pods }) => [name, nodes.length, pods.map((pod) => [pod.name, pod.node ?? 0])]),
    accesses.map(({ name, hosts }) => [name, hosts.map((host) => host.name)]),
  ]);
