import { mustFit, put32, u32 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { type RtcpFrame, rtcpFault, rtcpPacket } from './frame.ts';
import { type Goodbye, RTCP } from './packet.ts';

/* RFC 3550 6.6: SC sources, then perhaps {length(1), reason} filled up with zeros to a 32-bit boundary. */
export function decodeBye({ body, count, offset }: RtcpFrame, faults: Fault[]): Goodbye {
  const ssrcs: number[] = [];
  const fitting = Math.min(count, Math.floor(body.length / 4));
  if (fitting < count) {
    faults.push(rtcpFault('rtcp/bye', offset, `${count} sources announced, ${fitting} are there`, 'RFC 3550 6.6'));
  }
  for (let i = 0; i < fitting; i++) ssrcs.push(u32(body, 4 * i));
  const at = 4 * fitting;
  const length = body[at];
  if (length === undefined) return { type: 'BYE', ssrcs };
  if (at + 1 + length > body.length) {
    faults.push(rtcpFault('rtcp/bye', offset + at, 'the reason runs past the end of the packet', 'RFC 3550 6.6'));
    return { type: 'BYE', ssrcs };
  }
  return { type: 'BYE', ssrcs, reason: body.subarray(at + 1, at + 1 + length) };
}

export function encodeBye({ ssrcs, reason }: Goodbye): Uint8Array {
  const bytes = new Uint8Array(4 * ssrcs.length + (reason === undefined ? 0 : 1 + reason.length));
  for (const [i, ssrc] of ssrcs.entries()) put32(bytes, 4 * i, mustFit('SSRC', ssrc, 0xffffffff));
  if (reason !== undefined) {
    bytes[4 * ssrcs.length] = mustFit('length of the reason', reason.length, 0xff);
    bytes.set(reason, 4 * ssrcs.length + 1);
  }
  return rtcpPacket(RTCP.BYE, mustFit('number of sources', ssrcs.length, 31), bytes);
}
