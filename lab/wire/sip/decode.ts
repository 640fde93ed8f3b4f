import type { Decoded, Fault } from '../fault.ts';
import { readHeaderLines } from './header-lines.ts';
import { canonicalName } from './headers.ts';
import type { SipHeader, SipMessage } from './message.ts';
import { readStartLine } from './start-line.ts';
import { fromBytes } from './text.ts';

/**
 * Reads one datagram as one SIP message. A message that is broken but recognisable has a value and faults; a receiver
 * that wants to answer 400 looks for faults, a reader of captures shows both. A keep-alive (CRLF alone) has no value.
 * Whoever has the byte string of the datagram already gives it along: values are cut from it and keep it in memory.
 */
export function decodeSip(bytes: Uint8Array, text: string = fromBytes(bytes)): Decoded<SipMessage> {
  const faults: Fault[] = [];
  let start = 0;
  // RFC 3261 7.5: CRLF before the start line is ignored.
  while (bytes[start] === 0x0d || bytes[start] === 0x0a) start++;
  // RFC 5626 3.5.1: a keep-alive is CRLFCRLF and no message.
  if (start === bytes.length) return { value: undefined, faults: [fault('sip/keep-alive', 0, 'line ends alone')] };
  const lineBreak = text.indexOf('\n', start);
  const lineEnd = lineBreak === -1 ? text.length : lineBreak;
  const line = text.slice(start, text.charCodeAt(lineEnd - 1) === 0x0d && lineBreak !== -1 ? lineEnd - 1 : lineEnd);
  const first = readStartLine(line, start, faults);
  if (first === undefined) return { value: undefined, faults };
  const headers: SipHeader[] = [];
  const bodyStart = readHeaderLines(text, lineEnd + 1, headers, faults);
  if (bodyStart === -1) {
    faults.push(fault('sip/no-blank-line', bytes.length, 'the header section has no end', 'RFC 3261 7'));
  }
  const body = bodyOf(bytes, bodyStart === -1 ? bytes.length : bodyStart, headers, faults);
  const value: SipMessage =
    first.kind === 'request'
      ? { kind: 'request', method: first.method, uri: first.uri, headers, body }
      : { kind: 'response', status: first.status, reason: first.reason, headers, body };
  return { value, faults };
}

function bodyOf(bytes: Uint8Array, from: number, headers: readonly SipHeader[], faults: Fault[]): Uint8Array {
  const there = bytes.length - from;
  const text = headers.find(isContentLength)?.value;
  // RFC 3261 18.3: by UDP a message without Content-Length reaches to the end of the packet.
  if (text === undefined) return copied(bytes, from, bytes.length);
  if (!/^\d{1,10}$/.test(text)) {
    faults.push(fault('sip/content-length', from, `Content-Length is ${text.slice(0, 40)}`, 'RFC 3261 20.14'));
    return copied(bytes, from, bytes.length);
  }
  if (headers.some((other) => isContentLength(other) && other.value !== text)) {
    faults.push(fault('sip/content-length', from, 'several Content-Length that differ', 'RFC 3261 20.14'));
  }
  const length = Number(text);
  if (length > there) {
    const message = `the body ends after ${there} of ${length} bytes`;
    faults.push(fault('sip/body-short', bytes.length, message, 'RFC 3261 18.3'));
  } else if (length < there) {
    // RFC 3261 18.3: what follows the body is discarded, and is no error of the message.
    faults.push(fault('sip/surplus', from + length, `${there - length} bytes follow the body`, 'RFC 3261 18.3'));
  }
  return copied(bytes, from, from + Math.min(length, there));
}

/** Asked of every header of every message: a glance at the length of the name answers for nearly all. */
function isContentLength({ name }: SipHeader): boolean {
  if (name.length === 14) return name.toLowerCase() === 'content-length';
  return name.length === 1 && canonicalName(name) === 'content-length';
}

function fault(code: string, offset: number, message: string, clause?: string): Fault {
  return clause === undefined ? { code, offset, message } : { code, offset, message, clause };
}

const EMPTY = new Uint8Array();
const SLAB = 64 * 1024;
let slab = EMPTY;
let used = 0;

/** A body of its own: the message outlives the buffer that it came in. Bodies share slabs, whose making costs more than all else. */
function copied(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const length = to - from;
  if (length === 0) return EMPTY;
  if (length > SLAB / 8) return new Uint8Array(bytes.subarray(from, to));
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  const body = slab.subarray(used, used + length);
  body.set(bytes.subarray(from, to));
  used += length;
  return body;
}
