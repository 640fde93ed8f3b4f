import type { Decoded, Fault } from '../fault.ts';
import { canonicalName, header, withBody } from './headers.ts';
import type { SipHeader, SipMessage } from './message.ts';
import { paramOf, parseParams } from './params.ts';
import { fromBytes, isToken, toBytes, trimLws, unfold } from './text.ts';

export interface BodyPart {
  readonly headers: readonly SipHeader[];
  readonly body: Uint8Array;
}

/** Multiparts in multiparts are opened so deep; deeper ones stay a part. */
const maxDepth = 4;

/** `multipart/mixed` of a Content-Type, in lower case and without parameters. */
export function mediaType(contentType: string | undefined): string {
  return trimLws((contentType ?? '').split(';', 1)[0] ?? '').toLowerCase();
}

/** The parts of one multipart body (RFC 2046 5.1.1), in order; parts of parts stay closed. */
export function decodeMultipart(body: Uint8Array, contentType: string): Decoded<BodyPart[]> {
  const semicolon = contentType.indexOf(';');
  const boundary = semicolon === -1 ? undefined : paramOf(parseParams(contentType.slice(semicolon)), 'boundary');
  if (!mediaType(contentType).startsWith('multipart/') || boundary === undefined || boundary === '') {
    return { value: undefined, faults: [fault('no-boundary', 0, 'no multipart type with a boundary')] };
  }
  return splitParts(fromBytes(body), `--${boundary}`);
}

function splitParts(text: string, delimiter: string): Decoded<BodyPart[]> {
  const faults: Fault[] = [];
  const parts: BodyPart[] = [];
  let open = nextDelimiter(text, delimiter, 0);
  if (open === undefined) return { value: undefined, faults: [fault('no-part', 0, 'the boundary is not in the body')] };
  while (open !== undefined && !open.last) {
    const close = nextDelimiter(text, delimiter, open.next);
    if (close === undefined) faults.push(fault('no-end', text.length, 'the closing boundary is missing'));
    parts.push(partOf(text.slice(open.next, close?.before ?? text.length)));
    open = close;
  }
  return { value: parts, faults };
}

interface Delimiter {
  /** End of what stands before it: the line break in front belongs to the delimiter. */
  readonly before: number;
  readonly next: number;
  readonly last: boolean;
}

function nextDelimiter(text: string, delimiter: string, from: number): Delimiter | undefined {
  for (let at = text.indexOf(delimiter, from); at !== -1; at = text.indexOf(delimiter, at + delimiter.length)) {
    // A delimiter stands at the beginning of a line and is alone on it.
    if (at !== 0 && at !== from && text[at - 1] !== '\n') continue;
    const lineBreak = text.indexOf('\n', at);
    const end = lineBreak === -1 ? text.length : lineBreak;
    const tail = text.slice(at + delimiter.length, Math.min(end, at + delimiter.length + 80));
    const last = tail.startsWith('--');
    if (trimLws(last ? tail.slice(2) : tail) !== '') continue;
    const before = text[at - 2] === '\r' ? at - 2 : at - 1;
    return { before, next: end + 1, last };
  }
  return undefined;
}

function partOf(text: string): BodyPart {
  const headers: SipHeader[] = [];
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    const blank = trimLws(text.slice(at, end === -1 ? text.length : end)) === '';
    while (!blank && end !== -1 && (text[end + 1] === ' ' || text[end + 1] === '\t')) end = text.indexOf('\n', end + 1);
    const line = text.slice(at, end === -1 ? text.length : end);
    at = end === -1 ? text.length : end + 1;
    if (blank) return { headers, body: toBytes(text.slice(at)) };
    const colon = line.indexOf(':');
    const name = trimLws(line.slice(0, Math.max(0, colon)));
    if (isToken(name)) headers.push({ name, value: trimLws(line.slice(colon + 1)) });
  }
  return { headers, body: new Uint8Array(0) };
}

/** The body for `multipart/mixed;boundary=…`; the boundary must be in none of the parts (`freeBoundary`). */
export function encodeMultipart(parts: readonly BodyPart[], boundary: string): Uint8Array {
  const pieces = parts.map((part) => {
    const lines = part.headers.map((h) => `${h.name}: ${h.value}\r\n`).join('');
    return `--${boundary}\r\n${lines}\r\n${fromBytes(part.body)}\r\n`;
  });
  return toBytes(`${pieces.join('')}--${boundary}--\r\n`);
}

/** The wished boundary, or it with a number longer than any that follows it in the parts: one pass, whatever they hold. */
export function freeBoundary(parts: readonly BodyPart[], wish = 'mcx'): string {
  const texts = parts.map((part) => fromBytes(part.body));
  if (!texts.some((text) => text.includes(`--${wish}`))) return wish;
  const pieces = texts.flatMap((text) => text.split(`--${wish}-`).slice(1));
  const longest = pieces.reduce((length, piece) => Math.max(length, /^\d*/.exec(piece)?.[0].length ?? 0), 0);
  return `${wish}-1${'0'.repeat(longest)}`;
}

/** Every part of the body, multiparts opened; a body that is no multipart is its own only part, an empty one has none. */
export function bodyParts(message: SipMessage): BodyPart[] {
  if (message.body.length === 0) return [];
  const contentHeaders = message.headers.filter((h) => canonicalName(h.name).startsWith('content-'));
  return openPart({ headers: contentHeaders, body: message.body }, 0);
}

function openPart(part: BodyPart, depth: number): BodyPart[] {
  const type = contentTypeOf(part);
  if (depth >= maxDepth || !mediaType(type).startsWith('multipart/')) return [part];
  const inner = decodeMultipart(part.body, type ?? '').value;
  return inner === undefined ? [part] : inner.flatMap((one) => openPart(one, depth + 1));
}

function contentTypeOf(part: BodyPart): string | undefined {
  const found = part.headers.find((h) => canonicalName(h.name) === 'content-type');
  return found === undefined ? undefined : unfold(found.value);
}

/** The first part of that type: `partOfType(invite, 'application/sdp')`. */
export function partOfType(message: SipMessage, type: string): Uint8Array | undefined {
  return bodyParts(message).find((part) => mediaType(contentTypeOf(part)) === type.toLowerCase())?.body;
}

/**
 * The message with that part's bytes replaced; a body that is no multipart is replaced whole, a multipart without such
 * a part gains one. Other parts keep their headers and bytes.
 */
export function withPart<M extends SipMessage>(message: M, type: string, bytes: Uint8Array): M {
  const contentType = header(message, 'Content-Type');
  const top = contentType === undefined ? undefined : decodeMultipart(message.body, contentType).value;
  if (top === undefined) return withBody(message, bytes, contentTypeFor(contentType, type));
  const place = top.findIndex((part) => mediaType(contentTypeOf(part)) === type.toLowerCase());
  const fresh = { headers: [{ name: 'Content-Type', value: type }], body: bytes };
  const parts = place === -1 ? [...top, fresh] : top.map((part, i) => (i === place ? { ...part, body: bytes } : part));
  const boundary = freeBoundary(parts, paramOf(parseParams(contentType ?? ''), 'boundary'));
  return withBody(message, encodeMultipart(parts, boundary), `${mediaType(contentType)};boundary=${boundary}`);
}

function contentTypeFor(old: string | undefined, type: string): string {
  return old !== undefined && mediaType(old) === type.toLowerCase() ? old : type;
}

function fault(what: string, offset: number, message: string): Fault {
  return { code: `multipart/${what}`, offset, message, clause: 'RFC 2046 5.1.1' };
}
