import { Buffer } from 'node:buffer';
import type { DnsMessage, DnsRecord } from '../../../lab/wire/dns/message.ts';
import { rcodeName, typeName } from '../../../lab/wire/dns/message.ts';
import { queryOf as plainQueryOf } from '../../../lab/wire/dns/query.ts';
import type { SceneQuestion } from './scenes.ts';

/** An answer in words, so that a difference can be read. */
export interface RecordedAnswer {
  /** `NXDOMAIN aa rd`: the code, and which of aa, tc, rd, ra are set. */
  readonly header: string;
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

export function queryOf(question: SceneQuestion, id: number): DnsMessage {
  const flags = { plain: 0, do: 0x8000, 'version-1': 0x10000 };
  const opt: DnsRecord[] =
    question.edns === undefined
      ? []
      : [{ name: '.', ttl: flags[question.edns], type: 'other', number: 41, class: 1232, data: new Uint8Array() }];
  const plain = plainQueryOf(id, question.name, question.type);
  return { ...plain, recursionDesired: question.recursion ?? true, additionals: opt };
}

export function inWords(message: DnsMessage): RecordedAnswer {
  const flags = [
    message.authoritative ? 'aa' : '',
    message.truncated ? 'tc' : '',
    message.recursionDesired ? 'rd' : '',
    message.recursionAvailable ? 'ra' : '',
  ];
  return {
    header: [rcodeName(message.rcode), ...flags].filter((word) => word !== '').join(' '),
    answers: lines(message.answers),
    authorities: lines(message.authorities),
    additionals: lines(message.additionals),
  };
}

/** Addresses of one name come in any order: that is what loadbalance does. */
function lines(records: readonly DnsRecord[]): string[] {
  const texts = records.map(line);
  return records.every(({ type }) => type === 'A') ? texts.sort() : texts;
}

function line(record: DnsRecord): string {
  const { name, ttl, type, ...data } = record;
  if (record.type !== 'other') {
    // The serial that CoreDNS gives a cluster's zone is the time.
    const shown = record.type === 'SOA' && /cluster\.local|arpa$/.test(name) ? { ...data, serial: 'time' } : data;
    return `${name} ${ttl} ${type} ${Object.values(shown).join(' ')}`.trimEnd();
  }
  const hex = Buffer.from(record.data).toString('hex');
  if (record.number === 41) return `OPT ${record.class} 0x${record.ttl.toString(16)} ${hex}`.trimEnd();
  return `${name} ${ttl} ${typeName(record.number)} 0x${hex}`;
}
