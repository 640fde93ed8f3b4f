import { concat, mustFit, put32, u32 } from '../bytes.ts';
import { readText, writeText } from './text.ts';

/* TS 24.380 8.2.3.17, 8.2.3.20: number (1), then {length (1), text} without padding in between. */
export function readTexts(value: Uint8Array): string[] | undefined {
  const texts: string[] = [];
  const number = value[0];
  if (number === undefined) return undefined;
  let at = 1;
  for (let i = 0; i < number; i++) {
    const end = at + 1 + (value[at] ?? value.length);
    if (end > value.length) return undefined;
    const text = readText(value.subarray(at + 1, end));
    if (text === undefined) return undefined;
    texts.push(text);
    at = end;
  }
  return at === value.length ? texts : undefined;
}

export function writeTexts(texts: readonly string[]): Uint8Array {
  const parts = texts.map((text) => {
    const bytes = writeText(text);
    return concat([Uint8Array.of(mustFit('length of an entry', bytes.length, 0xff)), bytes]);
  });
  return concat([Uint8Array.of(mustFit('number of entries', texts.length, 0xff)), ...parts]);
}

/* TS 24.380 8.2.3.18: number (1), spare (2), SSRCs. */
export function readSsrcs(value: Uint8Array): number[] | undefined {
  const number = value[0];
  if (number === undefined || value.length !== 3 + 4 * number) return undefined;
  return ssrcsAt(value, 3, number);
}

export function writeSsrcs(ssrcs: readonly number[]): Uint8Array {
  const value = new Uint8Array(3 + 4 * ssrcs.length);
  value[0] = mustFit('number of SSRCs', ssrcs.length, 0xff);
  for (const [i, ssrc] of ssrcs.entries()) put32(value, 3 + 4 * i, mustFit('SSRC', ssrc, 0xffffffff));
  return value;
}

/**
 * Some products write the List of SSRCs without a length octet: id, number, two spare octets, SSRCs, naturally whole
 * words. `at` is that of the id; undefined where the ordinary form, or none, is meant.
 */
export function readUnsizedSsrcs(bytes: Uint8Array, at: number): { ssrcs: number[]; end: number } | undefined {
  const number = bytes[at + 1];
  if (number === undefined || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) return undefined;
  const end = at + 4 + 4 * number;
  if (end > bytes.length) return undefined;
  // In the ordinary form octet 2 is the number, so that both meet in one place only: an empty list, length 3, whose
  // padding is zero.
  const padding = bytes.subarray(at + 4, at + 8);
  if (number === 3 && padding.every((octet) => octet === 0)) return undefined;
  return { ssrcs: ssrcsAt(bytes, at + 4, number), end };
}

function ssrcsAt(bytes: Uint8Array, start: number, number: number): number[] {
  return Array.from({ length: number }, (_, i) => u32(bytes, start + 4 * i));
}
