import { systemClock } from '../../kit/clock.ts';
import type { ControlAct } from '../../kit/control/control.ts';
import { seededIds } from '../../kit/ids.ts';
import { openLog } from '../../kit/log.ts';
import type { Peer } from '../../kit/udp.ts';
import { openClient } from '../client.ts';
import type { ClientConfig } from '../config.ts';
import { quickTimers } from './far-side.ts';

export interface Ue {
  readonly config: ClientConfig;
  readonly sipAt: Peer;
  readonly rtpAt: Peer;
  readonly floorAt: Peer;
  readonly faults: () => number;
  do<Do extends ControlAct['do']>(act: Extract<ControlAct, { do: Do }>): Promise<unknown>;
  describe(): Promise<Description>;
  close(): Promise<void>;
}

/** What the tests look at of `describe`. */
export interface Description {
  readonly registration: { readonly state: string; readonly lastStatus: number };
  readonly call: { readonly phase: string; readonly media: { readonly floor: { readonly state: string } } } | undefined;
  readonly lastFailure: number | undefined;
  readonly dialogs: number;
  readonly media: { readonly rtpIn: number; readonly rejected: number };
}

export function ueConfig(host: string, edge: Peer, more: Partial<ClientConfig> = {}): ClientConfig {
  return {
    role: 'client',
    process: { name: 'a-ue-1', control: '/unused', seed: 1 },
    sipTimers: quickTimers,
    floorTimers: {
      t100Ms: 100,
      t101Ms: 100,
      t103Ms: 400,
      t104Ms: 100,
      t1Ms: 400,
      t2Ms: 3000,
      t3Ms: 300,
      t4Ms: 3000,
      t7Ms: 200,
      t8Ms: 100,
      t20Ms: 100,
    },
    address: host,
    sipPort: 5060,
    rtpPort: 40000,
    floorPort: 40002,
    mcpttId: 'sip:a-ue-1@a.mcx.test',
    clientId: 'urn:uuid:2f6b8c4e-1a2b-4c3d-9e8f-0a1b2c3d4e5f',
    participatingPsi: 'sip:pf@a.mcx.test',
    outboundProxy: `sip:${edge.host}:${edge.port}`,
    offerGranted: false,
    implicitFloorRequest: true,
    commencement: 'automatic',
    keepAliveMs: 100,
    sessionExpiresS: 1800,
    ...more,
  };
}

/** A UE without its process: the same code, driven by the same acts. */
export async function openUe(host: string, edge: Peer, more: Partial<ClientConfig> = {}): Promise<Ue> {
  const config = ueConfig(host, edge, more);
  const log = openLog('ue', () => {});
  const emulator = await openClient(config, { log, ids: seededIds(1, host), clock: systemClock });
  const perform = async (act: ControlAct): Promise<unknown> => {
    const handler = emulator.control[act.do] as ((given: ControlAct) => unknown) | undefined;
    if (handler === undefined) throw new Error(`no ${act.do}`);
    return handler(act);
  };
  return {
    config,
    sipAt: { host, port: config.sipPort },
    rtpAt: { host, port: config.rtpPort },
    floorAt: { host, port: config.floorPort },
    faults: () => log.faults,
    do: perform,
    describe: async () => (await perform({ do: 'describe' })) as Description,
    close: async () => {
      await emulator.close();
    },
  };
}
