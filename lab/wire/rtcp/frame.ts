import { padded4, put16, u16 } from '../bytes.ts';
import type { Fault } from '../fault.ts';

/** One packet of a datagram between its common header (RFC 3550 6.4.1) and its end, padding taken off. */
export interface RtcpFrame {
  readonly packetType: number;
  /** RC, SC or subtype: the five bits after V and P. */
  readonly count: number;
  readonly body: Uint8Array;
  /** Where the body begins in the datagram. */
  readonly offset: number;
}

/** Steps through a datagram by the length fields; what does not fit ends the walk with a fault. */
export function rtcpFrames(bytes: Uint8Array, faults: Fault[]): RtcpFrame[] {
  const frames: RtcpFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 4) {
      faults.push(rtcpFault('rtcp/short', at, `${bytes.length - at} bytes are left, a header needs 4`));
      break;
    }
    const first = bytes[at] as number;
    const packetType = bytes[at + 1] as number;
    if (first >> 6 !== 2) {
      faults.push(rtcpFault('rtcp/version', at, `version ${first >> 6} instead of 2`));
      break;
    }
    // RFC 5761 4: packet types 192 to 223 are RTCP, everything else is RTP.
    if (packetType < 192 || packetType > 223) {
      faults.push(rtcpFault('rtcp/packet-type', at + 1, `packet type ${packetType} is not RTCP`, 'RFC 5761 4'));
      break;
    }
    const end = at + 4 * (u16(bytes, at + 2) + 1);
    if (end > bytes.length) {
      faults.push(rtcpFault('rtcp/length', at + 2, `the packet ends at ${end}, the datagram at ${bytes.length}`));
      break;
    }
    frames.push({ packetType, count: first & 0x1f, body: body(bytes, at, end, faults), offset: at + 4 });
    at = end;
  }
  return frames;
}

function body(bytes: Uint8Array, at: number, end: number, faults: Fault[]): Uint8Array {
  if (((bytes[at] as number) & 0x20) === 0) return bytes.subarray(at + 4, end);
  // RFC 3550 6.4.1: the last octet counts the padding, itself included; it is a multiple of four.
  const count = bytes[end - 1] as number;
  if (count === 0 || count % 4 !== 0 || count > end - at - 4) {
    faults.push(rtcpFault('rtcp/padding', end - 1, `padding of ${count} bytes does not fit the packet`));
    return bytes.subarray(at + 4, end);
  }
  // RFC 3550 6.4.1: only the last packet of a compound may be padded.
  if (end !== bytes.length) faults.push(rtcpFault('rtcp/padding', at, 'padding in a packet that is not the last'));
  return bytes.subarray(at + 4, end - count);
}

/** Puts the common header before a body, which is filled up with zeros to whole words. */
export function rtcpPacket(packetType: number, count: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded4(content.length));
  if (bytes.length > 4 * 0x10000) throw new RangeError('an RTCP packet has at most 65536 words');
  bytes[0] = 0x80 | (count & 0x1f);
  bytes[1] = packetType;
  put16(bytes, 2, bytes.length / 4 - 1);
  bytes.set(content, 4);
  return bytes;
}

export function rtcpFault(code: string, offset: number, message: string, clause = 'RFC 3550 6.4.1'): Fault {
  return { code, offset, message, clause };
}
