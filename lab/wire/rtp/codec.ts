import { mustFit, put16, put32, u16, u32 } from '../bytes.ts';
import type { Decoded, Fault } from '../fault.ts';
import type { RtpPacket } from './packet.ts';

/*
 * RFC 3550 5.1
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |                 synchronization source (SSRC)                 |
 * |               contributing sources (CSRC), 0 to 15            |
 */
const FIXED = 12;

export function decodeRtp(bytes: Uint8Array): Decoded<RtpPacket> {
  if (bytes.length < FIXED) return refused('rtp/short', bytes.length, 'an RTP header needs 12 bytes');
  const first = bytes[0] as number;
  if (first >> 6 !== 2) return refused('rtp/version', 0, `version ${first >> 6} instead of 2`);
  const csrcEnd = FIXED + 4 * (first & 0x0f);
  if (csrcEnd > bytes.length) return refused('rtp/csrc', FIXED, 'the list of contributing sources runs past the end');
  const csrcs: number[] = [];
  for (let at = FIXED; at < csrcEnd; at += 4) csrcs.push(u32(bytes, at));

  let start = csrcEnd;
  let extension: RtpPacket['extension'];
  if (first & 0x10) {
    // RFC 3550 5.3.1: the length counts 32-bit words after the four-byte header of the extension.
    const data = start + 4;
    if (data > bytes.length) return refused('rtp/extension', start, 'the header extension runs past the end');
    const end = data + 4 * u16(bytes, start + 2);
    if (end > bytes.length) return refused('rtp/extension', start, 'the header extension runs past the end');
    extension = { profile: u16(bytes, start), data: bytes.subarray(data, end) };
    start = end;
  }

  const faults: Fault[] = [];
  let padding = 0;
  if (first & 0x20) {
    // RFC 3550 5.1: the last octet counts the padding, itself included.
    const count = bytes[bytes.length - 1] as number;
    if (count === 0 || count > bytes.length - start) {
      faults.push(fault('rtp/padding', bytes.length - 1, `padding of ${count} bytes does not fit the payload`));
    } else padding = count;
  }
  const second = bytes[1] as number;
  const value: RtpPacket = {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequenceNumber: u16(bytes, 2),
    timestamp: u32(bytes, 4),
    ssrc: u32(bytes, 8),
    csrcs,
    ...(extension === undefined ? {} : { extension }),
    payload: bytes.subarray(start, bytes.length - padding),
    padding,
  };
  return { value, faults };
}

export function encodeRtp(packet: RtpPacket): Uint8Array {
  const { csrcs, extension, payload } = packet;
  mustFit('number of contributing sources', csrcs.length, 15);
  mustFit('padding', packet.padding, 255);
  if (extension !== undefined && extension.data.length % 4 !== 0) {
    throw new RangeError('an RTP header extension is whole 32-bit words');
  }
  const head = FIXED + 4 * csrcs.length;
  const start = head + (extension === undefined ? 0 : 4 + extension.data.length);
  const bytes = new Uint8Array(start + payload.length + packet.padding);
  bytes[0] = 0x80 | (packet.padding > 0 ? 0x20 : 0) | (extension === undefined ? 0 : 0x10) | csrcs.length;
  bytes[1] = (packet.marker ? 0x80 : 0) | mustFit('payload type', packet.payloadType, 0x7f);
  put16(bytes, 2, mustFit('sequence number', packet.sequenceNumber, 0xffff));
  put32(bytes, 4, mustFit('timestamp', packet.timestamp, 0xffffffff));
  put32(bytes, 8, mustFit('SSRC', packet.ssrc, 0xffffffff));
  for (const [i, csrc] of csrcs.entries()) put32(bytes, FIXED + 4 * i, mustFit('CSRC', csrc, 0xffffffff));
  if (extension !== undefined) {
    put16(bytes, head, mustFit('profile of the extension', extension.profile, 0xffff));
    put16(bytes, head + 2, mustFit('words of the extension', extension.data.length / 4, 0xffff));
    bytes.set(extension.data, head + 4);
  }
  bytes.set(payload, start);
  if (packet.padding > 0) bytes[bytes.length - 1] = packet.padding;
  return bytes;
}

function fault(code: string, offset: number, message: string): Fault {
  return { code, offset, message, clause: 'RFC 3550 5.1' };
}

function refused(code: string, offset: number, message: string): Decoded<RtpPacket> {
  return { value: undefined, faults: [fault(code, offset, message)] };
}
