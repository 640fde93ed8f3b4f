import type { Decoded, Fault } from '../fault.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeLink } from './link.ts';
import { ETHER_TYPE, type Frame, type IpPacket } from './packet.ts';

/** Link and network layer of one recorded packet. What is no IP (ARP, LLDP, …) has a value without `ip` and no fault. */
export function decodeFrame(linkType: number, bytes: Uint8Array): Decoded<Frame> {
  const faults: Fault[] = [];
  const link = decodeLink(linkType, bytes, faults);
  if (link === undefined) return { value: undefined, faults };
  const ip = decodeIp(link.etherType, bytes, link.end, faults);
  const { srcMac, dstMac, vlans, etherType } = link;
  return { value: { srcMac, dstMac, vlans, etherType, ip }, faults };
}

function decodeIp(etherType: number | undefined, bytes: Uint8Array, at: number, faults: Fault[]): IpPacket | undefined {
  if (etherType === ETHER_TYPE.IPV4) return decodeIpv4(bytes, at, faults);
  return etherType === ETHER_TYPE.IPV6 ? decodeIpv6(bytes, at, faults) : undefined;
}
