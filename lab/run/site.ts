import type { Plan } from './manifest.ts';

/** What differs between fabrics in what a scenario is made of. */
export interface Site {
  /** Who answers for names: resolvers of the cast that read the files of the DNS patch, or the cluster's own CoreDNS. */
  readonly names: 'cast' | 'cluster';
}

export const embedded: Site = { names: 'cast' };
const onClusters: Site = { names: 'cluster' };

export const siteOf = (fabric: Plan['fabric']['name']): Site => (fabric === 'netns' ? embedded : onClusters);
