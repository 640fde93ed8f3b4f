import type { EdgeConfig } from '../../../../emulators/edge/config.ts';
import type { Configuration } from '../../settings/configuration.ts';
import { type AgencyAddresses, insideMediaPorts, podPorts } from '../addresses.ts';
import { domainOf } from './names.ts';
import { resolvConf } from './resolver.ts';
import { type CastStage, processOf } from './stage.ts';

export interface Edge {
  readonly place: string;
  readonly emulator: 'edge';
  readonly config: EdgeConfig;
}

export function edge(stage: CastStage, agency: AgencyAddresses): Edge {
  const { configuration, agencies } = stage;
  const place = `${agency.letter}-${agency.edgePod}`;
  const isRoot = agency === agencies[0];
  const config: EdgeConfig = {
    role: 'edge',
    process: processOf(stage, place),
    sipTimers: stage.sipTimers,
    resolvConf: resolvConf(stage, agency),
    address: agency.pods.edge,
    ports: { inside: podPorts.sip, clients: podPorts.edgeClients, agencies: podPorts.edgeAgencies },
    advertised: {
      address: agency.node,
      clientsPort: agency.nodePorts.clients,
      agenciesPort: agency.nodePorts.agencies,
    },
    mediaPorts: agency.edgeMediaPorts,
    insideMediaPorts,
    server: 'sip:server.mcx.svc.cluster.local:5060',
    domain: domainOf(configuration, agency.letter),
    peers:
      configuration.edge.partners === 'unknown'
        ? []
        : listedBy(configuration, agency, agencies).map((other) => ({
            domain: domainOf(configuration, other.letter),
            nodes: sourcesOf(configuration, other),
          })),
    unregisteredClients: configuration.edge.unregisteredClients,
    peerMedia: configuration.edge.peerMedia,
    memory: isRoot ? configuration.edge.rootMemory : 'dialogs',
    identityCheck: configuration.edge.identityCheck,
    relayIdleMs: 60_000,
  };
  return { place, emulator: 'edge', config };
}

/** The partners that an agency's edge lists. */
function listedBy(
  { edge: { peers } }: Configuration,
  agency: AgencyAddresses,
  agencies: readonly AgencyAddresses[],
): AgencyAddresses[] {
  const listed: readonly string[] | undefined = Object.entries(peers).find(([letter]) => letter === agency.letter)?.[1];
  return agencies.filter((other) => other !== agency && (listed === undefined || listed.includes(other.letter)));
}

/** Where a partner's requests and media come from: its node, or its edge's pod where pods are routed between the clusters. */
function sourcesOf({ edge: { partnerSource }, nat }: Configuration, { node, pods }: AgencyAddresses): string[] {
  if (partnerSource === 'any') return [];
  return nat === 'none' ? [node, pods.edge] : [node];
}
