import { classify } from '../capture/classify.ts';
import { put16, u16 } from '../wire/bytes.ts';
import { checksum } from '../wire/net/checksum.ts';
import { decodeFrame } from '../wire/net/frame.ts';
import { decodeLink } from '../wire/net/link.ts';
import { ETHER_TYPE, IP_PROTOCOL, type IpPacket, LINK_TYPE } from '../wire/net/packet.ts';
import { fromBytes, toBytes } from '../wire/sip/text.ts';
import { redactDns } from './dns.ts';
import { redactIcmp } from './icmp.ts';
import type { Identities } from './identities.ts';
import { address, type Ends, mac, pseudoSum, scramble } from './parts.ts';
import { redactRtcp, redactRtp } from './rtp.ts';
import { redactSip } from './sip.ts';

/** A part of a datagram that waits for the rest. */
export interface Fragment {
  readonly key: string;
  readonly protocol: number;
  readonly offset: number;
  readonly more: boolean;
  /** Views of the packet that is being redacted. */
  readonly ends: Ends;
  readonly payload: Uint8Array;
}

/** Redacts one recorded packet in place; a fragment's payload is left to who has all of them. */
export function redactFrame(linkType: number, bytes: Uint8Array, who: Identities): Fragment | undefined {
  const link = decodeLink(linkType, bytes, []);
  if (link === undefined) return scramble(bytes, who);
  const ip = decodeFrame(linkType, bytes).value?.ip;
  macs(linkType, bytes, who);
  if (link.etherType === ETHER_TYPE.ARP) return arp(bytes.subarray(link.end), who);
  if (ip === undefined) return scramble(bytes.subarray(link.end), who);
  return redactIp(bytes.subarray(link.end), ip, who);
}

function macs(linkType: number, bytes: Uint8Array, who: Identities): void {
  const places = { [LINK_TYPE.ETHERNET]: [0, 6], [LINK_TYPE.LINUX_SLL]: [6], [LINK_TYPE.LINUX_SLL2]: [12] }[linkType];
  for (const at of places ?? []) mac(bytes.subarray(at, at + 6), who);
}

/** RFC 826, for IPv4 over Ethernet. */
function arp(bytes: Uint8Array, who: Identities): undefined {
  if (bytes.length < 28 || u16(bytes, 2) !== ETHER_TYPE.IPV4) return scramble(bytes, who);
  for (const at of [8, 18]) mac(bytes.subarray(at, at + 6), who);
  for (const at of [14, 24]) address(bytes.subarray(at, at + 4), who);
  bytes.fill(0, 28);
}

/** `packet` begins with the IP header; `ip` is what it says, its payload a view of it. */
export function redactIp(packet: Uint8Array, ip: IpPacket, who: Identities): Fragment | undefined {
  const { version, src, dst, protocol, payload, ipId, fragment } = ip;
  const [first, size] = version === 4 ? [12, 4] : [8, 16];
  const header = payload.byteOffset - packet.byteOffset;
  // Padding of the link may be left over from another packet.
  packet.fill(0, header + payload.length);
  address(packet.subarray(first, first + size), who);
  address(packet.subarray(first + size, first + 2 * size), who);
  // Options record routes, extension headers too: options of no operation, and an extension's data as it is (RFC 8200 4).
  if (version === 4) {
    packet.fill(1, 20, header);
    put16(packet, 10, 0);
    put16(packet, 10, checksum(packet.subarray(0, header)));
  }
  const ends = { version, src, dst, made: packet.slice(first, first + 2 * size) };
  if (fragment !== undefined) {
    const key = `${src} ${dst} ${ipId} ${protocol}`;
    return { key, protocol, offset: fragment.offset, more: fragment.more, ends, payload };
  }
  redactTransport(protocol, payload, ends, who);
  return undefined;
}

/** A whole transport packet, or its beginning: checksums are made right where all that they cover is there. */
export function redactTransport(protocol: number, bytes: Uint8Array, ends: Ends, who: Identities): void {
  if (protocol === IP_PROTOCOL.UDP && bytes.length >= 8) return void udp(bytes, ends, who);
  if (protocol === IP_PROTOCOL.TCP && bytes.length >= 20) return void tcp(bytes, ends, who);
  if (protocol === (ends.version === 4 ? IP_PROTOCOL.ICMP : IP_PROTOCOL.ICMPV6))
    return void redactIcmp(bytes, ends, who, redactQuoted);
  scramble(bytes, who);
}

/** What an error quotes; of a quoted fragment nobody has the rest. */
function redactQuoted(quote: Uint8Array, ip: IpPacket, who: Identities): void {
  const fragment = redactIp(quote, ip, who);
  if (fragment?.offset === 0) redactTransport(fragment.protocol, fragment.payload, fragment.ends, who);
  else if (fragment !== undefined) scramble(fragment.payload, who);
}

function udp(bytes: Uint8Array, ends: Ends, who: Identities): void {
  const length = u16(bytes, 4) || bytes.length;
  const payload = bytes.subarray(8, Math.min(bytes.length, Math.max(8, length)));
  redactPayload({ dst: ends.dst, srcPort: u16(bytes, 0), dstPort: u16(bytes, 2), payload }, who);
  const whole = length <= bytes.length;
  // RFC 768: 0 says that there is no checksum; so does a piece that a quote cut off.
  if (u16(bytes, 6) === 0) return;
  put16(bytes, 6, 0);
  if (whole) put16(bytes, 6, checksum(bytes.subarray(0, length), pseudoSum(ends, IP_PROTOCOL.UDP, length)) || 0xffff);
}

function tcp(bytes: Uint8Array, ends: Ends, who: Identities): void {
  const start = Math.min(bytes.length, Math.max(20, 4 * ((bytes[12] as number) >> 4)));
  scramble(bytes.subarray(start), who);
  put16(bytes, 16, 0);
  put16(bytes, 16, checksum(bytes, pseudoSum(ends, IP_PROTOCOL.TCP, bytes.length)));
}

type Datagram = Parameters<typeof classify>[0];

/** By what it carries, as the timeline reads it; what nobody knows keeps its length, and keep-alives themselves. */
function redactPayload(datagram: Datagram, who: Identities): void {
  const { payload } = datagram;
  switch (classify(datagram).protocol) {
    case 'marker':
      return;
    case 'sip':
      return void payload.set(toBytes(redactSip(fromBytes(payload), who)).subarray(0, payload.length));
    case 'dns':
      return void redactDns(payload, who);
    case 'rtp':
      return void redactRtp(payload, who);
    case 'rtcp':
    case 'floor':
      return void redactRtcp(payload, who);
    default:
      if (payload.every((byte) => byte === 0 || byte === 0x0d || byte === 0x0a)) return;
      scramble(payload, who);
      // So that nobody takes it for something else than before: no RTP, no text.
      payload[0] = 0;
  }
}
