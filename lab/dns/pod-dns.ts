import type { DnsAgency } from './agency-zone.ts';
import type { DnsVariant } from './options.ts';

/** The DNS part of a pod's manifest, what its resolv.conf then says, and what a lookup of a partner costs with it. */
export interface PodDns {
  readonly dnsPolicy: 'ClusterFirst' | 'None';
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  /** Names asked for before the one that is meant, for the interconnect domain of the last agency. */
  readonly askedBefore: readonly string[];
}

/**
 * The suffixes are kubelet's own, so that `server.mcx` still works. With kubelet's ndots of 5 a name such as
 * `ic.b.mcx.test` would be asked for under every suffix first, and each such NXDOMAIN looks like the symptom that the
 * zone is to mend.
 */
export function podDns(
  variant: DnsVariant,
  agencies: readonly DnsAgency[],
  options: {
    readonly namespace: string;
    readonly nameserver: string;
    readonly clusterDomain: string;
    readonly ndots: number;
  },
): PodDns {
  const { namespace, clusterDomain, ndots } = options;
  const search = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  const name = agencies.at(-1)?.interconnectDomain;
  return {
    dnsPolicy: variant === 'cluster' ? 'ClusterFirst' : 'None',
    nameservers: [options.nameserver],
    search,
    ndots,
    askedBefore: name === undefined ? [] : askedBefore(name, search, ndots),
  };
}

/** resolv.conf(5): a name with fewer dots than ndots is tried with the suffixes first. */
export function askedBefore(name: string, search: readonly string[], ndots: number): string[] {
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [] : search.map((suffix) => `${name}.${suffix}`);
}
