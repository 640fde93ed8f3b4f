import { encodeEthernet, encodeIcmpError, encodeIpv4, encodeIpv6, encodeUdp } from './encode.ts';
import { ETHER_TYPE, IP_PROTOCOL } from './packet.ts';

/** One UDP datagram on a wire, as a test or a capture wants it: addresses of one family, the rest by default. */
export interface UdpPacket {
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly payload: Uint8Array;
  readonly ttl?: number;
  readonly ipId?: number;
  readonly srcMac?: string;
  readonly dstMac?: string;
  readonly vlans?: readonly number[];
}

/** The IP packet. */
export function udpPacket(packet: UdpPacket): Uint8Array {
  return ip({ ...packet, protocol: IP_PROTOCOL.UDP }, encodeUdp(packet, packet.payload));
}

/** The Ethernet frame. */
export function udpFrame(packet: UdpPacket): Uint8Array {
  return ethernet(packet, udpPacket(packet));
}

/** The Ethernet frames of a datagram in fragments, each with at most `mtu` bytes of IP. */
export function udpFragments(packet: UdpPacket, mtu: number): Uint8Array[] {
  const whole = encodeUdp(packet, packet.payload);
  const header = isIpv6(packet.src) ? 48 : 20;
  const step = (mtu - header) & ~7;
  if (step < 8) throw new RangeError(`nothing fits an MTU of ${mtu}`);
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < whole.length; offset += step) {
    const more = offset + step < whole.length;
    const fields = { ...packet, protocol: IP_PROTOCOL.UDP, fragment: { offset, more } };
    frames.push(ethernet(packet, ip(fields, whole.subarray(offset, offset + step))));
  }
  return frames;
}

/** The Ethernet frame of "port unreachable" (3/3, or 1/4 by IPv6) about an IP packet, from `src` to `dst`. */
export function portUnreachable(
  fields: { readonly src: string; readonly dst: string; readonly ttl?: number; readonly ipId?: number },
  about: Uint8Array,
): Uint8Array {
  const six = isIpv6(fields.src);
  const kind = six ? { type: 1, code: 4 } : { type: 3, code: 3 };
  const message = encodeIcmpError({ ...fields, ...kind }, about);
  return ethernet(fields, ip({ ...fields, protocol: six ? IP_PROTOCOL.ICMPV6 : IP_PROTOCOL.ICMP }, message));
}

function ip(fields: Parameters<typeof encodeIpv4>[0], payload: Uint8Array): Uint8Array {
  return isIpv6(fields.src) ? encodeIpv6(fields, payload) : encodeIpv4(fields, payload);
}

function ethernet(
  { src, srcMac, dstMac, vlans }: { src: string; srcMac?: string; dstMac?: string; vlans?: readonly number[] },
  payload: Uint8Array,
): Uint8Array {
  const etherType = isIpv6(src) ? ETHER_TYPE.IPV6 : ETHER_TYPE.IPV4;
  return encodeEthernet(
    {
      etherType,
      ...(srcMac === undefined ? {} : { src: srcMac }),
      ...(dstMac === undefined ? {} : { dst: dstMac }),
      ...(vlans === undefined ? {} : { vlans }),
    },
    payload,
  );
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}
