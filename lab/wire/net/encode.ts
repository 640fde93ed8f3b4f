import { concat, mustFit, put16, put32 } from '../bytes.ts';
import { ipv4Bytes, ipv6Bytes, macBytes } from './address.ts';
import { checksum, onesSum } from './checksum.ts';
import { ETHER_TYPE, IP_PROTOCOL } from './packet.ts';

/* Packets to build captures of: right in every length and checksum. */

export interface EthernetFields {
  readonly src?: string;
  readonly dst?: string;
  readonly vlans?: readonly number[];
  readonly etherType: number;
}

export function encodeEthernet(fields: EthernetFields, payload: Uint8Array): Uint8Array {
  const { src = '00:00:00:00:00:00', dst = '00:00:00:00:00:00', vlans = [], etherType } = fields;
  const tags = new Uint8Array(4 * vlans.length + 2);
  for (const [i, vlan] of vlans.entries()) {
    put16(tags, 4 * i, ETHER_TYPE.VLAN);
    put16(tags, 4 * i + 2, mustFit('VLAN', vlan, 0x0fff));
  }
  put16(tags, 4 * vlans.length, etherType);
  return concat([macBytes(dst), macBytes(src), tags, payload]);
}

export interface IpFields {
  readonly src: string;
  readonly dst: string;
  readonly protocol: number;
  readonly ttl?: number;
  /** With `fragment`, or in IPv4, the identification. */
  readonly ipId?: number;
  readonly fragment?: { readonly offset: number; readonly more: boolean };
}

/** RFC 791 3.1; options are whole words. */
export function encodeIpv4(fields: IpFields & { readonly options?: Uint8Array }, payload: Uint8Array): Uint8Array {
  const { fragment, options = new Uint8Array() } = fields;
  const length = 20 + options.length;
  const bytes = new Uint8Array(length + payload.length);
  bytes[0] = 0x40 | mustFit('words of the IPv4 header', length / 4, 15);
  put16(bytes, 2, mustFit('IPv4 total length', bytes.length, 0xffff));
  put16(bytes, 4, mustFit('IPv4 identification', fields.ipId ?? 0, 0xffff));
  if (fragment !== undefined) {
    put16(bytes, 6, (fragment.more ? 0x2000 : 0) | mustFit('fragment offset', fragment.offset / 8, 0x1fff));
  }
  bytes[8] = mustFit('TTL', fields.ttl ?? 64, 0xff);
  bytes[9] = fields.protocol;
  bytes.set(ipv4Bytes(fields.src), 12);
  bytes.set(ipv4Bytes(fields.dst), 16);
  bytes.set(options, 20);
  put16(bytes, 10, checksum(bytes.subarray(0, length)));
  bytes.set(payload, length);
  return bytes;
}

/** RFC 8200 3, with a fragment header (4.5) where one is asked for. `extensions` stand in front of it, ready made. */
export function encodeIpv6(
  fields: IpFields & { readonly extensions?: { readonly first: number; readonly bytes: Uint8Array } },
  payload: Uint8Array,
): Uint8Array {
  const { fragment, extensions } = fields;
  const fragmentHeader = new Uint8Array(fragment === undefined ? 0 : 8);
  if (fragment !== undefined) {
    fragmentHeader[0] = fields.protocol;
    put16(fragmentHeader, 2, mustFit('fragment offset', fragment.offset, 0xfff8) | (fragment.more ? 1 : 0));
    put32(fragmentHeader, 4, mustFit('IPv6 identification', fields.ipId ?? 0, 0xffffffff));
  }
  const fixed = new Uint8Array(40);
  fixed[0] = 0x60;
  const body = concat([extensions?.bytes ?? new Uint8Array(), fragmentHeader, payload]);
  put16(fixed, 4, mustFit('IPv6 payload length', body.length, 0xffff));
  fixed[6] = extensions?.first ?? (fragment === undefined ? fields.protocol : 44);
  fixed[7] = mustFit('hop limit', fields.ttl ?? 64, 0xff);
  fixed.set(ipv6Bytes(fields.src), 8);
  fixed.set(ipv6Bytes(fields.dst), 24);
  return concat([fixed, body]);
}

export interface UdpFields {
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
}

/** RFC 768, its checksum over the pseudo header of the addresses' IP version. */
export function encodeUdp(fields: UdpFields, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  put16(bytes, 0, mustFit('source port', fields.srcPort, 0xffff));
  put16(bytes, 2, mustFit('destination port', fields.dstPort, 0xffff));
  put16(bytes, 4, mustFit('UDP length', bytes.length, 0xffff));
  bytes.set(payload, 8);
  // RFC 768: a checksum of 0 would say that there is none.
  put16(bytes, 6, checksum(bytes, pseudoHeaderSum(fields, IP_PROTOCOL.UDP, bytes.length)) || 0xffff);
  return bytes;
}

/** RFC 792 and RFC 4443 3: an error that quotes a packet. */
export function encodeIcmpError(
  fields: { readonly src: string; readonly dst: string; readonly type: number; readonly code: number },
  quoted: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(8 + quoted.length);
  bytes[0] = fields.type;
  bytes[1] = fields.code;
  bytes.set(quoted, 8);
  const start = isIpv6(fields.src) ? pseudoHeaderSum(fields, IP_PROTOCOL.ICMPV6, bytes.length) : 0;
  put16(bytes, 2, checksum(bytes, start));
  return bytes;
}

function pseudoHeaderSum({ src, dst }: { src: string; dst: string }, protocol: number, length: number): number {
  const bytes = isIpv6(src) ? ipv6Bytes : ipv4Bytes;
  return onesSum(bytes(src)) + onesSum(bytes(dst)) + protocol + length;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}
