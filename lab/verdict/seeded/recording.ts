import { classify } from '../../capture/classify.ts';
import type { Content } from '../../capture/timeline.ts';
import { concat } from '../../wire/bytes.ts';
import { type UdpPacket, udpFragments, udpFrame } from '../../wire/net/build.ts';
import { decodeFrame } from '../../wire/net/frame.ts';
import { LINK_TYPE } from '../../wire/net/packet.ts';
import { Reassembler } from '../../wire/net/reassembly.ts';
import { decodeTransport } from '../../wire/net/transport.ts';
import { CaptureReader } from '../../wire/pcap/reader.ts';
import {
  classicHeader,
  classicRecord,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
  type WrittenPacket,
} from '../../wire/pcap/writer.ts';

/** A UDP datagram with what it carries; written anew where an edit changed it. */
export interface Datagram extends UdpPacket {
  readonly content: Content;
}

/** A datagram with all its fragments, or one frame of anything else. */
export interface Packet {
  readonly timeNs: bigint;
  readonly datagram: Datagram | undefined;
  /** The frames as they go into the file. */
  readonly frames: readonly WrittenPacket[];
}

export interface Tap {
  readonly packets: readonly Packet[];
  readonly drops: number | undefined;
  /** Name of its interface, where the file tells one. */
  readonly name?: string;
  readonly format?: 'pcapng' | 'pcap';
  /** Bytes missing at the end of the file. */
  readonly cut?: number;
}

/** The captures of one scenario, by the name of each file without its ending. */
export type Recording = ReadonlyMap<string, Tap>;

export type Edit = (recording: Recording) => Recording;

/** Reads one file of a tap: Ethernet, as the lab records it. */
export function readTap(name: string, file: Uint8Array): Tap {
  const reader = new CaptureReader();
  const reassembler = new Reassembler();
  const packets: Packet[] = [];
  /** Fragments of datagrams that are not whole yet. */
  const pieces = new Map<string, WrittenPacket[]>();
  for (const { timeNs, linkType, data } of reader.feed(file)) {
    if (linkType !== LINK_TYPE.ETHERNET) throw new Error(`${name}: link type ${linkType}`);
    const frame = decodeFrame(linkType, data).value;
    const ip = frame?.ip && reassembler.push(frame.ip, timeNs, frame.srcMac).value;
    const whole = `${frame?.srcMac} ${frame?.ip?.src} ${frame?.ip?.ipId} ${frame?.ip?.ttl}`;
    const frames = [...(pieces.get(whole) ?? []), { timeNs, data }];
    if (frame?.ip !== undefined && ip === undefined) {
      pieces.set(whole, frames);
      continue;
    }
    pieces.delete(whole);
    const transport = ip && decodeTransport(ip).value;
    if (frame === undefined || ip === undefined || transport?.kind !== 'udp') {
      packets.push({ timeNs, datagram: undefined, frames });
      continue;
    }
    const { src, dst, ttl, ipId } = ip;
    const { srcMac, dstMac } = frame;
    const { srcPort, dstPort, payload } = transport;
    const content = classify({ dst, srcPort, dstPort, payload });
    const datagram = { src, dst, ttl, ipId, srcMac, dstMac, srcPort, dstPort, payload, content };
    packets.push({ timeNs, datagram, frames });
  }
  if (pieces.size > 0) throw new Error(`${name}: a fragment is missing`);
  return { packets, drops: reader.interfaces[0]?.drops, name };
}

export function writeTap(tap: Tap): Uint8Array {
  const { packets, drops, name, format = 'pcapng', cut = 0 } = tap;
  const frames = packets.flatMap((packet) => packet.frames).sort(byTime);
  const file = format === 'pcap' ? classic(frames) : pcapng(frames, name, drops);
  return file.subarray(0, file.length - cut);
}

function classic(frames: readonly WrittenPacket[]): Uint8Array {
  return concat([classicHeader(LINK_TYPE.ETHERNET), ...frames.map((frame) => classicRecord(frame))]);
}

function pcapng(frames: readonly WrittenPacket[], name: string | undefined, drops: number | undefined): Uint8Array {
  const last = frames.at(-1)?.timeNs ?? 0n;
  const statistics = drops === undefined ? [] : [interfaceStatistics({ interfaceId: 0, timeNs: last, drops })];
  const described = { linkType: LINK_TYPE.ETHERNET, ...(name === undefined ? {} : { name }) };
  const blocks = frames.map((frame) => enhancedPacket({ ...frame, interfaceId: 0 }));
  return concat([sectionHeader(), interfaceDescription(described), ...blocks, ...statistics]);
}

/** The packet with its datagram changed: whole, with lengths and checksums right. */
export function withDatagram(packet: Packet, changes: Partial<UdpPacket>): Packet {
  if (packet.datagram === undefined) return packet;
  const datagram = { ...packet.datagram, ...changes };
  const { timeNs } = packet;
  return {
    timeNs,
    datagram: { ...datagram, content: classify(datagram) },
    frames: [{ timeNs, data: udpFrame(datagram) }],
  };
}

/** The same datagram in fragments of at most so many bytes. */
export function fragmented(packet: Packet, mtu: number): Packet {
  const { datagram, timeNs } = packet;
  if (datagram === undefined) return packet;
  return { ...packet, frames: udpFragments(datagram, mtu).map((data) => ({ timeNs, data })) };
}

export function atTime(packet: Packet, timeNs: bigint): Packet {
  const shift = timeNs - packet.timeNs;
  const frames = packet.frames.map((frame) => ({ ...frame, timeNs: frame.timeNs + shift }));
  return { ...packet, timeNs, frames };
}

function byTime(a: WrittenPacket, b: WrittenPacket): number {
  return a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0;
}
