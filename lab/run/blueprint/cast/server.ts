import type { AgencyConfig } from '../../../../emulators/agency/config.ts';
import type { Configuration } from '../../settings/configuration.ts';
import { type AgencyAddresses, podPorts } from '../addresses.ts';
import { groupsOf } from './groups.ts';
import { domainOf, interconnectDomainOf, mcpttIdOf } from './names.ts';
import { resolvConf } from './resolver.ts';
import { type CastStage, processOf } from './stage.ts';
import { floorTimers } from './timers.ts';

export interface Server {
  readonly place: string;
  readonly emulator: 'agency';
  readonly config: AgencyConfig;
}

export function server(stage: CastStage, agency: AgencyAddresses): Server {
  const { configuration, agencies } = stage;
  const place = `${agency.letter}-mcx`;
  const own = interconnectDomainOf(configuration, agency.letter);
  const direct = configuration.border.path === 'server';
  const config: AgencyConfig = {
    role: 'agency',
    process: processOf(stage, place),
    sipTimers: stage.sipTimers,
    floorTimers: floorTimers[configuration.timers],
    resolvConf: resolvConf(stage, agency),
    address: agency.pods.server,
    sipPort: podPorts.sip,
    mediaPorts: agency.serverMediaPorts,
    domain: domainOf(configuration, agency.letter),
    psi: {
      participating: `sip:pf@${domainOf(configuration, agency.letter)}`,
      controlling: `sip:cf@${own}`,
      nonControlling: `sip:ncf@${own}`,
    },
    users: [...agency.ues, ...(configuration.strangers === 'present' ? [agency.stranger] : [])].map(({ name }) =>
      mcpttIdOf(configuration, name, agency.letter),
    ),
    groups: groupsOf(stage, agency),
    edge: 'sip:edge.mcx.svc.cluster.local:5060',
    interconnect: {
      nextHop: direct ? 'direct' : 'edge',
      advertisedSip: direct ? advertisedSip(configuration, agency) : null,
      partners: agencies
        .filter((other) => other !== agency)
        .map((other) => ({
          domain: domainOf(configuration, other.letter),
          interconnectDomain: interconnectDomainOf(configuration, other.letter),
        })),
    },
    sdpRepair: configuration.server.sdpRepair,
    sessionExpiresS: 1800,
  };
  return { place, emulator: 'agency', config };
}

/** What partners are shown: the node, unless pods are routed between the clusters. */
function advertisedSip({ nat }: Configuration, { node, nodePorts, pods }: AgencyAddresses): string {
  return nat === 'none' ? `${pods.server}:${podPorts.sip}` : `${node}:${nodePorts.agencies}`;
}
