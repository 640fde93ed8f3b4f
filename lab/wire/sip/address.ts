import { formatParams, type Params, paramOf, parseParams, quote, unquote } from './params.ts';
import { indexOutsideQuotes } from './split.ts';
import { isToken, trimLws } from './text.ts';

/** One value of From, To, Contact, Route, Record-Route, Path, P-Asserted-Identity (RFC 3261 20.10): name-addr or addr-spec. */
export interface NameAddr {
  /** Without quotes and escapes. */
  readonly display?: string;
  readonly uri: string;
  /** Parameters of the header, not of the URI. */
  readonly params: Params;
}

/** One element: split lists with `listValues` first. `*` (Contact of a REGISTER) is no address. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const text = trimLws(value);
  const open = indexOutsideQuotes(text, '<');
  if (open === -1) return addrSpec(text);
  const close = text.indexOf('>', open);
  if (close === -1) return undefined;
  const display = trimLws(text.slice(0, open));
  const uri = trimLws(text.slice(open + 1, close));
  const rest = trimLws(text.slice(close + 1));
  if (uri === '' || (rest !== '' && !rest.startsWith(';'))) return undefined;
  return { ...(display === '' ? {} : { display: unquote(display) }), uri, params: parseParams(rest) };
}

/** RFC 3261 20: without brackets, what follows a semicolon belongs to the header. */
function addrSpec(text: string): NameAddr | undefined {
  const semicolon = text.indexOf(';');
  const uri = trimLws(semicolon === -1 ? text : text.slice(0, semicolon));
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s",<>]+$/.test(uri)) return undefined;
  return { uri, params: semicolon === -1 ? [] : parseParams(text.slice(semicolon)) };
}

/** Always with brackets, so that parameters of URI and header stay apart. */
export function formatNameAddr(address: NameAddr): string {
  return `${displayText(address.display)}<${address.uri}>${formatParams(address.params)}`;
}

function displayText(display: string | undefined): string {
  if (display === undefined) return '';
  return display.split(' ').every(isToken) ? `${display} ` : `${quote(display)} `;
}

/** `''` for a parameter without a value (`isfocus`), undefined where it is absent. */
export function addrParam(address: NameAddr, name: string): string | undefined {
  return paramOf(address.params, name);
}
