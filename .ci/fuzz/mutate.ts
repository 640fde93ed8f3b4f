/** A small generator of numbers (xorshift): the same seed gives the same inputs on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % Math.max(1, limit);
  }
}

const words = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '"',
    '<',
    '>',
    ',',
    ';',
    '=',
    ':',
    '@',
    '\\',
    '%00',
    '%',
    ' ',
    '\t',
    'sip:',
    '--mcx',
    '--',
    '[',
    ']',
    '/',
  ],
  ...[
    'Content-Length: 4294967295\r\n',
    'v: ',
    'm=',
    'a=',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '&b;',
    '<![CDATA[',
    'MCPT',
    '\u0000',
  ],
].map((word) => new TextEncoder().encode(word));
const numbers = [0, 1, 0x7f, 0x80, 0xbf, 0xc0, 0xff];
export const largest = 65_536;

/** One to eight changes of a seed: bits, bytes, numbers, words, pieces cut, doubled, repeated, or taken from another seed. */
export function mutate(seed: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes = seed;
  for (let left = 1 + random.below(8); left > 0; left--) bytes = change(bytes, other, random);
  return bytes.length > largest ? bytes.subarray(0, largest) : bytes;
}

function change(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(64, bytes.length - at + 1)) + 1;
  const set = (place: number, value: number) => {
    const copy = bytes.slice();
    if (place < copy.length) copy[place] = value;
    return copy;
  };
  const put = (piece: Uint8Array, cut = 0) => joined(bytes.subarray(0, at), piece, bytes.subarray(at + cut));
  switch (random.below(10)) {
    case 0:
      return set(at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
    case 1:
      return set(at, random.below(256));
    case 2:
      return set(at, numbers[random.below(numbers.length)] ?? 0);
    case 3:
      return put(words[random.below(words.length)] ?? bytes);
    case 4:
      return put(new Uint8Array(), length);
    case 5:
      return put(bytes.subarray(at, at + length));
    case 6:
      return put(repeated(bytes.subarray(at, at + 1 + random.below(8)), 1 + random.below(2000)));
    case 7:
      return bytes.slice(0, at);
    case 8:
      return put(other.subarray(random.below(other.length), random.below(other.length)), length);
    default:
      return put(repeated(words[random.below(words.length)] ?? bytes, 1 + random.below(4000)));
  }
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function repeated(piece: Uint8Array, times: number): Uint8Array {
  const count = Math.min(times, Math.floor(largest / Math.max(1, piece.length)));
  return joined(...Array.from({ length: count }, () => piece));
}
