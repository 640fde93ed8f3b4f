import { u16, u32 } from '../bytes.ts';

/*
 * Addresses as text. A capture repeats few of them very often, so that each is formatted once; the memory is bounded and
 * changes no answer.
 */
const MEMORY = 4096;

function remember<Key>(memory: Map<Key, string>, key: Key, text: string): string {
  if (memory.size >= MEMORY) memory.clear();
  memory.set(key, text);
  return text;
}

const ipv4Memory = new Map<number, string>();

export function ipv4Text(bytes: Uint8Array, at: number): string {
  const key = u32(bytes, at);
  const known = ipv4Memory.get(key);
  if (known !== undefined) return known;
  return remember(ipv4Memory, key, `${key >>> 24}.${(key >>> 16) & 0xff}.${(key >>> 8) & 0xff}.${key & 0xff}`);
}

export function ipv4Bytes(text: string): Uint8Array {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) throw new RangeError(`${text} is no IPv4 address`);
  return Uint8Array.from(parts);
}

const macMemory = new Map<number, string>();

export function macText(bytes: Uint8Array, at: number): string {
  const key = u16(bytes, at) * 0x100000000 + u32(bytes, at + 2);
  const known = macMemory.get(key);
  if (known !== undefined) return known;
  const hex = key.toString(16).padStart(12, '0');
  return remember(macMemory, key, hex.replace(/..(?!$)/g, '$&:'));
}

export function macBytes(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new RangeError(`${text} is no Ethernet address`);
  return Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16));
}

const ipv6Memory = new Map<string, string>();

export function ipv6Text(bytes: Uint8Array, at: number): string {
  const key = String.fromCharCode(...bytes.subarray(at, at + 16));
  return ipv6Memory.get(key) ?? remember(ipv6Memory, key, shortIpv6(bytes, at));
}

/* RFC 5952 4: lower case, no leading zeros, the longest run of two or more zero words as `::`, the first of equals. */
function shortIpv6(bytes: Uint8Array, at: number): string {
  const words = Array.from({ length: 8 }, (_, i) => u16(bytes, at + 2 * i));
  let best = 0;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (words[end] === 0) end++;
    if (end - start > bestLength) [best, bestLength] = [start, end - start];
  }
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  if (bestLength < 2) return text(words);
  return `${text(words.slice(0, best))}::${text(words.slice(best + bestLength))}`;
}

export function ipv6Bytes(text: string): Uint8Array {
  const [left = '', right, ...more] = text.split('::');
  const head = ipv6Words(left);
  const tail = right === undefined ? [] : ipv6Words(right);
  const missing = 8 - head.length - tail.length;
  const fits = right === undefined ? missing === 0 : missing > 0;
  const words = [...head, ...new Array<number>(Math.max(0, missing)).fill(0), ...tail];
  if (more.length > 0 || !fits || words.some(Number.isNaN)) throw new RangeError(`${text} is no IPv6 address`);
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function ipv6Words(part: string): number[] {
  if (part === '') return [];
  return part.split(':').map((word) => (/^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : Number.NaN));
}
