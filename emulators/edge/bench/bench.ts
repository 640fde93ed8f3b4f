import { systemClock } from '../../kit/clock.ts';
import { seededIds } from '../../kit/ids.ts';
import { openLog } from '../../kit/log.ts';
import type { Emulator } from '../../kit/start/start.ts';
import type { EdgeConfig } from '../config.ts';
import type { SocketAddress } from '../party.ts';
import { openEdge } from '../proxy.ts';
import { type Actor, openActor, quickTimers } from './actor.ts';
import { type MediaEnd, openMediaEnd } from './media-end.ts';

/**
 * A whole edge on the loopback, its neighbours scripted, each at an address of its own in 127/8. There is no NAT
 * here: what the edge advertises is an address where nobody listens, and the scripts send to the pod in its place.
 */
export interface Bench {
  readonly address: Readonly<Record<Place, string>>;
  readonly config: EdgeConfig;
  readonly edge: Emulator;
  /** The three listeners of the edge. */
  readonly at: Readonly<Record<'inside' | 'clients' | 'agencies', SocketAddress>>;
  /** The server, where configuration says that it is. */
  readonly server: Actor;
  actor(place: Place, port?: number): Promise<Actor>;
  media(place: Place, port?: number): Promise<MediaEnd>;
  faults(): number;
  describe(): Description;
  close(): Promise<void>;
}

export interface Description {
  readonly registrations: readonly unknown[];
  readonly dialogs: number | string;
  readonly calls: readonly unknown[];
}

const places = { node: 2, edge: 5, server: 6, access: 10, otherAccess: 11, partner: 30, partnerEdge: 35, stranger: 66 };
export type Place = keyof typeof places;

let benches = 0;

/** What differs from the working configuration; a function where it needs the addresses of this bench. */
type Difference = Partial<EdgeConfig> | ((address: Bench['address']) => Partial<EdgeConfig>);

export async function openBench(more: Difference = {}): Promise<Bench> {
  benches += 1;
  // Several test processes share the loopback.
  const net = `127.${20 + (process.pid % 200)}.${benches % 250}`;
  const address = Object.fromEntries(Object.entries(places).map(([name, last]) => [name, `${net}.${last}`])) as Record<
    Place,
    string
  >;
  const config: EdgeConfig = {
    role: 'edge',
    process: { name: 'edge', control: '/nowhere', seed: 1 },
    sipTimers: quickTimers,
    resolvConf: { nameservers: [`${address.stranger}:53`], search: [], ndots: 1, timeoutMs: 50, attempts: 1 },
    address: address.edge,
    ports: { inside: 5060, clients: 5062, agencies: 5064 },
    advertised: { address: address.node, clientsPort: 30060, agenciesPort: 30070 },
    mediaPorts: [30100, 30131],
    insideMediaPorts: [21000, 21199],
    server: `sip:${address.server}:5060`,
    domain: 'a.mcx.test',
    peers: [{ domain: 'b.mcx.test', nodes: [address.partner, address.partnerEdge] }],
    unregisteredClients: 'refuse',
    peerMedia: 'announced',
    memory: 'dialogs',
    identityCheck: 'initial-requests',
    relayIdleMs: 60_000,
    ...(typeof more === 'function' ? more(address) : more),
  };
  const log = openLog('edge', () => {});
  const edge = await openEdge(config, { log, ids: seededIds(1, 'edge'), clock: systemClock });
  const closers: (() => unknown)[] = [];
  const actor = async (place: Place, port = 5060) => {
    const opened = await openActor({ host: address[place], port }, `${place}-${port}`);
    closers.push(opened.close);
    return opened;
  };
  const bench: Omit<Bench, 'server'> = {
    ...{ address, config, edge, actor },
    at: {
      inside: { host: config.address, port: config.ports.inside },
      clients: { host: config.address, port: config.ports.clients },
      agencies: { host: config.address, port: config.ports.agencies },
    },
    media: async (place, port = 0) => {
      const opened = await openMediaEnd({ host: address[place], port });
      closers.push(opened.close);
      return opened;
    },
    faults: () => log.faults,
    describe: () => edge.control.describe?.({ do: 'describe' }) as Description,
    close: async () => {
      await edge.close();
      for (const close of closers) await close();
    },
  };
  return { ...bench, server: await actor('server') };
}
