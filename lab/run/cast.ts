import type { AgencyConfig } from '../../emulators/agency/config.ts';
import type { ClientConfig } from '../../emulators/client/config.ts';
import type { EdgeConfig } from '../../emulators/edge/config.ts';
import type { FloorTimers, ResolvConf, SipTimers } from '../../emulators/kit/config.ts';
import type { ResolverConfig } from '../../emulators/resolver/config.ts';
import type { StrangerConfig } from '../../emulators/stranger/config.ts';
import {
  type AgencyAddresses,
  bridgeAddress,
  clientPorts,
  insideMediaPorts,
  mediaPorts,
  podPorts,
  serverMediaPorts,
  serviceIps,
} from './addresses.ts';
import type { Configuration } from './configuration.ts';

/** One process of the cast: which emulator, where, with what configuration. */
export type CastMember = { readonly place: string } & (
  | { readonly emulator: 'client'; readonly config: ClientConfig }
  | { readonly emulator: 'agency'; readonly config: AgencyConfig }
  | { readonly emulator: 'edge'; readonly config: EdgeConfig }
  | { readonly emulator: 'resolver'; readonly config: ResolverConfig }
  | { readonly emulator: 'stranger'; readonly config: StrangerConfig }
);

export interface CastPaths {
  /** Folder of the control sockets; short, because a socket's path may have 107 bytes. */
  readonly sockets: string;
  /** Folder that holds `<place>/Corefile` and zones. */
  readonly files: string;
}

const sipTimers: Record<Configuration['timers'], SipTimers> = {
  // T2 = 8·T1 as in the standard, or the number of repetitions would change.
  fast: { t1Ms: 100, t2Ms: 800, t4Ms: 1000 },
  standard: { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 },
};

const floorTimers: Record<Configuration['timers'], FloorTimers> = {
  fast: {
    t100Ms: 300,
    t101Ms: 300,
    t103Ms: 1000,
    t104Ms: 300,
    t1Ms: 1000,
    t2Ms: 30_000,
    t3Ms: 1000,
    t4Ms: 30_000,
    t7Ms: 500,
    t8Ms: 300,
    t20Ms: 300,
  },
  standard: {
    t100Ms: 1000,
    t101Ms: 1000,
    t103Ms: 4000,
    t104Ms: 1000,
    t1Ms: 4000,
    t2Ms: 30_000,
    t3Ms: 3000,
    t4Ms: 30_000,
    t7Ms: 1000,
    t8Ms: 1000,
    t20Ms: 1000,
  },
};

export function t1MsOf(configuration: Configuration): number {
  return sipTimers[configuration.timers].t1Ms;
}

export const domainOf = (letter: string) => `${letter}.mcx.test`;
export const interconnectDomainOf = (letter: string) => `ic.${domainOf(letter)}`;
export const mcpttIdOf = (ue: string, letter: string) => `sip:${ue}@${domainOf(letter)}`;
export const campaign = 'sip:campaign@a.mcx.test';

/** Every emulator of every agency; the first agency is the root. */
export function castOf(
  configuration: Configuration,
  agencies: readonly AgencyAddresses[],
  seed: number,
  paths: CastPaths,
): CastMember[] {
  const stage = { configuration, agencies, seed, paths };
  return [
    upstream(stage),
    ...agencies.flatMap((agency) => [
      ...resolvers(stage, agency),
      server(stage, agency),
      edge(stage, agency),
      ...agency.ues.map((ue, index) => client(stage, agency, ue, index)),
    ]),
    ...(configuration.strangers === 'present' ? strangers(stage) : []),
  ];
}

interface Stage {
  readonly configuration: Configuration;
  readonly agencies: readonly AgencyAddresses[];
  readonly seed: number;
  readonly paths: CastPaths;
}

function processOf({ paths, seed }: Stage, name: string) {
  const own = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, seed);
  return { name, control: `${paths.sockets}/${name}`, seed: own };
}

