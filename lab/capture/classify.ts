import { Buffer } from 'node:buffer';
import { decodeDns } from '../wire/dns/codec.ts';
import { decodeFloor } from '../wire/floor/codec.ts';
import { appName } from '../wire/rtcp/app.ts';
import { decodeRtcp } from '../wire/rtcp/codec.ts';
import { type RtcpFrame, rtcpFrames } from '../wire/rtcp/frame.ts';
import { RTCP } from '../wire/rtcp/packet.ts';
import { decodeRtp } from '../wire/rtp/codec.ts';
import { decodeSip } from '../wire/sip/decode.ts';
import type { Content } from './timeline.ts';

/** What classification may look at. */
export interface Datagram {
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly payload: Uint8Array;
}

const OTHER: Content = { protocol: 'other' };

/** What a UDP datagram carries: by its payload, and by ports only where nothing else tells (markers, DNS). */
export function classify(datagram: Datagram): Content {
  return markerOf(datagram) ?? dnsOf(datagram) ?? payloadContent(datagram.payload);
}

const MARKER_ADDRESSES = new Set(['224.0.0.123', '224.0.0.124']);

/** The fabric marks when an act begins: an ASCII line to a group that nobody joins, at the discard port. */
export function markerOf({ dst, dstPort, payload }: Datagram): Content | undefined {
  if (dstPort !== 9 || !MARKER_ADDRESSES.has(dst) || payload.length > 20) return undefined;
  const match = /^mark (\d{1,10})\s*$/.exec(latin1(payload));
  return match === null ? undefined : { protocol: 'marker', marker: Number(match[1]) };
}

/** DNS has no mark of its own; 1053 is where a resolver without rights on low ports listens. */
export function dnsOf({ srcPort, dstPort, payload }: Datagram): Content | undefined {
  if (!isDnsPort(srcPort) && !isDnsPort(dstPort)) return undefined;
  const { value } = decodeDns(payload);
  return value === undefined ? undefined : { protocol: 'dns', message: value };
}

function isDnsPort(port: number): boolean {
  return port === 53 || port === 1053;
}

/** RFC 3261 7.1 and 7.2, after the line ends that 7.5 has a receiver ignore. */
const SIP_START = /^(?:\r?\n)*(?:SIP\/2\.0 \d|[\w!%'*+.`~-]+ [^\r\n]* SIP\/2\.0\r?\n)/i;

/** What needs no port: SIP by its start line, RTP and RTCP by their version and packet type. */
export function payloadContent(payload: Uint8Array, text = latin1(payload)): Content {
  const first = payload[0];
  if (first === undefined) return OTHER;
  if (first >> 6 === 2) return rtpOrRtcp(payload);
  if (!SIP_START.test(text)) return OTHER;
  const { value } = decodeSip(payload, text);
  return value === undefined ? OTHER : { protocol: 'sip', message: value };
}

function rtpOrRtcp(payload: Uint8Array): Content {
  const second = payload[1];
  // RFC 5761 4: on any port, packet types 192 to 223 are RTCP.
  if (second !== undefined && second >= 192 && second <= 223) return rtcp(payload);
  const { value, faults } = decodeRtp(payload);
  // RFC 3550 A.1: neither with padding that does not fit. RFC 3551 6: nor with a type that stands for RTCP.
  if (value === undefined || faults.length > 0 || (value.payloadType >= 72 && value.payloadType <= 76)) return OTHER;
  return { protocol: 'rtp', packet: value };
}

function rtcp(payload: Uint8Array): Content {
  const frames = rtcpFrames(payload, []);
  if (frames.length === 0) return brokenRtcp(payload);
  if (frames.every(isFloor)) return { protocol: 'floor', messages: decodeFloor(payload).value ?? [] };
  return { protocol: 'rtcp', packets: decodeRtcp(payload).value ?? [] };
}

/** What is cut off or has a wrong length is told by its beginning; it holds no packets, and its decoder says why. */
function brokenRtcp(payload: Uint8Array): Content {
  const packetType = payload[1] as number;
  if (isFloor({ packetType, body: payload.subarray(4) })) return { protocol: 'floor', messages: [] };
  // RFC 4585, RFC 3611: from sender reports to extended reports; the rest of RFC 5761's range is not in use.
  const inUse = packetType >= RTCP.SR && packetType <= 207;
  // RFC 3550 A.2: the first packet of a datagram has no padding.
  return inUse && ((payload[0] as number) & 0x20) === 0 ? { protocol: 'rtcp', packets: [] } : OTHER;
}

/** TS 24.380 8.1.2: RTCP APP packets of the name MCPT. */
function isFloor({ packetType, body }: Pick<RtcpFrame, 'packetType' | 'body'>): boolean {
  return packetType === RTCP.APP && body.length >= 8 && appName(body, 4) === 'MCPT';
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
