import { decodeSdp } from '../../lab/wire/sdp/codec.ts';
import { connectionAddress, mediaLine, originAddress } from '../../lab/wire/sdp/view.ts';
import { addrParam, parseNameAddr } from '../../lab/wire/sip/address.ts';
import { parseCSeq } from '../../lab/wire/sip/cseq.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipMessage } from '../../lab/wire/sip/message.ts';
import { bodyParts, decodeMultipart, partOfType } from '../../lab/wire/sip/multipart.ts';
import { utf8Text } from '../../lab/wire/sip/text.ts';
import { parseVia, viaParam } from '../../lab/wire/sip/via.ts';
import { FactList, type Facts } from './fields.ts';

export function sipFacts(message: SipMessage): Facts {
  const list = new ByteFacts();
  const vias = listValues(message, 'Via').map(parseVia);
  const cseq = parseCSeq(header(message, 'CSeq') ?? '');
  if (message.kind === 'request') list.add('sip.Method', message.method).add('sip.r-uri', message.uri);
  else list.add('sip.Status-Code', message.status);
  list.add('sip.Call-ID', header(message, 'Call-ID'));
  list.add('sip.CSeq.seq', cseq?.number).add('sip.CSeq.method', cseq?.method);
  list.add('sip.Via.branch', ...vias.map((via) => via && viaParam(via, 'branch')));
  // Wireshark leaves out the brackets of an IPv6 address.
  list.add('sip.Via.sent-by.address', ...vias.map((via) => via?.host.replace(/^\[(.*)\]$/, '$1')));
  list.add('sip.Via.sent-by.port', ...vias.map((via) => via?.port));
  for (const [field, name] of ADDRESSES) {
    list.add(field, ...listValues(message, name).map((value) => parseNameAddr(value)?.uri));
  }
  list.add('sip.from.tag', tag(message, 'From')).add('sip.to.tag', tag(message, 'To'));
  const sdp = partOfType(message, 'application/sdp');
  if (sdp !== undefined) addSdp(list, sdp);
  return list.facts;
}

const ADDRESSES = [
  ['sip.contact.uri', 'Contact'],
  ['sip.Route.uri', 'Route'],
  ['sip.Record-Route.uri', 'Record-Route'],
] as const;

/** Control characters, but for tabs and the line ends of folds. */
function hasControls(value: string): boolean {
  return [...value.replaceAll('\r\n', '')].some((char) => char < ' ' && char !== '\t' && char !== '\n');
}

/** Whether something that the facts are made of stands in the message and cannot be read. */
export function isGarbled(message: SipMessage): boolean {
  const parts = bodyParts(message);
  const lines = [...message.headers, ...parts.flatMap(({ headers }) => headers)];
  const addresses = ['From', 'To', 'Contact', 'Route', 'Record-Route'].flatMap((name) => listValues(message, name));
  const sdp = partOfType(message, 'application/sdp');
  const type = header(message, 'Content-Type');
  return (
    lines.some(({ value }) => hasControls(value)) ||
    parseCSeq(header(message, 'CSeq') ?? '') === undefined ||
    listValues(message, 'Via').some((value) => !/^z9hG4bK./.test(branchOf(value) ?? '')) ||
    addresses.some((value) => value !== '*' && parseNameAddr(value) === undefined) ||
    (type?.startsWith('multipart/') === true && decodeMultipart(message.body, type).faults.length > 0) ||
    (sdp !== undefined && isGarbledSdp(sdp))
  );
}

/** RFC 3261 8.1.1.7: every element that the lab meets gives one, with the magic cookie. */
function branchOf(value: string): string | undefined {
  const via = parseVia(value);
  return via && viaParam(via, 'branch');
}

function isGarbledSdp(body: Uint8Array): boolean {
  const { value, faults } = decodeSdp(body);
  if (value === undefined || faults.length > 0 || originAddress(value) === undefined) return true;
  return value.media.some((media) => mediaLine(media) === undefined);
}

function addSdp(list: FactList, body: Uint8Array): void {
  const sdp = decodeSdp(body).value;
  if (sdp === undefined) return;
  const media = sdp.media.map(mediaLine);
  // Wireshark shows each c= line where it stands; ours answers what holds for a media line.
  const own = sdp.media.filter(({ lines }) => lines.some(({ type }) => type === 'c'));
  list.add('sdp.owner.address', originAddress(sdp));
  list.add('sdp.connection_info.address', connectionAddress(sdp, { lines: [] }));
  list.add('sdp.connection_info.address', ...own.map((one) => connectionAddress(sdp, one)));
  list.add('sdp.media.media', ...media.map((line) => line?.media));
  list.add('sdp.media.port', ...media.map((line) => line?.port));
  list.add('sdp.media.proto', ...media.map((line) => line?.proto));
}

function tag(message: SipMessage, name: string): string | undefined {
  const address = parseNameAddr(header(message, name) ?? '');
  return address && addrParam(address, 'tag');
}

/** Our text of SIP is one character a byte, Wireshark's is readable. */
class ByteFacts extends FactList {
  override add(field: string, ...values: readonly (string | number | undefined)[]): this {
    return super.add(field, ...values.map((value) => (typeof value === 'string' ? utf8Text(value) : value)));
  }
}
