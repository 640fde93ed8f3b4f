import { u16, u32 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { ipv6Text } from './address.ts';
import type { FragmentPlace, IpPacket } from './packet.ts';

/* RFC 8200 3: version, class and flow (4), payload length (2), next header (1), hop limit (1), addresses (16 each). */
const FIXED = 40;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;

/** The packet that begins at `at`, its extension headers walked through. */
export function decodeIpv6(bytes: Uint8Array, at: number, faults: Fault[]): IpPacket | undefined {
  if (bytes.length - at < FIXED) return refuse(faults, 'net/ip-short', at, 'the IPv6 header is cut short');
  const version = (bytes[at] as number) >> 4;
  if (version !== 6) return refuse(faults, 'net/ip-version', at, `version ${version} instead of 6`);
  // RFC 2675: a length of 0 announces a jumbogram, or a packet that the network card cuts up later.
  const length = u16(bytes, at + 4) || bytes.length - at - FIXED;
  const end = Math.min(at + FIXED + length, bytes.length);
  if (at + FIXED + length > bytes.length) {
    faults.push(fault('net/ip-truncated', bytes.length, 'the packet is not whole in the capture'));
  }
  const chain = walk(bytes.subarray(0, end), at + FIXED, bytes[at + 6] as number);
  if (chain === undefined) {
    return refuse(faults, 'net/ip-extension', at + FIXED, 'an extension header runs past the end');
  }
  return {
    version: 6,
    src: ipv6Text(bytes, at + 8),
    dst: ipv6Text(bytes, at + 24),
    ttl: bytes[at + 7] as number,
    ipId: chain.id,
    protocol: chain.protocol,
    payload: bytes.subarray(chain.start, end),
    ...(chain.fragment === undefined ? {} : { fragment: chain.fragment }),
  };
}

interface Chain {
  readonly protocol: number;
  readonly start: number;
  readonly id: number;
  readonly fragment: FragmentPlace | undefined;
}

/** RFC 8200 4: every extension header has at least eight bytes, so that the walk ends. */
function walk(bytes: Uint8Array, from: number, next: number): Chain | undefined {
  let protocol = next;
  let start = from;
  let id = 0;
  for (;;) {
    if (!isExtension(protocol)) return { protocol, start, id, fragment: undefined };
    if (start + 8 > bytes.length) return undefined;
    const length = extensionLength(protocol, bytes[start + 1] as number);
    const current = protocol;
    protocol = bytes[start] as number;
    start += length;
    if (start > bytes.length) return undefined;
    if (current !== FRAGMENT) continue;
    const flags = u16(bytes, start - 6);
    id = u32(bytes, start - 4);
    const fragment = { offset: flags & 0xfff8, more: (flags & 1) !== 0 };
    // What follows is part of a whole that only reassembly can read. RFC 6946: an atomic fragment is a whole.
    if (fragment.more || fragment.offset > 0) return { protocol, start, id, fragment };
  }
}

function isExtension(protocol: number): boolean {
  return (
    protocol === HOP_BY_HOP ||
    protocol === ROUTING ||
    protocol === FRAGMENT ||
    protocol === AUTHENTICATION ||
    protocol === DESTINATION
  );
}

function extensionLength(protocol: number, octet: number): number {
  if (protocol === FRAGMENT) return 8;
  // RFC 4302 2.2: an authentication header counts words of four bytes, less two.
  return protocol === AUTHENTICATION ? 4 * (octet + 2) : 8 * (octet + 1);
}

/** A reassembled fragmentable part may begin with extension headers of its own. */
export function unwrapIpv6(packet: IpPacket): IpPacket {
  const chain = walk(packet.payload, 0, packet.protocol);
  if (chain === undefined || chain.fragment !== undefined) return packet;
  return { ...packet, protocol: chain.protocol, payload: packet.payload.subarray(chain.start) };
}

function fault(code: string, offset: number, message: string): Fault {
  return { code, offset, message, clause: 'RFC 8200' };
}

function refuse(faults: Fault[], code: string, offset: number, message: string): undefined {
  faults.push(fault(code, offset, message));
}
