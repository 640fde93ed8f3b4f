import { Buffer } from 'node:buffer';
import * as packet from 'dns-packet';
import type { DnsMessage, DnsQuestion, DnsRecord } from './message.ts';
import { typeNumber } from './message.ts';
import { isWritableName } from './name.ts';

/** Writes a message without name compression. A name or type that no message can hold is the caller's mistake: RangeError. */
export function encodeDns(message: DnsMessage): Uint8Array {
  const pieces = [
    headerBytes(message),
    ...message.questions.map(questionBytes),
    ...[...message.answers, ...message.authorities, ...message.additionals].map(recordBytes),
  ];
  return new Uint8Array(Buffer.concat(pieces));
}

function headerBytes(message: DnsMessage): Buffer {
  const bytes = Buffer.alloc(12);
  const flag = (set: boolean, bit: number) => (set ? bit : 0);
  bytes.writeUInt16BE(message.id & 0xffff, 0);
  bytes.writeUInt16BE(
    flag(message.response, 0x8000) |
      ((message.opcode & 0xf) << 11) |
      flag(message.authoritative, 0x0400) |
      flag(message.truncated, 0x0200) |
      flag(message.recursionDesired, 0x0100) |
      flag(message.recursionAvailable, 0x0080) |
      (message.rcode & 0xf),
    2,
  );
  const counts = [message.questions, message.answers, message.authorities, message.additionals];
  for (const [i, list] of counts.entries()) bytes.writeUInt16BE(list.length, 4 + 2 * i);
  return bytes;
}

function questionBytes(question: DnsQuestion): Buffer {
  const number = typeNumber(question.type);
  if (number === undefined) throw new RangeError(`no DNS type ${question.type}`);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(number, 0);
  tail.writeUInt16BE(1, 2);
  return Buffer.concat([nameBytes(question.name), tail]);
}

function recordBytes(record: DnsRecord): Buffer {
  const other = record.type === 'other';
  const number = other ? record.number : typeNumber(record.type);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(number ?? 0, 0);
  head.writeUInt16BE(other ? record.class : 1, 2);
  head.writeUInt32BE(record.ttl >>> 0, 4);
  return Buffer.concat([nameBytes(record.name), head, dataBytes(record)]);
}

/** The data behind the two bytes of its length. */
function dataBytes(record: DnsRecord): Buffer {
  switch (record.type) {
    case 'A':
      return part((buffer) => packet.a.encode(record.address, buffer, 0), packet.a.encode);
    case 'AAAA':
      return part((buffer) => packet.aaaa.encode(record.address, buffer, 0), packet.aaaa.encode);
    case 'NS':
    case 'CNAME':
      return withLength(nameBytes(record.target));
    case 'SRV':
      return part(
        (buffer) => packet.srv.encode({ ...record, target: checked(record.target) }, buffer, 0),
        packet.srv.encode,
      );
    case 'NAPTR':
      return part(
        (buffer) => packet.naptr.encode({ ...record, replacement: checked(record.replacement) }, buffer, 0),
        packet.naptr.encode,
      );
    case 'SOA':
      return part(
        (buffer) =>
          packet.soa.encode({ ...record, mname: checked(record.mname), rname: checked(record.rname) }, buffer, 0),
        packet.soa.encode,
      );
    case 'other':
      return withLength(Buffer.from(record.data));
  }
}

/** Longest data of a typed record: NAPTR with three full strings and a full name. */
const largest = 2 + 4 + 3 * 256 + 256;

/** dns-packet leaves the count of bytes it wrote on the function itself. */
function part(write: (buffer: Buffer) => void, counter: { readonly bytes: number }): Buffer {
  const buffer = Buffer.alloc(2 * largest);
  write(buffer);
  return buffer.subarray(0, counter.bytes);
}

function nameBytes(name: string): Buffer {
  const buffer = Buffer.alloc(256);
  packet.name.encode(checked(name), buffer, 0);
  return buffer.subarray(0, packet.name.encode.bytes);
}

function checked(name: string): string {
  if (!isWritableName(name)) throw new RangeError(`not a DNS name: ${name.slice(0, 80)}`);
  return name;
}

function withLength(data: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length, 0);
  return Buffer.concat([length, data]);
}
