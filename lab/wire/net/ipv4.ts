import { u16 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { ipv4Text } from './address.ts';
import { checksum } from './checksum.ts';
import type { IpPacket } from './packet.ts';

/*
 * RFC 791 3.1
 *
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                       Source Address                          |
 * |                    Destination Address                        |
 * |                    Options, to whole words                    |
 */
const FIXED = 20;

/** The packet that begins at `at`; what stands behind its total length (padding of the link) is left out. */
export function decodeIpv4(bytes: Uint8Array, at: number, faults: Fault[]): IpPacket | undefined {
  if (bytes.length - at < FIXED) return refuse(faults, 'net/ip-short', at, 'the IPv4 header is cut short');
  const first = bytes[at] as number;
  if (first >> 4 !== 4) return refuse(faults, 'net/ip-version', at, `version ${first >> 4} instead of 4`);
  const start = at + 4 * (first & 0x0f);
  if (start < at + FIXED || start > bytes.length) {
    return refuse(faults, 'net/ip-header-length', at, `a header of ${start - at} bytes`);
  }
  // A total length of 0 is what a recorder sees of a packet that the network card cuts up later.
  const total = u16(bytes, at + 2) || bytes.length - at;
  if (at + total < start) return refuse(faults, 'net/ip-total-length', at + 2, `a total length of ${total}`);
  if (at + total > bytes.length) {
    faults.push(fault('net/ip-truncated', bytes.length, `${at + total - bytes.length} bytes are not in the capture`));
  }
  if (checksum(bytes.subarray(at, start)) !== 0) {
    faults.push(fault('net/ip-checksum', at + 10, 'the header checksum is wrong'));
  }
  const flags = u16(bytes, at + 6);
  const offset = (flags & 0x1fff) * 8;
  const more = (flags & 0x2000) !== 0;
  return {
    version: 4,
    src: ipv4Text(bytes, at + 12),
    dst: ipv4Text(bytes, at + 16),
    ttl: bytes[at + 8] as number,
    ipId: u16(bytes, at + 4),
    protocol: bytes[at + 9] as number,
    payload: bytes.subarray(start, Math.min(at + total, bytes.length)),
    ...(more || offset > 0 ? { fragment: { offset, more } } : {}),
  };
}

function fault(code: string, offset: number, message: string): Fault {
  return { code, offset, message, clause: 'RFC 791 3.1' };
}

function refuse(faults: Fault[], code: string, offset: number, message: string): undefined {
  faults.push(fault(code, offset, message));
}
