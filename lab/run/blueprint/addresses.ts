import { type Configuration, letters } from '../settings/configuration.ts';
import { type Variation, variationOf } from './variation.ts';

/** Ports that every pod of the cast uses inside its cluster. */
export const podPorts = { sip: 5060, edgeClients: 5062, edgeAgencies: 5064, dns: 53, separateDns: 1053 } as const;
export const insideMediaPorts: [number, number] = [21000, 21199];
export const serviceIps = {
  dns: '10.96.0.10',
  separateDns: '10.96.0.53',
  edge: '10.96.0.20',
  server: '10.96.0.21',
} as const;
/** So many ports of an edge's media the Services expose, unless a configuration wants more. */
const usualMediaPorts = 32;
/** The bridge's own address; the nodes' upstream DNS server, which denies everything, listens there. */
export const bridgeAddress = '172.18.0.1';

/** Every address and port of one agency, from its place in the row of agencies. */
export interface AgencyAddresses {
  readonly letter: string;
  readonly node: string;
  /** Whether any node of the cluster passes on what comes for a Service: externalTrafficPolicy Cluster. */
  readonly anyNode: boolean;
  /** The cluster's other node, where it has one. */
  readonly otherNode: string | undefined;
  readonly access: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly pods: {
    readonly edge: string;
    readonly server: string;
    readonly dns: string;
    readonly separateDns: string;
    readonly bystander: string;
    /** What takes over from the edge and from the resolver when an operator rolls them out. */
    readonly edgeNext: string;
    readonly dnsNext: string;
  };
  /** The pods that are the edge and the resolver now, by name without the agency. */
  readonly edgePod: 'edge' | 'edge-next';
  readonly dnsPod: 'dns' | 'dns-next';
  /** The ClusterIP that the pods ask for names. */
  readonly nameserver: string;
  /** For clients, and for partners: whoever is the border has the latter. */
  readonly nodePorts: { readonly clients: number; readonly agencies: number };
  /** First and last port of the edge's media and floor control that the node exposes: node port = pod port. */
  readonly mediaPorts: [number, number];
  /** Those of them that the edge uses. */
  readonly edgeMediaPorts: [number, number];
  /** Outside the range of node ports, or a packet for the server could be taken by a Service. */
  readonly serverMediaPorts: [number, number];
  readonly uePorts: { readonly sip: number; readonly rtp: number; readonly floor: number };
  readonly ues: readonly { readonly name: string; readonly address: string }[];
  /**
   * Hosts behind the same access network as the UEs; nobody plays them unless a scenario wants it. The second one claims
   * partners' addresses.
   */
  readonly stranger: { readonly name: string; readonly address: string };
  readonly spoofer: { readonly name: string; readonly address: string };
}

/**
 * Pods of cluster a at .5 to .11, of b at .25 to .31, … so that equal addresses happen only where a scenario wants them.
 * NodePort numbers of SIP differ per cluster: kube-proxy's conntrack reconciler forgets flows towards a port that the own
 * cluster exposes too (seen on real clusters).
 */
export function addressesOf(configuration: Configuration, variation: Variation = variationOf(0, 0)): AgencyAddresses[] {
  const taking = letters.slice(0, configuration.agencies);
  return taking.map((letter, index) => {
    // The first one is kind's own in both: the same cluster then does for either.
    const range16 = configuration.cidr === 'distinct' && index > 0 ? `10.${10 + 20 * index}` : '10.244';
    const [net, cidr] = [`${range16}.0`, `${range16}.0.0/16`];
    const twoNodes = index > 0 && configuration.partnerNodes > 1;
    const pod = (offset: number, range = net) => `${range}.${5 + 20 * index + variation.pods + offset}`;
    const sip = (index < 3 ? 30000 + 1000 * index : 30300) + variation.sipPorts;
    const range = (first: number, ports: number): [number, number] => [
      first + variation.mediaPorts,
      first + variation.mediaPorts + ports - 1,
    ];
    return {
      letter,
      node: `172.18.0.${2 + index}`,
      anyNode: configuration.trafficPolicy === 'Cluster',
      otherNode: twoNodes ? `172.18.0.${6 + index}` : undefined,
      access: `172.18.0.${10 + index}`,
      podCidr: cidr,
      serviceCidr: '10.96.0.0/16',
      pods: {
        edge: pod(0),
        server: pod(1),
        dns: pod(2),
        separateDns: pod(3),
        bystander: pod(4),
        edgeNext: pod(5, twoNodes ? net.replace(/0$/, '1') : net),
        dnsNext: pod(6),
      },
      edgePod: 'edge',
      dnsPod: 'dns',
      nameserver: configuration.dns.variant === 'separate' ? serviceIps.separateDns : serviceIps.dns,
      nodePorts: { clients: sip + 60, agencies: sip + 70 },
      mediaPorts: range(30100, Math.max(usualMediaPorts, configuration.edge.mediaPorts)),
      edgeMediaPorts: range(30100, configuration.edge.mediaPorts),
      serverMediaPorts: range(20000, configuration.server.mediaPorts),
      uePorts: {
        sip: 5060 + variation.sipPorts,
        rtp: 40000 + variation.mediaPorts,
        floor: 40002 + variation.mediaPorts,
      },
      ues: Array.from({ length: configuration.uesPerAgency }, (_, ue) => ({
        name: `${letter}-ue-${ue + 1}`,
        address: `192.168.${10 * (index + 1)}.${11 + ue}`,
      })),
      stranger: { name: `${letter}-stranger`, address: `192.168.${10 * (index + 1)}.66` },
      spoofer: { name: `${letter}-spoofer`, address: `192.168.${10 * (index + 1)}.67` },
    };
  });
}

/** The same agency when its edge has been rolled out: another pod with another address. */
export function withNextEdge(agency: AgencyAddresses): AgencyAddresses {
  return { ...agency, edgePod: 'edge-next', pods: { ...agency.pods, edge: agency.pods.edgeNext } };
}

/**
 * The same agency when its edge's node has been drained: the next one is on the other node. Where only its own node leads to
 * it, it shows that one; where any node does, it goes on showing the one that names and clients know.
 */
export function withEdgeOnOtherNode(agency: AgencyAddresses): AgencyAddresses {
  const { anyNode, node, otherNode = node } = agency;
  return { ...withNextEdge(agency), node: anyNode ? node : otherNode };
}

export function withNextResolver(agency: AgencyAddresses): AgencyAddresses {
  return { ...agency, dnsPod: 'dns-next', pods: { ...agency.pods, dns: agency.pods.dnsNext } };
}

/**
 * The outlines in which an address of one cluster exists in the other: a bystander has it, or the partner's server itself.
 */
export function withBystanders(
  agencies: readonly AgencyAddresses[],
  bystander: Configuration['bystander'],
): AgencyAddresses[] {
  const [root, partner] = agencies;
  if (!root || !partner || bystander === 'none') return [...agencies];
  return agencies.map((agency) => {
    if (bystander === 'same-address') return { ...agency, pods: { ...agency.pods, server: root.pods.server } };
    const other = agency === root ? partner : root;
    return { ...agency, pods: { ...agency.pods, bystander: other.pods.server } };
  });
}
