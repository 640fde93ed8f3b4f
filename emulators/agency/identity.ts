import { addressOfRecord, parseSipUri } from '../../lab/wire/sip/uri.ts';

/** MCPTT IDs, group identities and PSIs are URIs and compared as such (TS 24.379 4.2, 4.3), parameters left out. */
export function sameIdentity(a: string, b: string): boolean {
  return addressOfRecord(a) === addressOfRecord(b);
}

/** The host of a SIP URI in lower case; empty where there is none. */
export function hostOf(uri: string): string {
  return parseSipUri(uri)?.host.toLowerCase() ?? '';
}

/** The user part of a SIP URI; empty where there is none. */
export function userOf(uri: string): string {
  return parseSipUri(uri)?.user ?? '';
}
