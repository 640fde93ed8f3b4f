import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipMessage } from '../../lab/wire/sip/message.ts';
import { formatSipUri, parseSipUri, type SipUri } from '../../lab/wire/sip/uri.ts';

/** User part and parameters kept, the place replaced. What is no SIP URI stays as it is. */
export function withPlace(text: string, host: string, port: number | undefined): string {
  const uri = parseSipUri(text);
  return uri === undefined ? text : formatSipUri(placed(uri, host, port));
}

function placed(uri: SipUri, host: string, port: number | undefined): SipUri {
  const { port: _, ...rest } = uri;
  return { ...rest, host, ...(port === undefined ? {} : { port }), params: withoutMaddr(uri) };
}

/** RFC 3261 19.1.1: maddr would send the next request past the place that the URI names. */
function withoutMaddr(uri: SipUri): SipUri['params'] {
  return uri.params.filter(([name]) => name.toLowerCase() !== 'maddr');
}

/** URI of the first value of From, To, Contact, Route … */
export function firstUri(message: SipMessage, name: string): string | undefined {
  const value = listValues(message, name)[0];
  return value === undefined ? undefined : parseNameAddr(value)?.uri;
}

/** Host of a URI in lower case; undefined for what has none (tel:). */
export function hostOf(uri: string | undefined): string | undefined {
  return uri === undefined ? undefined : parseSipUri(uri)?.host.toLowerCase();
}

/** `ic.b.mcx.test` belongs to `b.mcx.test`, `evil-b.mcx.test` does not. */
export function belongsTo(host: string | undefined, domain: string): boolean {
  if (host === undefined) return false;
  const [name, parent] = [host.replace(/\.$/, '').toLowerCase(), domain.toLowerCase()];
  return name === parent || name.endsWith(`.${parent}`);
}

/** RFC 3261 12: a request that claims to be inside a dialog has a tag in To. */
export function claimsDialog(message: SipMessage): boolean {
  const to = header(message, 'to');
  return to !== undefined && (parseNameAddr(to)?.params.some(([name]) => name.toLowerCase() === 'tag') ?? false);
}
