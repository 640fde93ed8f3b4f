import type { Plan } from './manifest.ts';

/** What differs between fabrics in what a scenario is made of. */
export interface Site {
  /** Who answers for names: resolvers of the cast that read the files of the DNS patch, or the cluster's own CoreDNS. */
  readonly names: 'cast' | 'cluster';
  /** Nodes and access networks meet on a bridge that is the lab's own: a place, and a tap. */
  readonly bridge: boolean;
}

export const embedded: Site = { names: 'cast', bridge: true };
const onClusters: Site = { names: 'cluster', bridge: false };

export const siteOf = (fabric: Plan['fabric']['name']): Site => (fabric === 'netns' ? embedded : onClusters);
