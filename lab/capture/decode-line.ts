import { decodeDns } from '../wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../wire/dns/message.ts';
import { rcodeName } from '../wire/dns/message.ts';
import type { Fault } from '../wire/fault.ts';
import { decodeFloor } from '../wire/floor/codec.ts';
import type { FloorField } from '../wire/floor/message.ts';
import { decodeRtcp } from '../wire/rtcp/codec.ts';
import type { RtcpPacket } from '../wire/rtcp/packet.ts';
import { decodeRtp } from '../wire/rtp/codec.ts';
import { decodeSdp } from '../wire/sdp/codec.ts';
import { endpoints } from '../wire/sdp/view.ts';
import { addrParam, parseNameAddr } from '../wire/sip/address.ts';
import { decodeSip } from '../wire/sip/decode.ts';
import { header, listValues } from '../wire/sip/headers.ts';
import type { SipMessage } from '../wire/sip/message.ts';
import { partOfType } from '../wire/sip/multipart.ts';
import { utf8Text } from '../wire/sip/text.ts';
import type { Content, Sighting } from './timeline.ts';

export interface DecodedLine {
  readonly tap: string;
  readonly frame: number;
  /** Nanoseconds since the epoch, decimal: more than a JSON number holds exactly. */
  readonly timeNs: string;
  /** `address:port`; the address alone for ICMP. */
  readonly src: string;
  readonly dst: string;
  readonly protocol: 'sip' | 'rtp' | 'floor' | 'rtcp' | 'dns' | 'icmp' | 'other';
  readonly [detail: string]: unknown;
}

/** What `decode --json` says of a packet: plain JSON values, keys in a fixed order. */
export function decodeLine(sighting: Sighting): DecodedLine {
  const { tap, frame, timeNs, content, ttl, payload, journey } = sighting;
  const icmp = content.protocol === 'icmp';
  const faults = faultsOf(content, payload);
  return {
    tap,
    frame,
    timeNs: String(timeNs),
    src: icmp ? sighting.src : endpoint(sighting.src, sighting.srcPort),
    dst: icmp ? sighting.dst : endpoint(sighting.dst, sighting.dstPort),
    protocol: content.protocol === 'marker' ? 'other' : content.protocol,
    ...details(content),
    ...(faults.length === 0 ? {} : { faults }),
    ttl,
    length: payload.length,
    journey: journey.id,
  };
}

/** What the decoder of its protocol objects to; a timeline keeps values alone. */
export function faultsOf({ protocol }: Content, payload: Uint8Array): readonly Fault[] {
  switch (protocol) {
    case 'sip':
      return decodeSip(payload).faults;
    case 'rtp':
      return decodeRtp(payload).faults;
    case 'rtcp':
      return decodeRtcp(payload).faults;
    case 'floor':
      return decodeFloor(payload).faults;
    case 'dns':
      return decodeDns(payload).faults;
    default:
      return [];
  }
}

export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function details(content: Content): Record<string, unknown> {
  switch (content.protocol) {
    case 'sip':
      return sip(content.message);
    case 'rtp': {
      const { ssrc, sequenceNumber, timestamp, payloadType, marker, payload } = content.packet;
      return { ssrc, sequenceNumber, timestamp, payloadType, marker, payloadLength: payload.length };
    }
    case 'floor':
      return {
        messages: content.messages.map(({ fields, ...message }) => ({ ...message, fields: fields.map(floorField) })),
      };
    case 'rtcp':
      return { packets: content.packets.map(rtcp) };
    case 'dns':
      return dns(content.message);
    case 'icmp': {
      const { type, code, quoted } = content;
      if (quoted === undefined) return { type, code };
      const [src, dst] = [endpoint(quoted.src, quoted.srcPort), endpoint(quoted.dst, quoted.dstPort)];
      return { type, code, quoted: { src, dst } };
    }
    case 'marker':
      return { marker: content.marker };
    case 'other':
      return {};
  }
}

function sip(message: SipMessage): Record<string, unknown> {
  const start =
    message.kind === 'request'
      ? { method: message.method, uri: utf8Text(message.uri) }
      : { status: message.status, reason: utf8Text(message.reason) };
  const sdp = partOfType(message, 'application/sdp');
  const session = sdp && decodeSdp(sdp).value;
  return {
    ...start,
    callId: text(header(message, 'call-id')),
    cseq: text(header(message, 'cseq')),
    from: text(header(message, 'from')),
    fromTag: tag(header(message, 'from')),
    to: text(header(message, 'to')),
    toTag: tag(header(message, 'to')),
    via: texts(listValues(message, 'via')),
    contact: texts(listValues(message, 'contact')),
    route: texts(listValues(message, 'route')),
    ...(session === undefined ? {} : { sdp: endpoints(session) }),
  };
}

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : utf8Text(value);
}

/** Headers that are not there are no keys. */
function texts(values: readonly string[]): string[] | undefined {
  return values.length === 0 ? undefined : values.map(utf8Text);
}

function tag(value: string | undefined): string | undefined {
  const address = value === undefined ? undefined : parseNameAddr(value);
  return address && addrParam(address, 'tag');
}

function floorField(field: FloorField): unknown {
  return field.id === 'other' ? { ...field, value: hex(field.value) } : field;
}

function rtcp(packet: RtcpPacket): unknown {
  switch (packet.type) {
    case 'SR': {
      const { extension, ntp, ...report } = packet;
      return { ...report, ntp: String(ntp) };
    }
    case 'RR': {
      const { extension, ...report } = packet;
      return report;
    }
    case 'SDES':
      return {
        type: packet.type,
        chunks: packet.chunks.map(({ ssrc, items }) => ({
          ssrc,
          items: items.map(({ item, value }) => ({ item, text: new TextDecoder().decode(value) })),
        })),
      };
    case 'BYE':
      return { ...packet, ...(packet.reason === undefined ? {} : { reason: new TextDecoder().decode(packet.reason) }) };
    case 'APP':
    case 'other':
      return { ...packet, data: hex(packet.data) };
  }
}

function dns(message: DnsMessage): Record<string, unknown> {
  const { id, response, questions, answers, authorities } = message;
  return {
    id,
    response,
    ...(response ? { rcode: rcodeName(message.rcode) } : {}),
    questions: questions.map(({ name, type }) => `${name} ${type}`),
    answers: answers.map(dnsRecord),
    ...(authorities.length === 0 ? {} : { authorities: authorities.map(dnsRecord) }),
  };
}

function dnsRecord(record: DnsRecord): unknown {
  return record.type === 'other' ? { ...record, data: hex(record.data) } : record;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
