import { formatParams, type Params, paramOf, parseParams } from './params.ts';
import { trimLws } from './text.ts';

/** RFC 3261 19.1.1. `user` keeps its escapes (and a password, if someone sends one). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  readonly user?: string;
  /** A name, an IPv4 address, or an IPv6 address in its brackets. */
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
  /** What follows `?`. */
  readonly headers?: string;
}

/** undefined for other schemes and for what is no URI. */
export function parseSipUri(text: string): SipUri | undefined {
  const uri = trimLws(text);
  const scheme = /^(sips?):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  if (/[\s<>"]/.test(uri)) return undefined;
  const rest = uri.slice(scheme.length + 1);
  // RFC 3261 25.1: a user part may hold `;` and `?`, so it ends at the last `@` before any header part's own.
  const at = rest.lastIndexOf('@');
  const after = rest.slice(at + 1);
  const question = after.indexOf('?');
  const location = question === -1 ? after : after.slice(0, question);
  const semicolon = location.indexOf(';');
  const place = parseHostPort(semicolon === -1 ? location : location.slice(0, semicolon));
  if (place === undefined || at === 0) return undefined;
  return {
    scheme,
    ...(at === -1 ? {} : { user: rest.slice(0, at) }),
    ...place,
    params: semicolon === -1 ? [] : parseParams(location.slice(semicolon)),
    ...(question === -1 ? {} : { headers: after.slice(question + 1) }),
  };
}

/** `host`, `host:port`, `[IPv6]:port`; undefined when it is neither. */
export function parseHostPort(text: string): { readonly host: string; readonly port?: number } | undefined {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._]+)(?:\s*:\s*(\d{1,5}))?$/.exec(trimLws(text));
  if (match?.[1] === undefined) return undefined;
  if (match[2] === undefined) return { host: match[1] };
  const port = Number(match[2]);
  return port > 65535 ? undefined : { host: match[1], port };
}

export function formatSipUri(uri: SipUri): string {
  const user = uri.user === undefined ? '' : `${uri.user}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}${headers}`;
}

/** `''` for a parameter without a value, undefined where it is absent. */
export function uriParam(uri: SipUri, name: string): string | undefined {
  return paramOf(uri.params, name);
}

/** RFC 3261 19.1.4 for sip and sips, RFC 3966 4 for tel; other URIs are equal as text. */
export function sameUri(a: SipUri | string, b: SipUri | string): boolean {
  const left = typeof a === 'string' ? (parseSipUri(a) ?? a) : a;
  const right = typeof b === 'string' ? (parseSipUri(b) ?? b) : b;
  if (typeof left === 'string' || typeof right === 'string') {
    return typeof left === 'string' && typeof right === 'string' && plainForm(left) === plainForm(right);
  }
  return (
    left.scheme === right.scheme &&
    unescaped(left.user) === unescaped(right.user) &&
    left.host.toLowerCase() === right.host.toLowerCase() &&
    left.port === right.port &&
    sameParams(left.params, right.params) &&
    sameHeaders(left.headers, right.headers)
  );
}

/** The SIP URI's address of record: scheme, user and host alone, in one spelling; what a registrar looks things up by. */
export function addressOfRecord(text: string): string {
  const uri = parseSipUri(text);
  if (uri === undefined) return plainForm(text);
  const user = uri.user === undefined ? '' : `${unescaped(uri.user)}@`;
  return `${uri.scheme}:${user}${uri.host.toLowerCase()}`;
}

function plainForm(text: string): string {
  const plain = trimLws(text);
  // RFC 3966 5.1.1: visual separators do not count.
  return /^tel:/i.test(plain) ? plain.toLowerCase().replace(/[-.()]/g, '') : plain;
}

/** RFC 3261 19.1.4: these four must be on both sides to match; all others count only where both have them. */
const mustMatch = ['user', 'ttl', 'method', 'maddr', 'transport'];

function sameParams(a: Params, b: Params): boolean {
  const read = (params: Params) => new Map(params.map(([k, v]) => [k.toLowerCase(), unescaped(v)?.toLowerCase()]));
  const left = read(a);
  const right = read(b);
  if (mustMatch.some((name) => left.get(name) !== right.get(name))) return false;
  return [...left].every(([name, value]) => !right.has(name) || right.get(name) === value);
}

function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  const sorted = (text: string | undefined) => (text ?? '').split('&').sort().join('&');
  return sorted(a) === sorted(b);
}

/** RFC 3261 19.1.4: an escaped character equals itself. Escapes that are none stay as they are. */
function unescaped(text: string | undefined): string | undefined {
  return text?.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
