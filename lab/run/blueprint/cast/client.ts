import type { ClientConfig } from '../../../../emulators/client/config.ts';
import type { AgencyAddresses } from '../addresses.ts';
import { domainOf, mcpttIdOf } from './names.ts';
import { type CastStage, processOf } from './stage.ts';
import { floorTimers } from './timers.ts';

export interface Client {
  readonly place: string;
  readonly emulator: 'client';
  readonly config: ClientConfig;
}

export function client(
  stage: CastStage,
  agency: AgencyAddresses,
  ue: { readonly name: string; readonly address: string },
  index: number,
): Client {
  const { configuration } = stage;
  const config: ClientConfig = {
    role: 'client',
    process: processOf(stage, ue.name),
    sipTimers: stage.sipTimers,
    floorTimers: floorTimers[configuration.timers],
    address: ue.address,
    sipPort: agency.uePorts.sip,
    rtpPort: agency.uePorts.rtp,
    floorPort: agency.uePorts.floor,
    mcpttId: mcpttIdOf(configuration, ue.name, agency.letter),
    clientId: `urn:uuid:2f6b8c4e-1a2b-4c3d-9e8f-${hex(agency.letter.charCodeAt(0))}000000000${hex(index)}`,
    participatingPsi: `sip:pf@${domainOf(configuration, agency.letter)}`,
    outboundProxy: `sip:${agency.node}:${agency.nodePorts.clients}`,
    offerGranted: false,
    implicitFloorRequest: true,
    commencement: configuration.commencement,
    keepAliveMs: 15_000,
    sessionExpiresS: 1800,
  };
  return { place: ue.name, emulator: 'client', config };
}

const hex = (value: number) => value.toString(16);
