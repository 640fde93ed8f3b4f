import { padded4, u16 } from '../wire/bytes.ts';
import { appName } from '../wire/rtcp/app.ts';
import { type RtcpFrame, rtcpFrames } from '../wire/rtcp/frame.ts';
import { RTCP } from '../wire/rtcp/packet.ts';
import { decodeRtp } from '../wire/rtp/codec.ts';
import { fromBytes, toBytes } from '../wire/sip/text.ts';
import type { Identities } from './identities.ts';

/** Header, sources and times stay; what could be speech, or say who speaks (RFC 6464 extensions), does not. */
export function redactRtp(bytes: Uint8Array, who: Identities): void {
  const { value } = decodeRtp(bytes);
  if (value === undefined) return void bytes.set(who.pseudonyms.bytes(bytes));
  if (value.extension) scramble(value.extension.data, who);
  scramble(value.payload, who);
}

/** RTCP and floor control, packet by packet of the compound. */
export function redactRtcp(bytes: Uint8Array, who: Identities): void {
  let end = 0;
  for (const frame of rtcpFrames(bytes, [])) {
    redactFrame(frame, who);
    end = frame.offset + 4 * u16(bytes, frame.offset - 2);
  }
  scramble(bytes.subarray(end), who);
}

function redactFrame({ packetType, body }: RtcpFrame, who: Identities): void {
  // RFC 3550 6.4: reports count packets and name sources, nobody else.
  if (packetType === RTCP.SR || packetType === RTCP.RR || packetType === 205 || packetType === 206) return;
  if (packetType === RTCP.SDES) return void items(body, who);
  if (packetType === RTCP.BYE) return void words(body, who);
  if (packetType === RTCP.APP && body.length >= 8 && appName(body, 4) === 'MCPT') return void fields(body, who);
  scramble(body.subarray(packetType === RTCP.APP ? 8 : 4), who);
}

/** RFC 3550 6.5: chunks of a source and items {type, length, text}. */
function items(body: Uint8Array, who: Identities): void {
  let at = 4;
  while (at < body.length) {
    if (body[at] === 0) {
      at = padded4(at + 1) + 4;
      continue;
    }
    const end = at + 2 + (body[at + 1] ?? 0);
    words(body.subarray(at + 2, end), who);
    at = end;
  }
}

/** TS 24.380 8.2.3.1; fields that name somebody, and those that nobody here knows. */
const single = new Set([4, 6, 9, 17]);
const lists = new Set([15, 18]);
const cause = 2;
const lastNumber = 18;

function fields(body: Uint8Array, who: Identities): void {
  let at = 8;
  while (at + 2 <= body.length) {
    const wire = body[at] as number;
    const long = wire >= 192;
    const start = at + (long ? 3 : 2);
    const end = start + (long ? u16(body, at + 1) : (body[at + 1] as number));
    if (end > body.length) return void scramble(body.subarray(at), who);
    field(numberOf(wire), body.subarray(start, end), who);
    at = padded4(end);
  }
}

/** Releases 13.0 to 13.2 counted the same fields from 102 on, one left out. */
function numberOf(wire: number): number {
  if (wire >= 102 && wire <= 106) return wire - 102;
  return wire >= 108 && wire <= 116 ? wire - 103 : wire;
}

function field(number: number, value: Uint8Array, who: Identities): void {
  if (single.has(number)) return void text(value, who);
  if (number === cause) return void write(value.subarray(2), who.text(fromBytes(value.subarray(2))));
  if (number > lastNumber) return void scramble(value, who);
  if (!lists.has(number)) return;
  let at = 1;
  while (at < value.length) {
    const end = at + 1 + (value[at] as number);
    text(value.subarray(at + 1, end), who);
    at = end;
  }
}

/** A URI, or a name that is none. */
function text(value: Uint8Array, who: Identities): void {
  const original = fromBytes(value);
  const made = who.text(original);
  write(value, made === original ? who.words(original) : made);
}

function words(value: Uint8Array, who: Identities): void {
  write(value, who.words(fromBytes(value)));
}

function scramble(value: Uint8Array, who: Identities): void {
  if (value.some((byte) => byte !== 0)) value.set(who.pseudonyms.bytes(value));
}

function write(value: Uint8Array, made: string): void {
  value.set(toBytes(made).subarray(0, value.length));
}
