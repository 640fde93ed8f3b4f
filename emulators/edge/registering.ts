/** What REGISTER and its 200 say of a client: who it is, and how long its flow may be used (RFC 3261 10, RFC 5626). */
import { addrParam, type NameAddr, parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { addressOfRecord, sameUri } from '../../lab/wire/sip/uri.ts';
import { firstUri } from './uri.ts';

export interface Registrant {
  readonly aor: string;
  /** `+sip.instance`, or the Contact where the client names none (RFC 5626 4.1). */
  readonly instance: string;
}

export function registrantOf(request: SipRequest): Registrant | undefined {
  const to = firstUri(request, 'to');
  const contact = contacts(request)[0];
  if (to === undefined) return undefined;
  const instance = contact === undefined ? '' : (addrParam(contact, '+sip.instance') ?? contact.uri);
  return { aor: addressOfRecord(to), instance };
}

/**
 * How long the binding lives by the registrar's word; undefined where the REGISTER only asked (it had no Contact).
 * RFC 3261 10.3 8: the 200 lists every binding with its lifetime, so one that is missing has gone.
 */
export function grantedMs(request: SipRequest, response: SipResponse): number | undefined {
  if (listValues(request, 'contact')[0] === '*') return 0;
  const asked = contacts(request)[0];
  if (asked === undefined) return undefined;
  const listed = contacts(response);
  const own = listed.find(({ uri }) => sameUri(uri, asked.uri));
  if (own === undefined && listed.length > 0) return 0;
  const words = [own === undefined ? undefined : addrParam(own, 'expires'), header(response, 'expires')];
  const seconds = [...words, addrParam(asked, 'expires'), header(request, 'expires')].find((word) => isCount(word));
  return Number(seconds ?? defaultExpiresS) * 1000;
}

/** RFC 3261 10.2.1.1: what a registrar grants where nobody says anything. */
const defaultExpiresS = 3600;

function isCount(word: string | undefined): word is string {
  return word !== undefined && /^\d{1,10}$/.test(word);
}

function contacts(message: SipMessage): NameAddr[] {
  return listValues(message, 'contact').flatMap((value) => parseNameAddr(value) ?? []);
}
