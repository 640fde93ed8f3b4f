import { Buffer } from 'node:buffer';

/** The bytes of a byte string. A character above U+00FF has no single byte and becomes its UTF-8 bytes. */
export function toBytes(byteText: string): Uint8Array {
  return new Uint8Array(Buffer.from(narrow(byteText), 'latin1'));
}

export function fromBytes(bytes: Uint8Array, from = 0, to = bytes.length): string {
  // No view is made of what already can do it.
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1', from, to);
}

/** A byte string made readable; bytes that are no UTF-8 become U+FFFD. */
export function utf8Text(byteText: string): string {
  return Buffer.from(byteText, 'latin1').toString('utf8');
}

/** Readable text as the byte string of its UTF-8. */
export function byteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Without this a character such as U+010A would be cut down to a line feed and end a header early. */
function narrow(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return text.replace(/[\u0100-\uffff]+/g, byteString);
  }
  return text;
}

/** White space that may surround or fold a header value (RFC 3261 25.1, LWS); `trim` would also take U+00A0, a byte of UTF-8. */
export function isLws(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

export function trimLws(text: string): string {
  const from = trimmedStart(text, 0, text.length);
  return text.slice(from, trimmedEnd(text, from, text.length));
}

/** Where a text between two places begins without the white space around it. */
export function trimmedStart(text: string, from: number, to: number): number {
  let start = from;
  while (start < to && isLws(text.charCodeAt(start))) start++;
  return start;
}

/** Where it ends. */
export function trimmedEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && isLws(text.charCodeAt(end - 1))) end--;
  return end;
}

/** RFC 3261 7.3.1: a fold stands for one space. */
export function unfold(value: string): string {
  if (!value.includes('\n')) return value;
  return value.split('\n').map(trimLws).join(' ');
}

/** RFC 3261 25.1 `token`. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9\-.!%*_+`'~]+$/.test(text);
}

const TOKEN = Uint8Array.from({ length: 256 }, (_, code) => Number(isToken(String.fromCharCode(code))));

/** Where the token that begins at a place ends: the place itself where there is none. */
export function tokenEnd(text: string, from: number, to: number): number {
  let end = from;
  while (end < to && TOKEN[text.charCodeAt(end)] === 1) end++;
  return end;
}