/** What the nodes' resolv.conf points at: a server that denies every name, so that nothing waits for a network that is not there. */
function upstream(stage: Stage): CastMember {
  const place = 'bridge';
  return {
    place,
    emulator: 'resolver',
    config: {
      role: 'resolver',
      process: processOf(stage, 'upstream'),
      address: bridgeAddress,
      corefile: `${stage.paths.files}/${place}/Corefile`,
      services: [],
      resolvConfNameservers: [],
    },
  };
}

function resolvers(stage: Stage, agency: AgencyAddresses): CastMember[] {
  const one = (place: string, address: string, nameserver: string): CastMember => ({
    place,
    emulator: 'resolver',
    config: {
      role: 'resolver',
      process: processOf(stage, place),
      address,
      corefile: `${stage.paths.files}/${place}/Corefile`,
      services: [
        { name: 'kubernetes.default.svc.cluster.local', address: '10.96.0.1' },
        { name: 'kube-dns.kube-system.svc.cluster.local', address: serviceIps.dns },
        // Headless Services: between pods of one cluster SIP needs no translation, and its source stays the pod's own address.
        { name: 'edge.mcx.svc.cluster.local', address: agency.pods.edge },
        { name: 'server.mcx.svc.cluster.local', address: agency.pods.server },
      ],
      resolvConfNameservers: [nameserver],
    },
  });
  const cluster = one(`${agency.letter}-dns`, agency.pods.dns, bridgeAddress);
  if (stage.configuration.dns.variant === 'cluster') return [cluster];
  return [cluster, one(`${agency.letter}-dns-mcx`, agency.pods.separateDns, serviceIps.dns)];
}

