import { mustFit, put32, u32 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { type RtcpFrame, rtcpFault, rtcpPacket } from './frame.ts';
import { type ApplicationDefined, RTCP } from './packet.ts';

/* RFC 3550 6.7: SSRC, four octets of name, data of the application in whole words. */
const HEAD = 8;

export function decodeApp({ body, count, offset }: RtcpFrame, faults: Fault[]): ApplicationDefined | undefined {
  if (body.length < HEAD) {
    faults.push(rtcpFault('rtcp/app', offset, 'an APP packet needs an SSRC and a name', 'RFC 3550 6.7'));
    return undefined;
  }
  return { type: 'APP', subtype: count, ssrc: u32(body, 0), name: appName(body, 4), data: body.subarray(HEAD) };
}

export function encodeApp({ subtype, ssrc, name, data }: ApplicationDefined): Uint8Array {
  if (!/^[\0-\xff]{4}$/.test(name)) throw new RangeError('the name of an APP packet is four octets');
  if (data.length % 4 !== 0) throw new RangeError('the data of an APP packet is whole 32-bit words');
  const bytes = new Uint8Array(HEAD + data.length);
  put32(bytes, 0, mustFit('SSRC', ssrc, 0xffffffff));
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, HEAD);
  return rtcpPacket(RTCP.APP, mustFit('subtype', subtype, 31), bytes);
}

/** Four octets as characters, one each. */
export function appName(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
