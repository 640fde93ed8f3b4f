import type { Plan } from '../record/manifest.ts';

/** What differs between fabrics in what a scenario is made of. */
export interface Site {
  /** Who answers for names: resolvers of the cast that read the files of the DNS patch, or the cluster's own CoreDNS. */
  readonly names: 'cast' | 'cluster';
  /**
   * RFC 3261 17.1.1.1: T1 estimates the round trip. It is some milliseconds here, but two busy cores now and then let a process wait
   * for a hundred, and pods share theirs with what runs a cluster.
   */
  readonly fastT1Ms: number;
}

export const embedded: Site = { names: 'cast', fastT1Ms: 200 };
const onClusters: Site = { names: 'cluster', fastT1Ms: 400 };

export const siteOf = (fabric: Plan['fabric']['name']): Site => (fabric === 'netns' ? embedded : onClusters);
