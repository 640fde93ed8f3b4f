import { classify } from '../../lab/capture/classify.ts';
import { redactFrame } from '../../lab/redact/frame.ts';
import { Identities } from '../../lab/redact/identities.ts';
import { decodeDns } from '../../lab/wire/dns/codec.ts';
import { decodeFloor } from '../../lab/wire/floor/codec.ts';
import { decodeMcpttInfo } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { decodeResourceLists } from '../../lab/wire/mcx-info/resource-lists.ts';
import { decodeFrame } from '../../lab/wire/net/frame.ts';
import { Reassembler } from '../../lab/wire/net/reassembly.ts';
import { decodeTransport } from '../../lab/wire/net/transport.ts';
import { CaptureReader } from '../../lab/wire/pcap/reader.ts';
import { decodeRtcp } from '../../lab/wire/rtcp/codec.ts';
import { decodeRtp, encodeRtp } from '../../lab/wire/rtp/codec.ts';
import { decodeSdp, encodeSdp } from '../../lab/wire/sdp/codec.ts';
import { endpoints, mediaLine } from '../../lab/wire/sdp/view.ts';
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { checkSip } from '../../lab/wire/sip/check.ts';
import { decodeSip } from '../../lab/wire/sip/decode.ts';
import { encodeSip } from '../../lab/wire/sip/encode.ts';
import { listValues } from '../../lab/wire/sip/headers.ts';
import type { SipMessage } from '../../lab/wire/sip/message.ts';
import { bodyParts, decodeMultipart } from '../../lab/wire/sip/multipart.ts';
import { parseSipUri, sameUri } from '../../lab/wire/sip/uri.ts';
import { parseVia } from '../../lab/wire/sip/via.ts';

/** What a fuzzed input is given to: everything that reads it. It may find faults; it may not throw. */
export type Target = (bytes: Uint8Array) => void;

function sip(bytes: Uint8Array): void {
  const { value } = decodeSip(bytes);
  if (value === undefined) return;
  checkSip(value);
  bodyParts(value);
  for (const name of ['Via', 'Contact', 'From', 'Route', 'P-Asserted-Identity']) {
    for (const element of listValues(value, name)) {
      parseVia(element);
      const uri = parseNameAddr(element)?.uri;
      if (uri !== undefined) sameUri(uri, 'sip:a@b') && parseSipUri(uri);
    }
  }
  const again = decodeSip(encodeSip(value)).value;
  if (again === undefined) throw new Error('what was written cannot be read again');
  if (others(again) < others(value)) throw new Error('a header was lost in writing');
}

/** Several Content-Length become one. */
function others({ headers }: SipMessage): number {
  return headers.filter(({ name }) => !/^(?:l|content-length)$/i.test(name)).length;
}

function sdp(bytes: Uint8Array): void {
  const { value } = decodeSdp(bytes);
  if (value === undefined) return;
  endpoints(value);
  for (const media of value.media) mediaLine(media);
  if (decodeSdp(encodeSdp(value)).value === undefined) throw new Error('what was written cannot be read again');
}

function rtp(bytes: Uint8Array): void {
  const { value } = decodeRtp(bytes);
  if (value === undefined) return;
  const again = encodeRtp(value);
  if (again.length > bytes.length) throw new Error('a packet grew in writing');
}

function net(bytes: Uint8Array): void {
  const reassembler = new Reassembler();
  for (const linkType of [1, 113, 276, 101, 0]) {
    const frame = decodeFrame(linkType, bytes).value;
    const ip = frame?.ip && reassembler.push(frame.ip, 0n, frame.srcMac).value;
    if (ip) decodeTransport(ip);
  }
}

function pcap(bytes: Uint8Array): void {
  const whole = new CaptureReader();
  const count = whole.feed(bytes.slice()).length;
  const pieces = new CaptureReader();
  let found = 0;
  const step = Math.max(1, Math.floor(bytes.length / 7));
  for (let at = 0; at < bytes.length; at += step) found += pieces.feed(bytes.slice(at, at + step)).length;
  if (found !== count) throw new Error(`${count} packets as a whole, ${found} in pieces`);
  whole.end(true);
}

function redact(bytes: Uint8Array): void {
  const copy = bytes.slice();
  const fragment = redactFrame(1, copy, new Identities('fuzz'));
  if (fragment !== undefined && fragment.payload.length > bytes.length) throw new Error('a fragment grew');
  if (copy.length !== bytes.length) throw new Error('a packet changed its length');
}

export const targets: Readonly<Record<string, Target>> = {
  sip,
  sdp,
  multipart: (bytes) => void decodeMultipart(bytes, 'multipart/mixed;boundary=mcx'),
  'mcptt-info': (bytes) => void decodeMcpttInfo(bytes),
  'resource-lists': (bytes) => void decodeResourceLists(bytes),
  rtp,
  rtcp: (bytes) => void decodeRtcp(bytes),
  floor: (bytes) => void decodeFloor(bytes),
  dns: (bytes) => void decodeDns(bytes),
  net,
  pcap,
  classify: (bytes) => void classify({ dst: '10.0.0.1', srcPort: 53, dstPort: 9, payload: bytes }),
  redact,
};
