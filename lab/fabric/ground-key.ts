import type { FabricSpec } from './fabric.ts';

/** Fabrics of equal keys differ in Services alone, which can be changed while one stands. */
export const groundKey = ({ clusters, ...rest }: FabricSpec): string =>
  JSON.stringify({ ...rest, clusters: clusters.map(({ services: _, ...cluster }) => cluster) });
