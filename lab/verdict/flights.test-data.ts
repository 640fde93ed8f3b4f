import { classify } from '../capture/classify.ts';
import type { Content, Sighting, Timeline } from '../capture/timeline.ts';
import type { Evidence } from './question.ts';
import type { Detector } from './symptoms/finding.ts';

/** One datagram, and every tap that saw it. */
export interface Flight {
  /** When it left. */
  readonly ms: number;
  readonly carries: Uint8Array | string | Content;
  /** `a-edge 10.244.0.5:5064 > 172.18.0.3:31070`, in the order of its way. */
  readonly hops: readonly string[];
  /** On the first tap: 64 at the sender. */
  readonly ttl?: number;
  /** From one tap to the next. */
  readonly us?: number;
}

const hopPattern = /^(\S+) (.+):(\d+) > (.+):(\d+)$/;

/** Datagrams packet by packet, where a stage's NAT would do what the test does not want. Links have no Ethernet addresses. */
export function timelineOf(flights: readonly Flight[]): Timeline {
  const journeys = flights.map(({ ms, carries, hops, ttl = 64, us = 20 }, id) => {
    const journey: { id: number; sightings: Sighting[] } = { id, sightings: [] };
    for (const [index, hop] of hops.entries()) {
      const [, tap = '', src = '', srcPort, dst = '', dstPort] = hopPattern.exec(hop) ?? [];
      if (tap === '') throw new Error(`${hop} is no hop`);
      const ends = { src, srcPort: Number(srcPort), dst, dstPort: Number(dstPort) };
      const payload = bytesOf(carries);
      const content = isContent(carries) ? carries : classify({ ...ends, payload });
      const timeNs = BigInt(Math.round(ms * 1e6)) + BigInt(index * us) * 1000n;
      const rest = { ttl: ttl - index, ipId: 0, srcMac: '', dstMac: '' };
      journey.sightings.push({ tap, frame: 0, timeNs, ...ends, ...rest, content, payload, journey });
    }
    return journey;
  });
  const sightings = journeys.flatMap((journey) => journey.sightings).sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
  const frames = new Map<string, number>();
  for (const sighting of sightings) {
    const frame = (frames.get(sighting.tap) ?? 0) + 1;
    frames.set(sighting.tap, frame);
    Object.assign(sighting, { frame });
  }
  const taps = [...frames].map(([tap, count]) => {
    return { tap, path: `${tap}.pcapng`, drops: 0, truncated: false, frames: count };
  });
  return { taps, sightings, journeys };
}

/** `a-edge INVITE`, `b-node icmp`: what the frames of some evidence hold. */
export function shownIn({ sightings }: Timeline, evidence: readonly Evidence[]): string[] {
  return evidence.map(({ tap, frame }) => {
    const content = sightings.find((one) => one.tap === tap && one.frame === frame)?.content;
    if (content?.protocol !== 'sip') return `${tap} ${content?.protocol}`;
    const { message } = content;
    return `${tap} ${message.kind === 'request' ? message.method : message.status}`;
  });
}

/** What a detector says of datagrams: which symptom, the rung that its remedy begins with, since when, and its evidence. */
export function foundBy(detect: Detector, flights: readonly Flight[]) {
  const timeline = timelineOf(flights);
  return detect(timeline).map(({ name, remedy, firstNs, evidence }) => {
    return { name, rung: remedy.slice(0, 2), firstNs, shown: shownIn(timeline, evidence) };
  });
}

function isContent(carries: Flight['carries']): carries is Content {
  return typeof carries === 'object' && 'protocol' in carries;
}

function bytesOf(carries: Flight['carries']): Uint8Array {
  if (typeof carries === 'string') return new TextEncoder().encode(carries);
  return isContent(carries) ? new Uint8Array(0) : carries;
}

export interface SipText {
  readonly callId?: string;
  readonly cseq?: string;
  readonly branch?: string;
  readonly toTag?: string | undefined;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** `INVITE sip:team@b SIP/2.0` or `SIP/2.0 200 OK`, with what makes it a message of a dialog. */
export function sip(
  start: string,
  { callId = 'call', cseq, branch = 'z9hG4bK1', toTag, headers = [], body = '' }: SipText = {},
) {
  const method = start.startsWith('SIP/2.0') ? 'INVITE' : (start.split(' ')[0] ?? '');
  return [
    start,
    `Via: SIP/2.0/UDP 10.244.0.5:5064;branch=${branch}`,
    'From: <sip:cf@ic.a.mcx.test>;tag=f',
    `To: <sip:team@ic.b.mcx.test>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq ?? `1 ${method}`}`,
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    '',
    body,
  ].join('\r\n');
}

/** Speech at this address and port. */
export function sdp(address: string, port: number): string {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 96`,
    '',
  ];
  return lines.join('\r\n');
}

/** A node's kernel about a datagram that ended there (RFC 792). */
export function refusal(
  ms: number,
  tap: string,
  about: string,
  { type = 3, code = 3 }: { type?: number; code?: number } = {},
): Flight {
  const [, , src = '', srcPort, dst = '', dstPort] = hopPattern.exec(`x ${about}`) ?? [];
  const quoted = { src, srcPort: Number(srcPort), dst, dstPort: Number(dstPort) };
  return { ms, carries: { protocol: 'icmp', type, code, quoted }, hops: [`${tap} ${dst}:0 > ${src}:0`] };
}

/** Something else, so that the capture goes on. */
export function later(ms: number, tap = 'c-host'): Flight {
  return { ms, carries: 'later', hops: [`${tap} 192.0.2.1:9000 > 192.0.2.2:9000`] };
}

/** From the edge of agency a over both nodes to the edge of agency b: its own source is masqueraded, the node port leads in. */
export const inwards = [
  'a-edge 10.244.0.5:5064 > 172.18.0.3:31070',
  'a-node 172.18.0.2:5064 > 172.18.0.3:31070',
  'b-node 172.18.0.2:5064 > 172.18.0.3:31070',
  'b-edge 172.18.0.2:5064 > 10.244.0.25:5064',
] as const;

/** The way back. */
export const outwards = [
  'b-edge 10.244.0.25:5064 > 172.18.0.2:5064',
  'b-node 172.18.0.3:31070 > 172.18.0.2:5064',
  'a-node 172.18.0.3:31070 > 172.18.0.2:5064',
  'a-edge 172.18.0.3:31070 > 10.244.0.5:5064',
] as const;
