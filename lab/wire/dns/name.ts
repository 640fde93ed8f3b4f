import type { Buffer } from 'node:buffer';

export type NameResult =
  | { readonly ok: true; readonly name: string; readonly next: number }
  | { readonly ok: false; readonly why: string };

/**
 * Reads a name at an offset. A pointer leads to what stands before the part of the name that it ends (RFC 1035 4.1.4), one
 * straight to another pointer is refused, and so a name has at most 127 jumps.
 */
export function readName(bytes: Buffer, offset: number): NameResult {
  const labels: string[] = [];
  let begin = offset;
  let at = offset;
  let next: number | undefined;
  let length = 0;
  for (;;) {
    const first = bytes[at];
    if (first === undefined) return wrong('the name runs out of the message');
    if (first === 0) return { ok: true, name: labels.join('.') || '.', next: next ?? at + 1 };
    if (first < 0x40) {
      const label = bytes.subarray(at + 1, at + 1 + first);
      length += first + 1;
      if (length > 254) return wrong('a name has at most 255 bytes');
      if (!label.every(isPlain)) return wrong('a label with bytes that no host or service name has');
      labels.push(label.toString('latin1'));
      at += 1 + first;
    } else if (first >= 0xc0) {
      // Half a pointer ends behind the message, wherever it leads: whoever asks sees that by `next`.
      const target = (first & 0x3f) * 256 + (bytes[at + 1] ?? 0);
      if (target >= begin) return wrong('a pointer leads forwards');
      if ((bytes[target] ?? 0) >= 0xc0) return wrong('a pointer leads to a pointer');
      next ??= at + 2;
      begin = target;
      at = target;
    } else {
      return wrong('a label type that does not exist');
    }
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
