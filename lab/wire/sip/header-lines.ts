import type { Fault } from '../fault.ts';
import type { SipHeader } from './message.ts';
import { tokenEnd, trimmedEnd, trimmedStart } from './text.ts';

const COLON = 0x3a;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Adds the headers from a place on up to the blank line (RFC 3261 7.3.1), and says where the body begins: -1 where the section
 * has no end. A lone LF is taken as a line end too.
 */
export function readHeaderLines(text: string, from: number, headers: SipHeader[], faults: Fault[]): number {
  let at = from;
  while (at < text.length) {
    const first = text.charCodeAt(at);
    if (first === LF) return at + 1;
    if (first === CR) {
      if (text.charCodeAt(at + 1) === LF) return at + 2;
      // Half of a line end, and nothing behind it.
      if (at + 1 === text.length) return -1;
    }
    let lineBreak = text.indexOf('\n', at);
    // A line that begins with white space belongs to the one before it.
    while (lineBreak !== -1 && isBlank(text.charCodeAt(lineBreak + 1))) lineBreak = text.indexOf('\n', lineBreak + 1);
    const next = lineBreak === -1 ? text.length : lineBreak + 1;
    const header = readHeader(text, at, next);
    if (header !== undefined) headers.push(header);
    else {
      const message = 'not a header: name, colon, value';
      faults.push({ code: 'sip/header-line', offset: at, message, clause: 'RFC 3261 7.3.1' });
    }
    at = next;
  }
  return -1;
}

function readHeader(text: string, at: number, next: number): SipHeader | undefined {
  const end = trimmedEnd(text, at, next);
  const nameStart = trimmedStart(text, at, end);
  const nameEnd = tokenEnd(text, nameStart, end);
  const colon = trimmedStart(text, nameEnd, end);
  if (nameEnd === nameStart || colon === end || text.charCodeAt(colon) !== COLON) return undefined;
  return { name: text.slice(nameStart, nameEnd), value: text.slice(trimmedStart(text, colon + 1, end), end) };
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