function resolvConf({ configuration }: Stage): ResolvConf {
  const separate = configuration.dns.variant === 'separate';
  return {
    nameservers: [separate ? serviceIps.separateDns : serviceIps.dns],
    search: ['mcx.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    // The separate CoreDNS comes with a dnsConfig of its own; ClusterFirst gives pods 5.
    ndots: separate ? 2 : 5,
    timeoutMs: configuration.timers === 'fast' ? 1000 : 5000,
    attempts: 2,
  };
}

function server(stage: Stage, agency: AgencyAddresses): CastMember {
  const { configuration, agencies } = stage;
  const place = `${agency.letter}-mcx`;
  const own = interconnectDomainOf(agency.letter);
  const direct = configuration.border.path === 'server';
  const config: AgencyConfig = {
    role: 'agency',
    process: processOf(stage, place),
    sipTimers: sipTimers[configuration.timers],
    floorTimers: floorTimers[configuration.timers],
    resolvConf: resolvConf(stage),
    address: agency.pods.server,
    sipPort: podPorts.sip,
    mediaPorts: serverMediaPorts,
    domain: domainOf(agency.letter),
    psi: {
      participating: `sip:pf@${domainOf(agency.letter)}`,
      controlling: `sip:cf@${own}`,
      nonControlling: `sip:ncf@${own}`,
    },
    users: [...agency.ues, ...(configuration.strangers === 'present' ? [agency.stranger] : [])].map(({ name }) =>
      mcpttIdOf(name, agency.letter),
    ),
    groups: groupsOf(stage, agency),
    edge: 'sip:edge.mcx.svc.cluster.local:5060',
    interconnect: {
      nextHop: direct ? 'direct' : 'edge',
      advertisedSip: direct ? `${agency.node}:${agency.nodePorts.server}` : null,
      partners: agencies
        .filter((other) => other !== agency)
        .map((other) => ({ domain: domainOf(other.letter), interconnectDomain: interconnectDomainOf(other.letter) })),
    },
    sdpRepair: configuration.server.sdpRepair,
    sessionExpiresS: 1800,
  };
  return { place, emulator: 'agency', config };
}

function groupsOf({ configuration, agencies }: Stage, agency: AgencyAddresses): AgencyConfig['groups'] {
  const team = (letter: string) => `sip:team@${domainOf(letter)}`;
  const own = {
    kind: 'constituent' as const,
    uri: team(agency.letter),
    members: agency.ues.map((ue) => mcpttIdOf(ue.name, agency.letter)),
  };
  const root = agencies[0] ?? agency;
  if (agency !== root)
    return [own, { kind: 'partner', uri: campaign, controllingPsi: `sip:cf@${interconnectDomainOf(root.letter)}` }];
  const partners = agencies.filter((other) => other !== root);
  const participatingOnly = configuration.partnerFunction === 'participating';
  return [
    own,
    {
      kind: 'temporary',
      uri: campaign,
      constituents: [
        { group: own.uri, nonControllingPsi: null },
        ...(participatingOnly ? [] : partners).map((other) => ({
          group: team(other.letter),
          nonControllingPsi: `sip:ncf@${interconnectDomainOf(other.letter)}`,
        })),
      ],
      directMembers: (participatingOnly ? partners : []).flatMap((other) =>
        other.ues.map((ue) => ({
          user: mcpttIdOf(ue.name, other.letter),
          participatingPsi: `sip:pf@${interconnectDomainOf(other.letter)}`,
        })),
      ),
    },
  ];
}

function edge(stage: Stage, agency: AgencyAddresses): CastMember {
  const { configuration, agencies } = stage;
  const place = `${agency.letter}-edge`;
  const isRoot = agency === agencies[0];
  const config: EdgeConfig = {
    role: 'edge',
    process: processOf(stage, place),
    sipTimers: sipTimers[configuration.timers],
    resolvConf: resolvConf(stage),
    address: agency.pods.edge,
    ports: { inside: podPorts.sip, clients: podPorts.edgeClients, agencies: podPorts.edgeAgencies },
    advertised: {
      address: agency.node,
      clientsPort: agency.nodePorts.clients,
      agenciesPort: agency.nodePorts.agencies,
    },
    mediaPorts,
    insideMediaPorts,
    server: 'sip:server.mcx.svc.cluster.local:5060',
    domain: domainOf(agency.letter),
    peers:
      configuration.edge.partners === 'unknown'
        ? []
        : agencies
            .filter((other) => other !== agency)
            .map((other) => ({ domain: domainOf(other.letter), nodes: [other.node] })),
    unregisteredClients: configuration.edge.unregisteredClients,
    peerMedia: configuration.edge.peerMedia,
    memory: isRoot ? configuration.edge.rootMemory : 'dialogs',
    identityCheck: configuration.edge.identityCheck,
    relayIdleMs: 60_000,
  };
  return { place, emulator: 'edge', config };
}

function client(
  stage: Stage,
  agency: AgencyAddresses,
  ue: { readonly name: string; readonly address: string },
  index: number,
): CastMember {
  const { configuration } = stage;
  const config: ClientConfig = {
    role: 'client',
    process: processOf(stage, ue.name),
    sipTimers: sipTimers[configuration.timers],
    floorTimers: floorTimers[configuration.timers],
    address: ue.address,
    sipPort: clientPorts.sip,
    rtpPort: clientPorts.rtp,
    floorPort: clientPorts.floor,
    mcpttId: mcpttIdOf(ue.name, agency.letter),
    clientId: `urn:uuid:2f6b8c4e-1a2b-4c3d-9e8f-${agency.letter.charCodeAt(0).toString(16)}000000000${index.toString(16)}`,
    participatingPsi: `sip:pf@${domainOf(agency.letter)}`,
    outboundProxy: `sip:${agency.node}:${agency.nodePorts.clients}`,
    offerGranted: false,
    implicitFloorRequest: true,
    keepAliveMs: 15_000,
    sessionExpiresS: 1800,
  };
  return { place: ue.name, emulator: 'client', config };
}

/** Behind each access network (a subscriber in no group, and a host that is nobody), in a pod of each cluster, and on the bridge. */
function strangers(stage: Stage): CastMember[] {
  const at = (place: string, address: string): CastMember => ({
    place,
    emulator: 'stranger',
    config: { role: 'stranger', process: processOf(stage, place), address },
  });
  return [
    at('bridge', bridgeAddress),
    ...stage.agencies.flatMap(({ letter, stranger, spoofer, pods }) => [
      at(stranger.name, stranger.address),
      at(spoofer.name, spoofer.address),
      at(`${letter}-bystander`, pods.bystander),
    ]),
  ];
}
