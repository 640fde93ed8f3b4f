import type { DnsAgency, DnsBorder } from '../../dns/agency-zone.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type AgencyAddresses, podPorts } from './addresses.ts';
import { type Border, borderDomainOf, domainOf } from './cast/names.ts';

/** Port and address of a border; without an address it is the node's. */
export function borderAt(
  border: Border,
  { nodePorts, pods }: AgencyAddresses,
): { readonly port: number; readonly address?: string } {
  if (border === 'node') return { port: nodePorts.agencies };
  // A Service's node port is a NAT too: where pods are routed, the server is addressed as itself.
  return { port: podPorts.sip, address: pods.server };
}

/**
 * What the zone says of the agencies: both borders, where pods can be routed at all, so that scenarios which differ in the
 * border need no change of names.
 */
export function dnsAgenciesOf(
  configuration: Pick<Configuration, 'cidr' | 'nat' | 'dns'>,
  agencies: readonly AgencyAddresses[],
): DnsAgency[] {
  const routed = configuration.cidr === 'distinct' || configuration.nat === 'none';
  return agencies.map((agency) => {
    const { letter, node, nodePorts } = agency;
    const pod: DnsBorder = { domain: borderDomainOf(configuration, letter, 'pod'), ...borderAt('pod', agency) };
    return {
      name: letter,
      domain: domainOf(configuration, letter),
      node,
      clientPort: nodePorts.clients,
      interconnectDomain: borderDomainOf(configuration, letter, 'node'),
      interconnectPort: nodePorts.agencies,
      otherBorders: routed ? [pod] : [],
    };
  });
}
