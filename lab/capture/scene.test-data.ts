import { concat } from '../wire/bytes.ts';
import { type UdpPacket, udpFrame } from '../wire/net/build.ts';
import {
  classicHeader,
  classicRecord,
  enhancedPacket,
  interfaceDescription,
  sectionHeader,
} from '../wire/pcap/writer.ts';
import { TimelineBuilder } from './builder.ts';
import type { Journey, Timeline } from './timeline.ts';

export const ascii = (text: string) => new TextEncoder().encode(text);

/** When captures of tests begin. */
export const START = 1_700_000_000_000_000_000n;

export interface Recorded {
  readonly tap: string;
  readonly timeNs: bigint;
  readonly data: Uint8Array;
}

/** A packet on a tap at some microseconds after the start. */
export function at(us: number, tap: string, packet: Partial<UdpPacket> | Uint8Array): Recorded {
  const timeNs = START + BigInt(Math.round(us * 1000));
  return { tap, timeNs, data: packet instanceof Uint8Array ? packet : udpFrame({ ...DATAGRAM, ...packet }) };
}

const DATAGRAM: UdpPacket = {
  src: '10.244.0.5',
  srcPort: 5060,
  dst: '10.244.0.6',
  dstPort: 5060,
  payload: ascii('hello'),
};

/** `10.0.0.1:5060 > 10.0.0.2:5060`, as fields of a packet. */
export function flow(text: string, rest: Partial<UdpPacket> = {}): Partial<UdpPacket> {
  const match = /^(.+):(\d+) > (.+):(\d+)$/.exec(text);
  if (match === null) throw new Error(`${text} is no flow`);
  const [, src, srcPort, dst, dstPort] = match as unknown as [string, string, string, string, string];
  return { src, srcPort: Number(srcPort), dst, dstPort: Number(dstPort), ...rest };
}

/** Classic files, one a tap, each in the order of its times. */
export function classicFiles(recorded: readonly Recorded[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array[]>();
  for (const packet of inOrder(recorded)) {
    const parts = files.get(packet.tap) ?? [classicHeader(1)];
    parts.push(classicRecord(packet));
    files.set(packet.tap, parts);
  }
  return new Map([...files].map(([tap, parts]) => [tap, concat(parts)]));
}

/** One pcapng file with an interface a tap. */
export function pcapngOf(recorded: readonly Recorded[]): Uint8Array {
  const taps = [...new Set(recorded.map(({ tap }) => tap))];
  const descriptions = taps.map((name) => interfaceDescription({ linkType: 1, name }));
  const packets = inOrder(recorded).map((packet) =>
    enhancedPacket({ ...packet, interfaceId: taps.indexOf(packet.tap) }),
  );
  return concat([sectionHeader(), ...descriptions, ...packets]);
}

function inOrder(recorded: readonly Recorded[]): Recorded[] {
  return [...recorded].sort((a, b) => Number(a.timeNs - b.timeNs));
}

export function timelineOf(recorded: readonly Recorded[]): Timeline {
  const builder = new TimelineBuilder();
  for (const [tap, bytes] of classicFiles(recorded)) {
    builder.addTap(tap, `${tap}.pcap`);
    builder.feed(tap, bytes);
  }
  return builder.timeline();
}

/** `a-edge a-node`: the taps of each journey in their order. */
export function routes(timeline: Timeline): string[] {
  return timeline.journeys.map(route);
}

export function route(journey: Journey): string {
  return journey.sightings.map(({ tap }) => tap).join(' ');
}
