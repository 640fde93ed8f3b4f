import type { FabricSpec, HostSpec, PodSpec, ServiceSpec } from '../fabric/fabric.ts';
import type { Topology } from '../verdict/topology.ts';
import {
  type AgencyAddresses,
  addressesOf,
  bridgeAddress,
  mediaPorts,
  podPorts,
  serviceIps,
  withBystanders,
} from './addresses.ts';
import {
  type CastMember,
  type CastPaths,
  campaign,
  castOf,
  domainOf,
  interconnectDomainOf,
  mcpttIdOf,
  t1MsOf,
} from './cast.ts';
import type { Configuration } from './configuration.ts';

/** All that a scenario is made of, computed before the first packet. */
export interface Blueprint {
  readonly fabric: FabricSpec;
  readonly topology: Topology;
  readonly agencies: readonly AgencyAddresses[];
  cast(paths: CastPaths): CastMember[];
}

/** A pure function of its arguments: the judge needs only what `topology` says. */
export function blueprintOf(configuration: Configuration, seed: number, shift = 0): Blueprint {
  const agencies = withBystanders(addressesOf(configuration, shift), configuration.bystander);
  return {
    fabric: {
      clusters: agencies.map((agency) => ({
        name: agency.letter,
        podCidr: agency.podCidr,
        serviceCidr: agency.serviceCidr,
        nodes: [agency.node],
        pods: podsOf(configuration, agency),
        services: servicesOf(configuration, agency),
      })),
      accesses: agencies.map((agency) => ({
        name: agency.letter,
        address: agency.access,
        hosts: [...agency.ues, ...strangersOf(configuration, agency, agencies)],
      })),
      egress: configuration.nat,
    },
    topology: topologyOf(configuration, agencies),
    agencies,
    cast: (paths) => castOf(configuration, agencies, seed, paths),
  };
}

const hasBystander = (configuration: Configuration) =>
  configuration.bystander === 'has-partner-address' || configuration.strangers === 'present';

/** Hosts behind an agency's access network; the second one has the addresses of the partners' nodes for its own. */
function strangersOf(
  configuration: Configuration,
  agency: AgencyAddresses,
  agencies: readonly AgencyAddresses[],
): HostSpec[] {
  if (configuration.strangers === 'none') return [];
  const partners = agencies.filter((one) => one !== agency).map(({ node }) => node);
  return [agency.stranger, { ...agency.spoofer, extraAddresses: partners }];
}

function podsOf(configuration: Configuration, { letter, pods }: AgencyAddresses): PodSpec[] {
  return [
    { name: `${letter}-edge`, address: pods.edge },
    { name: `${letter}-mcx`, address: pods.server },
    { name: `${letter}-dns`, address: pods.dns },
    ...(configuration.dns.variant === 'separate' ? [{ name: `${letter}-dns-mcx`, address: pods.separateDns }] : []),
    ...(hasBystander(configuration) ? [{ name: `${letter}-bystander`, address: pods.bystander }] : []),
  ];
}

function servicesOf(configuration: Configuration, agency: AgencyAddresses): ServiceSpec[] {
  const { letter, nodePorts } = agency;
  const service = (name: string, clusterIp: string, pod: string, ports: ServiceSpec['ports']): ServiceSpec => ({
    name,
    clusterIp,
    externalTrafficPolicy: configuration.trafficPolicy,
    ports,
    endpoints: [`${letter}-${pod}`],
  });
  const media = Array.from({ length: mediaPorts[1] - mediaPorts[0] + 1 }, (_, index) => mediaPorts[0] + index);
  const { sip, edgeClients, edgeAgencies, dns, separateDns } = podPorts;
  return [
    service('kube-dns', serviceIps.dns, 'dns', [{ port: 53, targetPort: dns }]),
    ...(configuration.dns.variant === 'separate'
      ? [service('dns-mcx', serviceIps.separateDns, 'dns-mcx', [{ port: 53, targetPort: separateDns }])]
      : []),
    // Without an edge in the crossing the server is its own border, and has a node port.
    ...(configuration.border.path === 'server'
      ? [
          service('server-nodeport', serviceIps.server, 'mcx', [
            { port: sip, targetPort: sip, nodePort: nodePorts.server },
          ]),
        ]
      : []),
    service('edge-nodeport', serviceIps.edge, 'edge', [
      { port: edgeClients, targetPort: edgeClients, nodePort: nodePorts.clients },
      ...(configuration.border.path === 'edge'
        ? [{ port: edgeAgencies, targetPort: edgeAgencies, nodePort: nodePorts.agencies }]
        : []),
      ...media.map((port) => ({ port, targetPort: port, nodePort: port })),
    ]),
  ];
}

function topologyOf(configuration: Configuration, agencies: readonly AgencyAddresses[]): Topology {
  return {
    t1Ms: t1MsOf(configuration),
    campaign,
    agencies: agencies.map((agency, index) => ({
      name: agency.letter,
      role: index === 0 ? 'root' : 'remote',
      domain: domainOf(agency.letter),
      interconnectDomain: interconnectDomainOf(agency.letter),
      node: agency.node,
      access: agency.access,
      podCidr: agency.podCidr,
      edge: agency.pods.edge,
      server: agency.pods.server,
      resolver: configuration.dns.variant === 'separate' ? agency.pods.separateDns : agency.pods.dns,
      bystanders: hasBystander(configuration) ? { [`${agency.letter}-bystander`]: agency.pods.bystander } : {},
      clientPort: agency.nodePorts.clients,
      interconnectPort: configuration.border.path === 'server' ? agency.nodePorts.server : agency.nodePorts.agencies,
      mediaPorts,
    })),
    ues: agencies.flatMap((agency) =>
      agency.ues.map((ue) => ({ ...ue, agency: agency.letter, mcpttId: mcpttIdOf(ue.name, agency.letter) })),
    ),
    taps: [
      ...agencies.flatMap((agency) => tapsOf(configuration, agency, agencies)),
      { name: 'bridge', place: 'bridge', kind: 'bridge' as const, addresses: [bridgeAddress] },
    ],
  };
}

function tapsOf(
  configuration: Configuration,
  agency: AgencyAddresses,
  agencies: readonly AgencyAddresses[],
): Topology['taps'] {
  const { letter } = agency;
  const place = (name: string, kind: Topology['taps'][number]['kind'], address: string) => ({
    name: `${letter}-${name}`,
    place: `${letter}-${name.replace(/-lo$/, '')}`,
    kind,
    addresses: [address],
  });
  return [
    place('node', 'node', agency.node),
    place('access', 'access', agency.access),
    place('edge', 'pod', agency.pods.edge),
    place('mcx', 'pod', agency.pods.server),
    place('mcx-lo', 'pod-lo', agency.pods.server),
    place('dns', 'pod', agency.pods.dns),
    ...(configuration.dns.variant === 'separate' ? [place('dns-mcx', 'pod', agency.pods.separateDns)] : []),
    ...(hasBystander(configuration) ? [place('bystander', 'pod', agency.pods.bystander)] : []),
    ...agency.ues.map((ue) => ({ name: ue.name, place: ue.name, kind: 'ue' as const, addresses: [ue.address] })),
    ...strangersOf(configuration, agency, agencies).map(({ name, address, extraAddresses = [] }) => ({
      name,
      place: name,
      kind: 'ue' as const,
      addresses: [address, ...extraAddresses],
    })),
  ];
}
