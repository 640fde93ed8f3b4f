/**
 * Identifiers of SIP and RTP from a seed: two runs with the same seed say the same words, so that captures compare.
 * That is what a lab wants and what a product must not do (RFC 3261 19.3 asks for cryptographic randomness).
 */
export interface Ids {
  /** RFC 3261 8.1.1.4; without a host, because the host would be the pod's own address. */
  callId(): string;
  /** RFC 3261 19.3. */
  tag(): string;
  /** RFC 3261 8.1.1.7: starts with the magic cookie. */
  branch(): string;
  /** A branch that the same text always gives (RFC 3261 16.11: a request sent again keeps its branch). */
  branchOf(text: string): string;
  /** RFC 3550 8: never 0. */
  ssrc(): number;
  /** A first RTP sequence number (16 bits). */
  sequence(): number;
  /** An integer from 0 up to, not including, `limit` (at most 2^32). */
  below(limit: number): number;
  /** So many characters of [0-9a-z]. */
  token(length: number): string;
}

export const magicCookie = 'z9hG4bK';

export function seededIds(seed: number, name = ''): Ids {
  const salt = hash32(name, seed);
  const next = xoshiro(salt);
  const below = (limit: number) => Math.floor((next() / 0x1_0000_0000) * limit);
  const token = (length: number) => {
    let text = '';
    while (text.length < length) text += below(36).toString(36);
    return text;
  };
  return {
    callId: () => token(20),
    tag: () => token(10),
    branch: () => `${magicCookie}${token(14)}`,
    branchOf: (text) => `${magicCookie}${hex(hash32(text, salt))}${hex(hash32(text, ~salt))}`,
    ssrc: () => 1 + below(0xffff_ffff),
    sequence: () => below(0x1_0000),
    below,
    token,
  };
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** FNV-1a over UTF-16 units, finished by the avalanche of MurmurHash3. */
function hash32(text: string, seed: number): number {
  let hash = (0x811c_9dc5 ^ seed) | 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** xoshiro128**, its state filled by splitmix32: period 2^128 - 1, 32 bits a call. */
function xoshiro(seed: number): () => number {
  let mix = seed | 0;
  const splitmix = () => {
    mix = (mix + 0x9e37_79b9) | 0;
    let word = Math.imul(mix ^ (mix >>> 16), 0x21f0_aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a_2d97);
    return word ^ (word >>> 15);
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix() | 1;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result >>> 0;
  };
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
