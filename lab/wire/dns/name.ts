import type { Buffer } from 'node:buffer';
import * as packet from 'dns-packet';

export type NameResult =
  | { readonly ok: true; readonly name: string; readonly next: number }
  | { readonly ok: false; readonly why: string };

/**
 * Reads a name at an offset. The walk beforehand bounds the work of the decoder: pointers lead only backwards
 * (RFC 1035 4.1.4), a pointer straight to another pointer is refused, and so a name has at most 127 jumps.
 */
export function readName(bytes: Buffer, offset: number): NameResult {
  let at = offset;
  let next: number | undefined;
  let length = 0;
  for (;;) {
    const first = bytes[at];
    if (first === undefined) return wrong('the name runs out of the message');
    if (first === 0) break;
    if (first < 0x40) {
      const label = bytes.subarray(at + 1, at + 1 + first);
      length += first + 1;
      if (label.length < first) return wrong('the name runs out of the message');
      if (length > 254) return wrong('a name has at most 255 bytes');
      if (!label.every(isPlain)) return wrong('a label with bytes that no host or service name has');
      at += 1 + first;
    } else if (first >= 0xc0) {
      const target = (first & 0x3f) * 256 + (bytes[at + 1] ?? 0);
      if (at + 1 >= bytes.length) return wrong('the name runs out of the message');
      if (target >= at || target >= offset) return wrong('a pointer leads forwards');
      if ((bytes[target] ?? 0) >= 0xc0) return wrong('a pointer leads to a pointer');
      next ??= at + 2;
      at = target;
    } else {
      return wrong('a label type that does not exist');
    }
  }
  try {
    return { ok: true, name: packet.name.decode(bytes, offset), next: next ?? at + 1 };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : 'the name cannot be read');
  }
}

/** Printable ASCII but the dot, which separates labels in text, and the backslash, which escapes it. */
function isPlain(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c;
}

/** Whether a name of a message to write fits the wire: labels of 1 to 63 bytes, 255 in all. */
export function isWritableName(name: string): boolean {
  if (name === '.') return true;
  const plain = name.endsWith('.') ? name.slice(0, -1) : name;
  if (plain.length > 253 || !/^[\x21-\x5b\x5d-\x7e]+$/.test(plain)) return false;
  return plain.split('.').every((label) => label.length > 0 && label.length < 64);
}

function wrong(why: string): NameResult {
  return { ok: false, why };
}
