import type { Decoded, Fault } from '../fault.ts';
import { canonicalName } from './headers.ts';
import type { SipHeader, SipMessage } from './message.ts';
import { fromBytes, isToken, tokenEnd, trimmedEnd, trimmedStart } from './text.ts';

/**
 * Reads one datagram as one SIP message. A message that is broken but recognisable has a value and faults; a receiver
 * that wants to answer 400 looks for faults, a reader of captures shows both. A keep-alive (CRLF alone) has no value.
 */
export function decodeSip(bytes: Uint8Array): Decoded<SipMessage> {
  const faults: Fault[] = [];
  const head = findHead(bytes);
  // RFC 5626 3.5.1: a keep-alive is CRLFCRLF and no message.
  if (head.start === bytes.length) return { value: undefined, faults: [fault('sip/keep-alive', 0, 'line ends alone')] };
  const text = fromBytes(bytes, head.start, head.end);
  const firstEnd = lineEnd(text, 0);
  const start = startLine(text.slice(0, firstEnd.text), head.start, faults);
  if (start === undefined) return { value: undefined, faults };
  const headers = headerLines(text, firstEnd.next, head.start, faults);
  if (!head.complete) {
    faults.push(fault('sip/no-blank-line', bytes.length, 'the header section has no end', 'RFC 3261 7'));
  }
  const body = bodyOf(bytes, head.body, headers, faults);
  return { value: { ...start, headers, body }, faults };
}

interface Head {
  readonly start: number;
  readonly end: number;
  readonly body: number;
  readonly complete: boolean;
}

/** Where the header section begins and ends. The text is for the search alone: values keep what they are cut from in memory. */
function findHead(bytes: Uint8Array): Head {
  let start = 0;
  // RFC 3261 7.5: CRLF before the start line is ignored.
  while (bytes[start] === 0x0d || bytes[start] === 0x0a) start++;
  const text = fromBytes(bytes);
  const strict = text.indexOf('\n\r\n', start);
  const loose = text.indexOf('\n\n', start);
  if (strict !== -1 && (loose === -1 || strict < loose)) {
    return { start, end: strict + 1, body: strict + 3, complete: true };
  }
  if (loose !== -1) return { start, end: loose + 1, body: loose + 2, complete: true };
  return { start, end: bytes.length, body: bytes.length, complete: false };
}

/** Where a line's text ends and the next line begins; a lone LF is taken as a line end too. */
function lineEnd(text: string, from: number): { readonly text: number; readonly next: number } {
  const at = text.indexOf('\n', from);
  if (at === -1) return { text: text.length, next: text.length };
  return { text: at > from && text.charCodeAt(at - 1) === 0x0d ? at - 1 : at, next: at + 1 };
}

type Start =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

function startLine(line: string, offset: number, faults: Fault[]): Start | undefined {
  const first = line.indexOf(' ');
  const head = first === -1 ? line : line.slice(0, first);
  const rest = first === -1 ? '' : line.slice(first + 1);
  // RFC 3261 7.2
  if (isVersion(head)) {
    const match = /^(\d{3})(?: (.*))?$/s.exec(rest);
    if (match !== null) {
      checkVersion(head, offset, faults);
      return { kind: 'response', status: Number(match[1]), reason: match[2] ?? '' };
    }
  }
  // RFC 3261 7.1
  const last = rest.lastIndexOf(' ');
  const version = last === -1 ? '' : rest.slice(last + 1);
  if (isVersion(version) && isToken(head)) {
    checkVersion(version, offset + first + 1 + last + 1, faults);
    const uri = rest.slice(0, last);
    if (uri === '' || /[\s<>"]/.test(uri)) {
      faults.push(
        fault('sip/request-uri', offset + first + 1, 'a Request-URI has no spaces or brackets', 'RFC 3261 7.1'),
      );
    }
    return { kind: 'request', method: head, uri };
  }
  faults.push(fault('sip/start-line', offset, 'neither a request line nor a status line', 'RFC 3261 7'));
  return undefined;
}

function isVersion(word: string): boolean {
  return word === 'SIP/2.0' || /^SIP\/\d{1,3}\.\d{1,3}$/i.test(word);
}

function checkVersion(version: string, offset: number, faults: Fault[]): void {
  if (version === 'SIP/2.0' || version.toUpperCase() === 'SIP/2.0') return;
  faults.push(fault('sip/version', offset, `${version} is not SIP/2.0`, 'RFC 3261 7.1'));
}

function headerLines(text: string, from: number, base: number, faults: Fault[]): SipHeader[] {
  const headers: SipHeader[] = [];
  let at = from;
  while (at < text.length) {
    let lineBreak = text.indexOf('\n', at);
    // RFC 3261 7.3.1: a line that begins with white space belongs to the one before it.
    while (lineBreak !== -1 && isBlank(text.charCodeAt(lineBreak + 1))) lineBreak = text.indexOf('\n', lineBreak + 1);
    const next = lineBreak === -1 ? text.length : lineBreak + 1;
    const end = trimmedEnd(text, at, next);
    const nameStart = trimmedStart(text, at, end);
    const nameEnd = tokenEnd(text, nameStart, end);
    const colon = trimmedStart(text, nameEnd, end);
    if (nameEnd > nameStart && text.charCodeAt(colon) === COLON && colon < end) {
      headers.push({
        name: text.slice(nameStart, nameEnd),
        value: text.slice(trimmedStart(text, colon + 1, end), end),
      });
    } else if (end > at || !isLineEnd(text, at)) {
      faults.push(fault('sip/header-line', base + at, 'not a header: name, colon, value', 'RFC 3261 7.3.1'));
    }
    at = next;
  }
  return headers;
}

const COLON = 0x3a;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === '\n' || (text[at] === '\r' && (at + 1 === text.length || text[at + 1] === '\n'));
}

const EMPTY = new Uint8Array();

function bodyOf(bytes: Uint8Array, from: number, headers: readonly SipHeader[], faults: Fault[]): Uint8Array {
  // A copy: the message outlives the buffer that the datagram came in.
  const rest = from >= bytes.length ? EMPTY : new Uint8Array(bytes.subarray(from));
  const text = headers.find(isContentLength)?.value;
  // RFC 3261 18.3: by UDP a message without Content-Length reaches to the end of the packet.
  if (text === undefined) return rest;
  if (!/^\d{1,10}$/.test(text)) {
    faults.push(fault('sip/content-length', from, `Content-Length is ${text.slice(0, 40)}`, 'RFC 3261 20.14'));
    return rest;
  }
  if (headers.some((other) => isContentLength(other) && other.value !== text)) {
    faults.push(fault('sip/content-length', from, 'several Content-Length that differ', 'RFC 3261 20.14'));
  }
  const length = Number(text);
  if (length > rest.length) {
    const message = `the body ends after ${rest.length} of ${length} bytes`;
    faults.push(fault('sip/body-short', bytes.length, message, 'RFC 3261 18.3'));
  } else if (length < rest.length) {
    // RFC 3261 18.3: what follows the body is discarded, and is no error of the message.
    const message = `${rest.length - length} bytes follow the body`;
    faults.push(fault('sip/surplus', from + length, message, 'RFC 3261 18.3'));
  }
  return length >= rest.length ? rest : rest.subarray(0, length);
}

/** Asked of every header of every message: a glance at the length of the name answers for nearly all. */
function isContentLength({ name }: SipHeader): boolean {
  return (name.length === 14 || name.length === 1) && canonicalName(name) === 'content-length';
}

function fault(code: string, offset: number, message: string, clause?: string): Fault {
  return clause === undefined ? { code, offset, message } : { code, offset, message, clause };
}
