import type { Fault } from '../fault.ts';
import { addressFault } from './check-address.ts';
import { parseCSeq } from './cseq.ts';
import { canonicalName, header, headers } from './headers.ts';
import type { SipMessage } from './message.ts';
import { splitOutside } from './split.ts';
import { trimLws } from './text.ts';
import { parseSipUri } from './uri.ts';
import { parseVia } from './via.ts';

/** RFC 3261 8.1.1; Max-Forwards is missing in what RFC 2543 made, and is forgiven (RFC 4475 3.4.1). */
const mandatory = ['to', 'from', 'cseq', 'call-id', 'via'];
const once = ['to', 'from', 'cseq', 'call-id', 'max-forwards', 'content-type', 'date'];
const addressHeaders = ['from', 'to', 'contact', 'route', 'record-route', 'path', 'reply-to', 'p-asserted-identity'];

/**
 * What is wrong with a message that could be read: all that a receiver can see without knowing its own purpose. The
 * decoder's faults come first. A fault of the transport alone (bytes behind the body) is not repeated here.
 */
export function checkSip(message: SipMessage): Fault[] {
  return [
    ...present(message),
    ...(message.kind === 'request' ? requestUri(message.uri) : statusCode(message.status)),
    ...sequence(message),
    ...numbers(message),
    ...vias(message),
    ...addresses(message),
    ...date(message),
  ];
}

/** What a server answers to a request with these faults: RFC 3261 21.5.6, 21.4.1. A response with faults is dropped. */
export function refusalOf(faults: readonly Fault[]): 400 | 505 | undefined {
  const real = faults.filter(({ code }) => code !== 'sip/surplus');
  if (real.some(({ code }) => code === 'sip/version')) return 505;
  return real.length > 0 ? 400 : undefined;
}

function present(message: SipMessage): Fault[] {
  const counts = Map.groupBy(message.headers, ({ name }) => canonicalName(name));
  const missing = mandatory.filter((name) => !counts.has(name));
  // RFC 3261 7.3.1: only what is a list may stand in several lines.
  const repeated = once.filter((name) => (counts.get(name)?.length ?? 0) > 1);
  return [
    ...missing.map((name) => fault('missing-header', `${name} is missing`, '8.1.1')),
    ...repeated.map((name) => fault('repeated-header', `${name} stands there more than once`, '7.3.1')),
  ];
}

function requestUri(uri: string): Fault[] {
  if (!/^sips?:/i.test(uri)) {
    // RFC 3261 25.1 absoluteURI: any scheme will do; whether it is known is another question (416).
    return /^[A-Za-z][A-Za-z0-9+.-]*:\S/.test(uri) ? [] : [fault('request-uri', 'no URI', '7.1')];
  }
  const parsed = parseSipUri(uri);
  if (parsed === undefined) return [fault('request-uri', 'the Request-URI is no SIP URI', '19.1.1')];
  // RFC 3261 19.1.1, table 1: headers are not allowed in a Request-URI.
  return parsed.headers === undefined ? [] : [fault('request-uri-headers', 'headers in the Request-URI', '19.1.1')];
}

function statusCode(status: number): Fault[] {
  return status >= 100 && status <= 699 ? [] : [fault('status', `a status of ${status}`, '7.2')];
}

function sequence(message: SipMessage): Fault[] {
  const text = header(message, 'CSeq');
  if (text === undefined) return [];
  const cseq = parseCSeq(text);
  if (cseq === undefined) return [fault('cseq', 'no number below 2**31 and a method', '8.1.1.5')];
  if (message.kind === 'response' || cseq.method === message.method) return [];
  return [fault('cseq-method', `CSeq says ${cseq.method.slice(0, 40)}`, '8.1.1.5')];
}

function numbers(message: SipMessage): Fault[] {
  const text = header(message, 'Max-Forwards');
  if (text === undefined || (/^\d{1,10}$/.test(text) && Number(text) <= 255)) return [];
  return [fault('max-forwards', 'Max-Forwards is 0 to 255', '20.22')];
}

function vias(message: SipMessage): Fault[] {
  return elements(message, 'via').flatMap((element) => {
    if (element === '') return [fault('empty-element', 'a comma with nothing behind it', '7.3.1')];
    // The version of the message tells already that Via may be of another (RFC 4475 3.1.2.16).
    if (parseVia(element.replace(/^SIP\s*\/\s*\d+\.\d+/i, 'SIP/2.0')) === undefined) {
      return [fault('via', 'a Via that cannot be read', '20.42')];
    }
    const params = splitOutside(element, ';').slice(1).map(trimLws);
    return params.includes('') ? [fault('empty-parameter', 'a semicolon with nothing behind it', '25.1')] : [];
  });
}

function addresses(message: SipMessage): Fault[] {
  return addressHeaders.flatMap((name) => {
    const values = elements(message, name);
    if (name === 'contact' && values.length === 1 && values[0] === '*') return [];
    return values.flatMap((value) => addressFault(name, value) ?? []);
  });
}

/** The elements of all lines, empty ones too; From and To are no lists, a comma in them is part of their text. */
function elements(message: SipMessage, name: string): string[] {
  const lines = headers(message, name);
  if (name === 'from' || name === 'to') return lines.map(trimLws);
  return lines.flatMap((line) => splitOutside(line, ',')).map(trimLws);
}

/** RFC 3261 20.17: as in RFC 1123, but GMT alone. */
function date(message: SipMessage): Fault[] {
  const text = header(message, 'Date');
  const form = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
  return text === undefined || form.test(text) ? [] : [fault('date', 'a Date that is not of its form', '20.17')];
}

function fault(what: string, message: string, clause: string): Fault {
  return { code: `sip/${what}`, offset: 0, message, clause: `RFC 3261 ${clause}` };
}
