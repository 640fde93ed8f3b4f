import type { Fault } from '../fault.ts';
import { quoteEnd, splitOutside } from './split.ts';
import { isToken, trimLws } from './text.ts';
import { parseSipUri } from './uri.ts';

/** Whether one value of From, To, Contact, Route and their kin is a name-addr or an addr-spec (RFC 3261 20.10, 25.1). */
export function addressFault(name: string, value: string): Fault | undefined {
  const found = value === '' ? 'nothing between commas' : (displayFault(value) ?? bodyFault(value));
  if (found === undefined) return undefined;
  const code = value === '' ? 'sip/empty-element' : 'sip/address';
  return { code, offset: 0, message: `${name}: ${found}`, clause: 'RFC 3261 25.1' };
}

/** What stands before the bracket: a quoted string, or tokens. */
function displayFault(value: string): string | undefined {
  if (value.startsWith('"')) {
    const end = quoteEnd(value, 0);
    if (end >= value.length) return 'a quoted string that is not closed';
    return trimLws(value.slice(end + 1)).startsWith('<') ? undefined : 'no address behind the display name';
  }
  const open = value.indexOf('<');
  if (open <= 0) return undefined;
  const words = trimLws(value.slice(0, open)).split(/[ \t\r\n]+/);
  return words.every((word) => word === '' || isToken(word)) ? undefined : 'a display name that needs quotes';
}

function bodyFault(value: string): string | undefined {
  const open = value.startsWith('"') ? value.indexOf('<', quoteEnd(value, 0)) : value.indexOf('<');
  if (open === -1) return bareFault(value);
  const close = value.indexOf('>', open);
  if (close === -1) return 'a bracket that is not closed';
  return uriFault(value.slice(open + 1, close)) ?? paramsFault(value.slice(close + 1));
}

/** RFC 3261 20.10: a URI with comma, semicolon or question mark stands in brackets. */
function bareFault(value: string): string | undefined {
  const semicolon = value.indexOf(';');
  const uri = semicolon === -1 ? value : value.slice(0, semicolon);
  if (/[?,]/.test(uri)) return 'a URI that needs brackets';
  return uriFault(trimLws(uri)) ?? (semicolon === -1 ? undefined : paramsFault(value.slice(semicolon)));
}

function uriFault(uri: string): string | undefined {
  if (/[\s<>"]/.test(uri)) return 'white space or brackets in a URI';
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri)) return 'no URI';
  return /^sips?:/i.test(uri) && parseSipUri(uri) === undefined ? 'no SIP URI' : undefined;
}

function paramsFault(text: string): string | undefined {
  const [before = '', ...params] = splitOutside(text, ';');
  if (trimLws(before) !== '') return 'text behind the address';
  for (const param of params) {
    const equals = param.indexOf('=');
    if (!isToken(trimLws(equals === -1 ? param : param.slice(0, equals)))) return 'a parameter without a name';
  }
  return undefined;
}
