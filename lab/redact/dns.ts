import { u16 } from '../wire/bytes.ts';
import { fromBytes, toBytes } from '../wire/sip/text.ts';
import type { Identities } from './identities.ts';

const type = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, AAAA: 28, SRV: 33, NAPTR: 35 } as const;
/** Fixed bytes of the data before its names. */
const before: ReadonlyMap<number, number> = new Map([
  [type.NS, 0],
  [type.CNAME, 0],
  [type.PTR, 0],
  [type.MX, 2],
  [type.SRV, 6],
]);

/** A DNS message in place: names label by label where they stand, so that pointers lead to what they led to. */
export function redactDns(bytes: Uint8Array, who: Identities): void {
  const walk = new Walk(bytes, who);
  let at = 12;
  if (bytes.length < at) return;
  for (let i = u16(bytes, 4); i > 0 && at < bytes.length; i--) at = walk.name(at) + 4;
  const records = u16(bytes, 6) + u16(bytes, 8) + u16(bytes, 10);
  for (let i = records; i > 0 && at < bytes.length; i--) at = walk.record(at);
}

class Walk {
  readonly #bytes: Uint8Array;
  readonly #original: Uint8Array;
  readonly #who: Identities;

  constructor(bytes: Uint8Array, who: Identities) {
    this.#bytes = bytes;
    this.#original = bytes.slice();
    this.#who = who;
  }

  /** Replaces the labels of the name at `at`. @returns where it ends. */
  name(at: number): number {
    const places: { at: number; text: string }[] = [];
    let end: number | undefined;
    for (let next = at, steps = 0; steps < 128; steps++) {
      const length = this.#original[next];
      if (length === undefined || length === 0) {
        end ??= next + 1;
        break;
      }
      if (length >= 0xc0) {
        end ??= next + 2;
        next = ((length & 0x3f) << 8) | (this.#original[next + 1] ?? 0);
      } else {
        places.push({ at: next + 1, text: fromBytes(this.#original.subarray(next + 1, next + 1 + length)) });
        next += 1 + length;
      }
    }
    const made = this.#who.host(places.map(({ text }) => text).join('.')).split('.');
    // A label with a dot in it is none that a host has: word by word then.
    const fits = made.length === places.length;
    for (const [i, { at: place, text }] of places.entries()) {
      this.#put(place, fits ? (made[i] as string) : this.#who.words(text));
    }
    return end ?? this.#bytes.length;
  }

  record(at: number): number {
    const head = this.name(at);
    if (head + 10 > this.#bytes.length) return this.#bytes.length;
    const kind = u16(this.#original, head);
    const data = head + 10;
    const end = Math.min(this.#bytes.length, data + u16(this.#original, head + 8));
    this.#data(kind, data, end);
    return end;
  }

  #data(kind: number, data: number, end: number): void {
    const skip = before.get(kind);
    const value = this.#bytes.subarray(data, end);
    if (skip !== undefined) this.name(data + skip);
    else if (kind === type.SOA) this.name(this.name(data));
    else if (kind === type.A && value.length === 4) value.set(this.#who.addresses.ipv4(value));
    else if (kind === type.AAAA && value.length === 16) value.set(this.#who.addresses.ipv6(value));
    else if (kind === type.NAPTR) this.#naptr(data, end);
    else value.set(this.#who.pseudonyms.bytes(value));
  }

  /** RFC 3403 4.1: flags and service stay; the expression may hold a URI; then a name. */
  #naptr(data: number, end: number): void {
    const flags = data + 4;
    const service = flags + 1 + (this.#original[flags] ?? 0);
    const expression = service + 1 + (this.#original[service] ?? 0);
    const name = expression + 1 + (this.#original[expression] ?? 0);
    if (name > end) return;
    this.#put(expression + 1, this.#who.text(fromBytes(this.#original.subarray(expression + 1, name))));
    this.name(name);
  }

  #put(at: number, text: string): void {
    const made = toBytes(text);
    if (at + made.length <= this.#bytes.length) this.#bytes.set(made, at);
  }
}
