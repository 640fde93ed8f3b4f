import { Buffer } from 'node:buffer';
import { encodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../../../lab/wire/dns/message.ts';

type OptRecord = Extract<DnsRecord, { type: 'other' }>;

/** RFC 6891 6.1.1: one OPT among the additional records, its class the sender's buffer size. */
export function optOf(message: DnsMessage): OptRecord | undefined {
  return message.additionals.find((record): record is OptRecord => record.type === 'other' && record.number === 41);
}

/** RFC 6891 6.1.3: the version is the second byte of the TTL field. */
export function ednsVersion(opt: OptRecord): number {
  return (opt.ttl >>> 16) & 0xff;
}

/** Options that a server may send back: NSID, EXPIRE, COOKIE, TCP keep-alive, padding. */
const echoed = new Set([3, 9, 10, 11, 12]);

/** The query's OPT as CoreDNS sends it back: its size and DO bit, the options that are echoed. */
export function answerOpt(opt: OptRecord): OptRecord {
  return { ...opt, name: '.', ttl: opt.ttl & 0xff00, data: options(opt.data) };
}

/** RFC 6891 6.1.3: BADVERS is 16; its upper bits, a 1, are the first byte of the TTL field. */
export function badVersion(): OptRecord {
  return { name: '.', ttl: 0x01000000, type: 'other', number: 41, class: 0, data: new Uint8Array() };
}

function options(data: Uint8Array): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const kept: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) break;
    if (echoed.has(bytes.readUInt16BE(at))) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(kept));
}

/** RFC 6891 6.2.3: at least 512 bytes by UDP, whatever the sender says; by TCP whatever two bytes can count. */
export function sizeLimit(query: DnsMessage, tcp: boolean): number {
  return tcp ? 65_535 : Math.max(512, optOf(query)?.class ?? 0);
}

/**
 * The bytes of an answer: TC and fewer records where they do not fit (RFC 2181 9: additional records go first and
 * alone set no TC).
 */
export function fitted(message: DnsMessage, limit: number): Uint8Array {
  const opt = message.additionals.filter((record) => record === optOf(message));
  const whole = encodeDns(message);
  if (whole.length <= limit) return whole;
  const short = encodeDns({ ...message, additionals: opt });
  if (short.length <= limit) return short;
  let answers = message.answers;
  for (;;) {
    const bytes = encodeDns({ ...message, truncated: true, answers, authorities: [], additionals: opt });
    if (bytes.length <= limit || answers.length === 0) return bytes;
    answers = answers.slice(0, -1);
  }
}
