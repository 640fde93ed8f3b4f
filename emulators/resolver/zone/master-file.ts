import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import { parseData } from './data.ts';
import { type Entry, entries } from './lines.ts';

/** What stands in the way of a zone file; the whole file is then of no use, as in CoreDNS. */
export class ZoneFileError extends Error {
  constructor(line: number, what: string) {
    super(`dns: ${what} at line: ${line}`);
    this.name = 'ZoneFileError';
  }
}

const types = new Set(['A', 'AAAA', 'NS', 'CNAME', 'SOA', 'SRV', 'NAPTR', 'TXT']);

/**
 * Reads a master file (RFC 1035 5): $ORIGIN and $TTL, relative names, TTL and class in either order. Throws
 * ZoneFileError.
 */
export function parseMasterFile(text: string, zone: string): DnsRecord[] {
  const lines = entries(text);
  if (lines === undefined) throw new ZoneFileError(text.split('\n').length, 'unbalanced brace or quote');
  const state: State = { origin: zone, ttl: undefined, owner: undefined };
  const records: DnsRecord[] = [];
  for (const line of lines) {
    const [first] = line.words;
    if (first !== undefined && !first.quoted && first.text.startsWith('$')) control(line, state);
    else records.push(record(line, state));
  }
  return records;
}

interface State {
  origin: string;
  ttl: number | undefined;
  owner: string | undefined;
}

function control(entry: Entry, state: State): void {
  const [name, value] = entry.words.map(({ text }) => text);
  const upper = name?.toUpperCase();
  const ttl = upper === '$TTL' ? parseTtl(value) : undefined;
  if (upper === '$ORIGIN' && value !== undefined) state.origin = absolute(value, state.origin);
  else if (ttl !== undefined) state.ttl = ttl;
  else throw new ZoneFileError(entry.line, `bad control entry: "${name} ${value ?? ''}"`);
}

function record(entry: Entry, state: State): DnsRecord {
  const words = entry.words.map(({ text }) => text);
  if (!entry.continued) state.owner = absolute(words.shift() ?? '', state.origin);
  const { owner } = state;
  if (owner === undefined) throw new ZoneFileError(entry.line, 'no owner before this entry');
  let ttl: number | undefined;
  let word = words.shift();
  // RFC 1035 5.1: [TTL] [class] or [class] [TTL], each at most once.
  for (let i = 0; i < 2; i += 1) {
    const given = parseTtl(word);
    if (given !== undefined) ttl = given;
    else if (word?.toUpperCase() !== 'IN') break;
    word = words.shift();
  }
  const type = word?.toUpperCase() ?? '';
  if (!types.has(type)) throw new ZoneFileError(entry.line, `unknown RR type: "${word ?? ''}"`);
  const data = parseData(type, words, (name) => absolute(name, state.origin));
  if (data === undefined) throw new ZoneFileError(entry.line, `bad ${type} data: "${words.join(' ')}"`);
  // RFC 2308 4: $TTL where the entry has none; before $TTL the SOA's minimum.
  ttl ??= state.ttl ?? (data.type === 'SOA' ? data.minimum : undefined);
  if (ttl === undefined) throw new ZoneFileError(entry.line, 'missing TTL with no previous value');
  state.ttl ??= ttl;
  return { name: owner, ttl, ...data };
}

/** Seconds, or with units: `1h30m`. */
function parseTtl(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d+[smhdw]?)+$/i.test(text)) return undefined;
  const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    total += Number(number) * (units[unit?.toLowerCase() ?? ''] ?? 0);
  }
  return total <= 0xffffffff ? total : undefined;
}

/** A name of the file without its final dot; one without a final dot is relative to the origin. */
function absolute(name: string, origin: string): string {
  if (name === '@') return origin;
  if (name === '.') return '.';
  if (name.endsWith('.')) return name.slice(0, -1);
  return origin === '.' ? name : `${name}.${origin}`;
}
