import { u16 } from '../bytes.ts';
import type { Decoded, Fault } from '../fault.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { type IcmpMessage, IP_PROTOCOL, type IpPacket, type QuotedPacket, type Transport } from './packet.ts';

/** The transport of a whole packet; checksums of UDP are not looked at, since recorders see them before the card has made them. */
export function decodeTransport(packet: IpPacket): Decoded<Transport> {
  const { protocol, payload } = packet;
  if (protocol === IP_PROTOCOL.UDP) return decodeUdp(payload);
  const icmp = packet.version === 4 ? IP_PROTOCOL.ICMP : IP_PROTOCOL.ICMPV6;
  if (protocol === icmp) return decodeIcmp(packet.version, payload);
  return { value: { kind: 'other', protocol }, faults: [] };
}

/* RFC 768: source port, destination port, length, checksum. */
function decodeUdp(bytes: Uint8Array): Decoded<Transport> {
  if (bytes.length < 8) return { value: undefined, faults: [fault('net/udp-short', 0, 'the UDP header is cut short')] };
  const faults: Fault[] = [];
  // RFC 2675 4: 0 in a jumbogram.
  const length = u16(bytes, 4) || bytes.length;
  if (length < 8) return { value: undefined, faults: [fault('net/udp-length', 4, `a UDP length of ${length}`)] };
  if (length > bytes.length) {
    faults.push(fault('net/udp-truncated', bytes.length, `${length - bytes.length} bytes are not in the packet`));
  }
  const payload = bytes.subarray(8, Math.min(length, bytes.length));
  return { value: { kind: 'udp', srcPort: u16(bytes, 0), dstPort: u16(bytes, 2), payload }, faults };
}

/* RFC 792, RFC 4443 2.1: type, code, checksum; an error quotes the packet from octet 8 on. */
function decodeIcmp(version: 4 | 6, bytes: Uint8Array): Decoded<IcmpMessage> {
  if (bytes.length < 4)
    return { value: undefined, faults: [fault('net/icmp-short', 0, 'the ICMP header is cut short')] };
  const type = bytes[0] as number;
  const quoted = isError(version, type) ? decodeQuoted(version, bytes) : undefined;
  return { value: { kind: 'icmp', version, type, code: bytes[1] as number, payload: bytes, quoted }, faults: [] };
}

function isError(version: 4 | 6, type: number): boolean {
  // RFC 4443 2.1: errors have the first bit clear. RFC 792: 3 unreachable, 4 quench, 5 redirect, 11 time, 12 parameter.
  return version === 6 ? type >= 1 && type < 128 : type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

/** Quotes are cut short by design (RFC 792: the header and 8 bytes), so that their lengths are no faults. */
function decodeQuoted(version: 4 | 6, bytes: Uint8Array): QuotedPacket | undefined {
  const inner = version === 4 ? decodeIpv4(bytes, 8, []) : decodeIpv6(bytes, 8, []);
  if (inner === undefined) return undefined;
  const { src, dst, protocol, payload } = inner;
  const hasPorts =
    (protocol === IP_PROTOCOL.UDP || protocol === IP_PROTOCOL.TCP) &&
    payload.length >= 4 &&
    (inner.fragment?.offset ?? 0) === 0;
  return { src, dst, protocol, srcPort: hasPorts ? u16(payload, 0) : 0, dstPort: hasPorts ? u16(payload, 2) : 0 };
}

function fault(code: string, offset: number, message: string): Fault {
  return { code, offset, message };
}
