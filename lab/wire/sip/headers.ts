import type { SipHeader, SipMessage } from './message.ts';
import { splitOutside } from './split.ts';
import { trimLws, unfold } from './text.ts';

/** RFC 3261 7.3.3 and the registry of SIP header fields: one letter stands for the long name. */
const compact: ReadonlyMap<string, string> = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
]);

/** Lower case, compact form expanded: two names mean the same header when this is equal. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.length === 1 ? (compact.get(lower) ?? lower) : lower;
}

/** The first header of that name, unfolded. */
export function header(message: SipMessage, name: string): string | undefined {
  const wanted = canonicalName(name);
  const found = message.headers.find((h) => canonicalName(h.name) === wanted);
  return found === undefined ? undefined : unfold(found.value);
}

/** Every header line of that name, unfolded, in the order of the wire. */
export function headers(message: SipMessage, name: string): string[] {
  const wanted = canonicalName(name);
  return message.headers.filter((h) => canonicalName(h.name) === wanted).map((h) => unfold(h.value));
}

/**
 * The comma-separated elements over all lines of that name (RFC 3261 7.3.1); commas in quotes and in `<…>` separate
 * nothing. Not for headers whose one value holds commas: Date, Authorization and its relatives.
 */
export function listValues(message: SipMessage, name: string): string[] {
  return headers(message, name)
    .flatMap((value) => splitOutside(value, ','))
    .map(trimLws)
    .filter((value) => value !== '');
}

/** All lines of that name replaced by one, at the place of the first; appended where there was none. */
export function withHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  return withHeaders(message, name, [value]);
}

export function withHeaders<M extends SipMessage>(message: M, name: string, values: readonly string[]): M {
  const wanted = canonicalName(name);
  const place = message.headers.findIndex((h) => canonicalName(h.name) === wanted);
  const added = values.map((value) => ({ name, value }));
  if (place === -1) return withList(message, [...message.headers, ...added]);
  const others = (list: readonly SipHeader[]) => list.filter((h) => canonicalName(h.name) !== wanted);
  return withList(message, [...message.headers.slice(0, place), ...added, ...others(message.headers.slice(place))]);
}

export function withoutHeader<M extends SipMessage>(message: M, name: string): M {
  const wanted = canonicalName(name);
  return withList(
    message,
    message.headers.filter((h) => canonicalName(h.name) !== wanted),
  );
}

/** A new line above all others of that name (above everything where there is none): how Via, Route and Record-Route grow. */
export function prependHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const wanted = canonicalName(name);
  const place = Math.max(
    0,
    message.headers.findIndex((h) => canonicalName(h.name) === wanted),
  );
  return withList(message, [...message.headers.slice(0, place), { name, value }, ...message.headers.slice(place)]);
}

export function appendHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  return withList(message, [...message.headers, { name, value }]);
}

/** A new body and its Content-Type; `encodeSip` sees to Content-Length. An empty body has no type. */
export function withBody<M extends SipMessage>(message: M, body: Uint8Array, contentType: string): M {
  const typed =
    body.length === 0 ? withoutHeader(message, 'Content-Type') : withHeader(message, 'Content-Type', contentType);
  return { ...typed, body };
}

function withList<M extends SipMessage>(message: M, list: readonly SipHeader[]): M {
  return { ...message, headers: list };
}
