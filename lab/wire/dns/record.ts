import type { Buffer } from 'node:buffer';
import * as packet from 'dns-packet';
import type { DnsRecord } from './message.ts';
import { readName } from './name.ts';

export interface RawRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Where the two bytes of the data's length stand, and where the data ends. */
  readonly at: number;
  readonly end: number;
}

/** The typed record, or why its data is not what its type asks for. */
export function readRecord(bytes: Buffer, raw: RawRecord): DnsRecord | string {
  const head = { name: raw.name, ttl: raw.ttl };
  const data = raw.at + 2;
  const internet = raw.class === 1;
  switch (internet ? raw.type : -1) {
    case 1:
      if (raw.end - data !== 4) return 'an A record has 4 bytes';
      return { ...head, type: 'A', address: packet.a.decode(bytes, raw.at) };
    case 28:
      if (raw.end - data !== 16) return 'an AAAA record has 16 bytes';
      return { ...head, type: 'AAAA', address: packet.aaaa.decode(bytes, raw.at) };
    case 2:
    case 5: {
      const target = nameIn(bytes, data, raw.end);
      if (target === undefined) return 'the name of the record does not fill it';
      return { ...head, type: raw.type === 2 ? 'NS' : 'CNAME', target };
    }
    case 33:
      if (nameIn(bytes, data + 6, raw.end) === undefined) return 'the target of the SRV record does not fill it';
      return { ...head, type: 'SRV', ...packet.srv.decode(bytes, raw.at) };
    case 35:
      return naptr(bytes, raw) ?? 'the strings and the name do not fill the NAPTR record';
    case 6:
      return soa(bytes, raw) ?? 'the names and numbers do not fill the SOA record';
    default:
      return { ...head, type: 'other', number: raw.type, class: raw.class, data: copy(bytes, data, raw.end) };
  }
}

/** A name that ends exactly where the record does: one that begins there or later ends later still. */
function nameIn(bytes: Buffer, at: number, end: number): string | undefined {
  const read = readName(bytes, at);
  return read.ok && read.next === end ? read.name : undefined;
}

/** RFC 3403 4.1: order, preference, three strings, a name. */
function naptr(bytes: Buffer, raw: RawRecord): DnsRecord | undefined {
  let at = raw.at + 6;
  for (let i = 0; i < 3; i++) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (!bytes.subarray(at + 1, at + 1 + length).every((byte) => byte < 0x80)) return undefined;
    at += 1 + length;
  }
  if (nameIn(bytes, at, raw.end) === undefined) return undefined;
  return { name: raw.name, ttl: raw.ttl, type: 'NAPTR', ...packet.naptr.decode(bytes, raw.at) };
}

/** RFC 1035 3.3.13: two names, five numbers. */
function soa(bytes: Buffer, raw: RawRecord): DnsRecord | undefined {
  const first = readName(bytes, raw.at + 2);
  if (!first.ok) return undefined;
  const second = readName(bytes, first.next);
  if (!second.ok || second.next + 20 !== raw.end) return undefined;
  return { name: raw.name, ttl: raw.ttl, type: 'SOA', ...packet.soa.decode(bytes, raw.at) };
}

function copy(bytes: Buffer, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, to));
}
