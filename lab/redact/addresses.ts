import { isIPv4, isIPv6 } from 'node:net';
import { u16 } from '../wire/bytes.ts';
import { ipv4Bytes, ipv6Bytes } from '../wire/net/address.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/**
 * Addresses for addresses: octet by octet under the octets before it, so that what shared a /8, /16 or /24 still does;
 * private stays private, multicast and loopback stay what they are; and every octet keeps its number of digits, so that
 * no text grows.
 */
export class Addresses {
  readonly #pseudonyms: Pseudonyms;
  readonly #orders = new Map<string, ReadonlyMap<number, number>>();
  readonly #words = new Map<string, number>();
  readonly #takenWords = new Set<string>();
  readonly #macs = new Map<string, Uint8Array>();

  constructor(pseudonyms: Pseudonyms) {
    this.#pseudonyms = pseudonyms;
  }

  /** IPv4 or IPv6 as text, in its own spelling; undefined for what is neither. */
  text(text: string): string | undefined {
    if (isIPv4(text)) return [...this.ipv4(ipv4Bytes(text))].join('.');
    return isIPv6(text) && !text.includes('%') ? this.#ipv6Text(text) : undefined;
  }

  ipv4(bytes: Uint8Array): Uint8Array {
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    if (a === 0 || a === 127 || a >= 224) return bytes;
    const first = this.#first(a);
    const second = this.#second(a, b);
    const third = this.#turn(`${a}.${b}`, c, 0, 255);
    // The network's own number and the broadcast address of a /24 stay that.
    const last = d === 0 || d === 255 ? d : this.#turn(`${a}.${b}.${c}`, d, 1, 254);
    return Uint8Array.of(first, second, third, last);
  }

  #first(a: number): number {
    return special.includes(a) ? a : this.#turn('', a, 1, 223, special);
  }

  #second(a: number, b: number): number {
    // RFC 1918, RFC 3927, RFC 6598: inside such a range before, inside it after; outside, outside.
    if (a === 192 || a === 169) {
      const kept = a === 192 ? 168 : 254;
      return b === kept ? b : this.#turn(`${a}`, b, 0, 255, [kept]);
    }
    const [from, to] = a === 172 ? [16, 31] : a === 100 ? [64, 127] : [0, 255];
    if (b >= from && b <= to) return this.#turn(`${a}`, b, from, to);
    return this.#turn(`${a} outside`, b, 0, 255, range(from, to));
  }

  /** One of the numbers with as many digits, each used once, none left where it was. */
  #turn(prefix: string, value: number, from: number, to: number, without: readonly number[] = []): number {
    const length = String(value).length;
    const key = `${prefix}/${from}-${to}/${length}`;
    let order = this.#orders.get(key);
    if (order === undefined) {
      const values = range(from, to).filter((n) => String(n).length === length && !without.includes(n));
      const rank = new Map(values.map((n) => [n, this.#pseudonyms.digest(`octet ${key} ${n}`).readUIntBE(0, 6)]));
      const sorted = values.sort((x, y) => (rank.get(x) ?? 0) - (rank.get(y) ?? 0));
      order = new Map(sorted.map((n, i) => [n, sorted[(i + 1) % sorted.length] as number]));
      this.#orders.set(key, order);
    }
    return order.get(value) ?? value;
  }

  ipv6(bytes: Uint8Array): Uint8Array {
    const words = wordsOf(bytes);
    // RFC 4291 2.5.5.2: an IPv4 address inside.
    if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) {
      return Uint8Array.of(...bytes.subarray(0, 12), ...this.ipv4(bytes.subarray(12, 16)));
    }
    const [first = 0] = words;
    if (first >= 0xff00 || words.every((word, i) => word === (i === 7 ? word & 1 : 0))) return bytes;
    const kept = first >= 0xfe80 && first <= 0xfebf ? 1 : 0;
    const made = words.map((word, i) => (i < kept ? word : this.#word6(words.slice(0, i).join(':'), word, i === 0)));
    return Uint8Array.from(made.flatMap((word) => [word >> 8, word & 0xff]));
  }

  /** Zero stays zero, and the number of hexadecimal digits what it was; of the first word its first digits too. */
  #word6(prefix: string, word: number, first: boolean): number {
    if (word === 0) return 0;
    const key = `${prefix}/${word}`;
    const known = this.#words.get(key);
    if (known !== undefined) return known;
    const low = 16 ** (word.toString(16).length - 1);
    const [from, size] = first && word > 0xfff ? [word & 0xff00, 0x100] : [low, 15 * low];
    for (let attempt = 0; ; attempt++) {
      const made = from + (this.#pseudonyms.digest(`word ${attempt} ${key}`).readUInt32BE(0) % size);
      const place = `${prefix}/${made}`;
      if ((made === word || this.#takenWords.has(place)) && attempt < 100) continue;
      this.#words.set(key, made);
      this.#takenWords.add(place);
      return made;
    }
  }

  /** In the spelling of the original: its zeros left out where they were, its case. */
  #ipv6Text(text: string): string {
    const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
    if (dotted?.[2] !== undefined) return this.#dotted(dotted[1] ?? '', dotted[2]);
    const words = wordsOf(this.ipv6(ipv6Bytes(text)));
    let at = 0;
    const [left = '', right] = text.split('::');
    const spell = (part: string) =>
      part === '' ? [] : part.split(':').map((model) => spelled(words[at++] as number, model));
    const head = spell(left).join(':');
    if (right === undefined) return head;
    at = 8 - (right === '' ? 0 : right.split(':').length);
    return `${head}::${spell(right).join(':')}`;
  }

  /** RFC 4291 2.2: the last 32 bits in the notation of IPv4; what stands before them is mostly a fixed prefix. */
  #dotted(prefix: string, address: string): string {
    const made = /^(?:::|::ffff:|64:ff9b::)$/i.test(prefix) ? prefix : this.#pseudonyms.words(prefix);
    return `${made}${[...this.ipv4(ipv4Bytes(address))].join('.')}`;
  }

  /** Groups and the broadcast address stay; a container's address is made of its IP address and may not. */
  mac(bytes: Uint8Array): Uint8Array {
    if (((bytes[0] as number) & 1) === 1 || bytes.every((byte) => byte === 0)) return bytes;
    const key = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    let made = this.#macs.get(key);
    if (made === undefined) {
      made = Uint8Array.of(0x02, ...this.#pseudonyms.digest(`mac ${key}`).subarray(0, 5));
      this.#macs.set(key, made);
    }
    return made;
  }
}

/** First octets whose ranges mean something: they stay. */
const special = [10, 100, 169, 172, 192, 127];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function wordsOf(bytes: Uint8Array): number[] {
  return Array.from({ length: 8 }, (_, i) => u16(bytes, 2 * i));
}

function spelled(word: number, model: string): string {
  const text = word.toString(16).padStart(model.length, '0');
  return model === model.toLowerCase() ? text : text.toUpperCase();
}
