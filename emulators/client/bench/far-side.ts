import { makeResponse } from '../../../lab/machines/sip/response.ts';
import type { FloorMessage, FloorMessageName } from '../../../lab/wire/floor/message.ts';
import type { RtpPacket } from '../../../lab/wire/rtp/packet.ts';
import { fromBytes, toBytes } from '../../../lab/wire/sip/text.ts';
import { seededIds } from '../../kit/ids.ts';
import { silentLog } from '../../kit/log.ts';
import { type MediaLeg, openMediaLeg } from '../../kit/media/leg.ts';
import {
  type IncomingRequest,
  openSipEndpoint,
  type ServerTransaction,
  type SipEndpoint,
} from '../../kit/sip/endpoint.ts';
import type { Peer } from '../../kit/udp.ts';

export const quickTimers = { t1Ms: 25, t2Ms: 200, t4Ms: 100 };

/** Waits until `look` gives something; a test that waits in vain says what for. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 4000,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type Taken = IncomingRequest & { readonly transaction: ServerTransaction };

/** The edge of an agency as the UE sees it, every word of it said by the test. */
export interface FarSide {
  readonly at: Peer;
  readonly sip: SipEndpoint;
  readonly leg: MediaLeg;
  readonly requests: readonly IncomingRequest[];
  readonly crlfs: () => number;
  readonly floor: readonly FloorMessage[];
  readonly rtp: readonly { readonly packet: RtpPacket; readonly atMs: number }[];
  /** Where the UE's media comes from. */
  readonly ueRtp: () => Peer | undefined;
  /** The next request of that method that no test has taken yet; ACKs have no transaction. */
  next(method: string): Promise<Taken>;
  nextFloor(name: FloorMessageName): Promise<FloorMessage>;
  sendFloor(message: FloorMessage, to: Peer): void;
  /** A description of this side: audio and floor control, with these floor parameters. */
  sdp(floorParams?: string): Uint8Array;
  close(): Promise<void>;
}

export async function openFarSide(host: string): Promise<FarSide> {
  const requests: IncomingRequest[] = [];
  const floor: FloorMessage[] = [];
  const rtp: { packet: RtpPacket; atMs: number }[] = [];
  const taken = new Set<unknown>();
  let crlfs = 0;
  let ueRtp: Peer | undefined;
  const sip = await openSipEndpoint({
    address: host,
    port: 5062,
    timers: quickTimers,
    ids: seededIds(3, 'far'),
    log: silentLog,
    onRequest: (request) => requests.push(request),
    onKeepAlive: () => {
      crlfs += 1;
    },
  });
  const leg = await openMediaLeg({
    address: host,
    rtpPort: 30100,
    floorPort: 30102,
    keepAliveSsrc: 7,
    keepAliveMs: 60_000,
    onRtp: (packet, _bytes, source) => {
      ueRtp = source;
      rtp.push({ packet, atMs: performance.now() });
    },
    onFloor: (messages) => floor.push(...messages),
    log: silentLog,
  });
  const take = <T>(list: readonly T[], is: (item: T) => boolean) => {
    const found = list.find((item) => !taken.has(item) && is(item));
    if (found !== undefined) taken.add(found);
    return found;
  };
  return {
    at: sip.local,
    sip,
    leg,
    requests,
    crlfs: () => crlfs,
    floor,
    rtp,
    ueRtp: () => ueRtp,
    next: async (method) =>
      (await until(method, () => take(requests, ({ request }) => request.method === method))) as Taken,
    nextFloor: (name) => until(name, () => take(floor, (message) => message.name === name)),
    sendFloor: (message, to) => leg.sendFloor([message], to),
    sdp: (floorParams = 'mc_queueing;mc_priority=5') => toBytes(description(host, floorParams)),
    close: async () => {
      await Promise.all([sip.close(), leg.close()]);
    },
  };
}

function description(host: string, floorParams: string): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 30100 RTP/AVP 96',
    'i=speech',
    'a=rtpmap:96 AMR-WB/16000',
    'a=fmtp:96 octet-align=1',
    'a=sendrecv',
    'm=application 30102 udp MCPTT',
    `a=fmtp:MCPTT ${floorParams}`,
    '',
  ].join('\r\n');
}

/** The 200 of a focus to an INVITE of the UE. */
export function accept(far: FarSide, { request, transaction }: Taken, floorParams?: string, more: string[] = []): void {
  const response = makeResponse(request, 200, {
    toTag: 'focus',
    headers: [
      { name: 'Contact', value: `<sip:focus@${far.at.host}:${far.at.port}>;+g.3gpp.mcptt;isfocus` },
      ...more.map((line) => {
        const [name = '', value = ''] = line.split(': ');
        return { name, value };
      }),
    ],
    body: far.sdp(floorParams),
    contentType: 'application/sdp',
  });
  transaction.respond(response);
}

export function bodyText(bytes: Uint8Array): string {
  return fromBytes(bytes);
}
