import { Buffer } from 'node:buffer';
import { isIPv4, isIPv6 } from 'node:net';
import type { DnsRecord } from '../../../lab/wire/dns/message.ts';

type WithoutHead<R> = R extends DnsRecord ? Omit<R, 'name' | 'ttl'> : never;
export type RecordData = WithoutHead<DnsRecord>;

/** The data of a record from its words in a master file; undefined where they do not fit the type. */
export function parseData(
  type: string,
  words: readonly string[],
  absolute: (name: string) => string,
): RecordData | undefined {
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = words;
  const name = (text: string): string | undefined => {
    const full = absolute(text);
    return isName(full) ? full : undefined;
  };
  switch (type) {
    case 'A':
      return words.length === 1 && isIPv4(first) ? { type, address: first } : undefined;
    case 'AAAA':
      return words.length === 1 && isIPv6(first) ? { type, address: first.toLowerCase() } : undefined;
    case 'NS':
    case 'CNAME': {
      const target = name(first);
      return words.length === 1 && target !== undefined ? { type, target: target.toLowerCase() } : undefined;
    }
    case 'SRV': {
      const [priority, weight, port] = [first, second, third].map((text) => integer(text, 0xffff));
      const target = name(fourth);
      if (words.length !== 4 || priority === undefined || weight === undefined) return undefined;
      return port === undefined || target === undefined ? undefined : { type, priority, weight, port, target };
    }
    case 'NAPTR': {
      const [order, preference] = [first, second].map((text) => integer(text, 0xffff));
      const replacement = name(sixth);
      if (words.length !== 6 || order === undefined || preference === undefined) return undefined;
      if (replacement === undefined) return undefined;
      return { type, order, preference, flags: third, services: fourth, regexp: fifth, replacement };
    }
    case 'SOA':
      return soa(words, name);
    case 'TXT':
      return { type: 'other', number: 16, class: 1, data: characterStrings(words) };
    default:
      return undefined;
  }
}

/** RFC 1035 3.3.13. */
function soa(words: readonly string[], name: (text: string) => string | undefined): RecordData | undefined {
  const [mname, rname] = words.slice(0, 2).map((text) => name(text)?.toLowerCase());
  const [serial, refresh, retry, expire, minimum] = words.slice(2).map((text) => integer(text, 0xffffffff));
  if (words.length !== 7 || mname === undefined || rname === undefined) return undefined;
  if (serial === undefined || refresh === undefined || retry === undefined) return undefined;
  if (expire === undefined || minimum === undefined) return undefined;
  return { type: 'SOA', mname, rname, serial, refresh, retry, expire, minimum };
}

function integer(text: string, most: number): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** RFC 1035 2.3.4: labels of 1 to 63 bytes, 255 in all with their lengths. */
function isName(name: string): boolean {
  return name === '.' || (name.length <= 253 && name.split('.').every((label) => /^[\x21-\x7e]{1,63}$/.test(label)));
}

/** RFC 1035 3.3: each a length byte and up to 255 bytes. */
function characterStrings(words: readonly string[]): Uint8Array {
  const parts = words.map((word) => {
    const bytes = Buffer.from(word, 'latin1').subarray(0, 255);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return new Uint8Array(Buffer.concat(parts));
}
