import type { SipTimers } from '../../../emulators/kit/config.ts';
import type { Topology } from '../../verdict/topology.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { AgencyAddresses } from './addresses.ts';
import { borderOf, campaignOf, domainOf, interconnectDomainOf, mcpttIdOf } from './cast/names.ts';
import { borderAt } from './names.ts';
import { shuffled, type Variation } from './variation.ts';

export function topologyOf(
  configuration: Configuration,
  agencies: readonly AgencyAddresses[],
  variation: Variation,
  bridge: string,
  { t1Ms }: SipTimers,
): Topology {
  return {
    t1Ms,
    campaign: campaignOf(configuration),
    agencies: agencies.map((agency, index) => ({
      name: agency.letter,
      role: index === 0 ? 'root' : 'remote',
      domain: domainOf(configuration, agency.letter),
      interconnectDomain: interconnectDomainOf(configuration, agency.letter),
      node: agency.node,
      access: agency.access,
      podCidr: agency.podCidr,
      edge: agency.pods.edge,
      server: agency.pods.server,
      ...(configuration.edge.successor === 'prepared' ? { edgeNext: agency.pods.edgeNext } : {}),
      resolver: configuration.dns.variant === 'separate' ? agency.pods.separateDns : agency.pods.dns,
      bystanders: hasBystander(configuration) ? { [`${agency.letter}-bystander`]: agency.pods.bystander } : {},
      clientPort: agency.nodePorts.clients,
      ...interconnectOf(configuration, agency),
      mediaPorts: agency.mediaPorts,
    })),
    // In this order they register.
    ues: shuffled(
      agencies.flatMap((agency) =>
        agency.ues.map((ue) => ({
          ...ue,
          agency: agency.letter,
          mcpttId: mcpttIdOf(configuration, ue.name, agency.letter),
        })),
      ),
      variation.order,
    ),
    taps: [
      ...agencies.flatMap((agency) => tapsOf(configuration, agency, agencies)),
      { name: 'bridge', place: 'bridge', kind: 'bridge' as const, addresses: [bridge] },
    ],
  };
}

/** Where partners find the agency. */
function interconnectOf(configuration: Configuration, agency: AgencyAddresses) {
  const { port, address } = borderAt(borderOf(configuration), agency);
  return { interconnectPort: port, ...(address === undefined ? {} : { interconnectAddress: address }) };
}

const hasBystander = (configuration: Configuration) =>
  configuration.bystander === 'has-partner-address' || configuration.strangers === 'present';

/** Where the scenario's packets can be, and nowhere else. */
function tapsOf(
  configuration: Configuration,
  agency: AgencyAddresses,
  agencies: readonly AgencyAddresses[],
): Topology['taps'] {
  const { letter, pods } = agency;
  const place = (name: string, kind: Topology['taps'][number]['kind'], address: string) => ({
    name: `${letter}-${name}`,
    place: `${letter}-${name.replace(/-lo$/, '')}`,
    kind,
    addresses: [address],
  });
  const host = ({ name, address }: { name: string; address: string }, others: readonly string[] = []) => ({
    name,
    place: name,
    kind: 'ue' as const,
    addresses: [address, ...others],
  });
  const partners = agencies.filter((one) => one !== agency).map(({ node }) => node);
  return [
    place('node', 'node', agency.node),
    ...(agency.otherNode === undefined ? [] : [place('node-2', 'node', agency.otherNode)]),
    place('access', 'access', agency.access),
    place('edge', 'pod', pods.edge),
    ...(configuration.edge.successor === 'prepared' ? [place('edge-next', 'pod', pods.edgeNext)] : []),
    place('mcx', 'pod', pods.server),
    // What a pod sends to an address of its own leaves it on no other interface.
    ...(configuration.bystander === 'same-address' ? [place('mcx-lo', 'pod-lo', pods.server)] : []),
    place('dns', 'pod', pods.dns),
    ...(configuration.dns.variant === 'separate' ? [place('dns-mcx', 'pod', pods.separateDns)] : []),
    ...(hasBystander(configuration) ? [place('bystander', 'pod', pods.bystander)] : []),
    ...agency.ues.map((ue) => host(ue)),
    ...(configuration.strangers === 'present' ? [host(agency.stranger), host(agency.spoofer, partners)] : []),
  ];
}
