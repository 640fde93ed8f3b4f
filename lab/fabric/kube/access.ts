import type { AccessSpec } from '../fabric.ts';
import type { KubePlace } from './place.ts';

/** An access network that stands: the spec with the addresses that it really got, and its places. */
export interface StandingAccess {
  readonly spec: AccessSpec;
  readonly places: readonly KubePlace[];
}

/** What makes access routers and UEs outside the clusters: containers on kind, the lab's own machine on kube. */
export interface AccessNetworks {
  /** Puts exactly these in place; those of the world before that fit are kept. */
  arrange(
    specs: readonly AccessSpec[],
    image: string,
    /** Addresses of nodes, by cluster. */
    nodes: ReadonlyMap<string, readonly string[]>,
  ): Promise<readonly StandingAccess[]>;
  close(): Promise<void>;
}
