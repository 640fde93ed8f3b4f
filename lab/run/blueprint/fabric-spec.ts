import type { DnsVariant } from '../../dns/options.ts';
import { serving } from '../../dns/verify.ts';
import type { FabricSpec, PodSpec, ServiceSpec } from '../../fabric/fabric.ts';
import { CAST_NAMESPACE } from '../../fabric/kube/names.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type AgencyAddresses, bridgeAddress, podPorts, serviceIps } from './addresses.ts';
import type { Site } from './site.ts';

/**
 * Clusters and access networks. Whatever a scenario does not need is there all the same, and idle: scenarios that ask for
 * the same fabric follow each other on one. Only what a scenario is about makes it another one: addresses, NAT, traffic
 * policy, and who has a node port for partners.
 */
export function fabricSpecOf(
  configuration: Configuration,
  agencies: readonly AgencyAddresses[],
  site: Site,
): FabricSpec {
  return {
    clusters: agencies.map((agency) => ({
      name: agency.letter,
      podCidr: agency.podCidr,
      serviceCidr: agency.serviceCidr,
      nodes: [agency.node, ...(agency.otherNode === undefined ? [] : [agency.otherNode])],
      pods: [...podsOf(agency), ...resolversOf(agency, site)],
      services: servicesOf(configuration, agency, site),
    })),
    accesses: [
      ...agencies.map((agency) => ({
        name: agency.letter,
        address: agency.access,
        hosts: [
          ...agency.ues,
          agency.stranger,
          // It has the addresses of the partners' nodes for its own, to forge them.
          { ...agency.spoofer, extraAddresses: agencies.filter((one) => one !== agency).map(({ node }) => node) },
        ],
      })),
      // A host on the nodes' own network; the embedded fabric's bridge is one already.
      ...(site.names === 'cast' ? [] : [{ name: 'bridge', address: bridgeAddress, hosts: [] }]),
    ],
    egress: configuration.nat,
  };
}

function podsOf({ letter, pods, otherNode }: AgencyAddresses): PodSpec[] {
  return [
    { name: `${letter}-edge`, address: pods.edge, deployable: 'edge' },
    { name: `${letter}-mcx`, address: pods.server, deployable: 'agency' },
    { name: `${letter}-bystander`, address: pods.bystander },
    {
      name: `${letter}-edge-next`,
      address: pods.edgeNext,
      deployable: 'edge',
      ...(otherNode === undefined ? {} : { node: 1 }),
    },
  ];
}

/** The cluster's CoreDNS, and the one that the DNS patch's second variant puts beside it. */
function resolversOf({ letter, pods }: AgencyAddresses, { names }: Site): PodSpec[] {
  const [dns, separate] = [
    { name: `${letter}-dns`, address: pods.dns },
    { name: `${letter}-dns-mcx`, address: pods.separateDns },
  ];
  if (names === 'cast') return [dns, separate, { name: `${letter}-dns-next`, address: pods.dnsNext }];
  const deployed = (variant: DnsVariant) => {
    const { namespace, selector } = serving(variant, CAST_NAMESPACE);
    return { existing: { namespace, selector } };
  };
  return [
    { ...dns, ...deployed('cluster') },
    { ...separate, ...deployed('separate') },
  ];
}

function servicesOf(
  configuration: Configuration,
  { letter, nodePorts, mediaPorts, edgePod, dnsPod }: AgencyAddresses,
  site: Site,
): ServiceSpec[] {
  const service = (name: string, clusterIp: string, pod: string, ports: ServiceSpec['ports']): ServiceSpec => ({
    name,
    clusterIp,
    externalTrafficPolicy: configuration.trafficPolicy,
    ports,
    endpoints: [`${letter}-${pod}`],
  });
  const { sip, edgeClients, edgeAgencies, dns, separateDns } = podPorts;
  const direct = configuration.border.path === 'server';
  const [first, last] = mediaPorts;
  const media = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return [
    ...(site.names === 'cast'
      ? [
          service('kube-dns', serviceIps.dns, dnsPod, [{ port: 53, targetPort: dns }]),
          service('dns-mcx', serviceIps.separateDns, 'dns-mcx', [{ port: 53, targetPort: separateDns }]),
        ]
      : [
          // Between pods of one cluster SIP needs no translation: headless, and its source stays the pod's own address.
          service('edge', 'None', edgePod, [{ port: sip, targetPort: sip }]),
          service('server', 'None', 'mcx', [{ port: sip, targetPort: sip }]),
        ]),
    service('edge-nodeport', serviceIps.edge, edgePod, [
      { port: edgeClients, targetPort: edgeClients, nodePort: nodePorts.clients },
      ...(direct ? [] : [{ port: edgeAgencies, targetPort: edgeAgencies, nodePort: nodePorts.agencies }]),
      ...media.map((port) => ({ port, targetPort: port, nodePort: port })),
    ]),
    // Without an edge in the crossing the server is its own border, and partners' node port leads to it. With one it must
    // have none: whoever reached it there would have passed the edge by. After the edge, which gives the port away.
    ...(direct
      ? [
          service('server-nodeport', serviceIps.server, 'mcx', [
            { port: sip, targetPort: sip, nodePort: nodePorts.agencies },
          ]),
        ]
      : []),
  ];
}
