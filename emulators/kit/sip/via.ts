import { listValues, prependHeader, withHeaders } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import { withoutParam, withParam } from '../../../lab/wire/sip/params.ts';
import { formatVia, parseVia, type Via, viaParam } from '../../../lab/wire/sip/via.ts';
import { magicCookie } from '../ids.ts';
import type { Peer } from '../udp.ts';

/** A request as a server sees it once the network has told where it came from. */
export interface Placed {
  readonly request: SipRequest;
  readonly via: Via;
  /** Where its responses go. */
  readonly back: Peer;
}

/**
 * RFC 3261 18.2.1 and RFC 3581 4: `received` and `rport` are written into the top Via from the source, whatever the
 * sender wrote there. `maddr` (18.2.2) is not followed: it would let a stranger aim our responses.
 * Undefined when the top Via cannot be read.
 */
export function placeRequest(request: SipRequest, source: Peer): Placed | undefined {
  const values = listValues(request, 'via');
  const via = values[0] === undefined ? undefined : parseVia(values[0]);
  if (via === undefined) return undefined;
  const wantsPort = viaParam(via, 'rport') !== undefined;
  let params = withoutParam(via.params, 'received');
  if (wantsPort) params = withParam(params, 'rport', `${source.port}`);
  if (wantsPort || via.host !== source.host) params = withParam(params, 'received', source.host);
  const placed = { ...via, params };
  const back = { host: source.host, port: wantsPort ? source.port : (via.port ?? 5060) };
  return { request: withHeaders(request, 'Via', [formatVia(placed), ...values.slice(1)]), via: placed, back };
}

/** RFC 3261 8.1.1.7, RFC 3581 3. */
export function withOwnVia(request: SipRequest, sentBy: string, branch: string): SipRequest {
  return prependHeader(request, 'Via', `SIP/2.0/UDP ${sentBy};rport;branch=${branch}`);
}

/** RFC 3261 8.2.6.2: the Vias of a response are those of its request, in their order; here they replace what it has. */
export function withViasOf(response: SipResponse, request: SipRequest): SipResponse {
  const vias = listValues(request, 'via').map((value) => ({ name: 'Via', value }));
  const others = response.headers.filter((h) => !/^(?:via|v)$/i.test(h.name));
  return { ...response, headers: [...vias, ...others] };
}

export function topVia(message: SipRequest | SipResponse): Via | undefined {
  const value = listValues(message, 'via')[0];
  return value === undefined ? undefined : parseVia(value);
}

/** host:port as RFC 3261 17.2.3 compares it. */
export function sentByOf(via: Via): string {
  return `${via.host.toLowerCase()}:${via.port ?? 5060}`;
}

/** A branch that is unique by RFC 3261 (8.1.1.7), not one of RFC 2543. */
export function isUniqueBranch(branch: string | undefined): branch is string {
  return branch?.toLowerCase().startsWith(magicCookie.toLowerCase()) === true && branch.length > magicCookie.length;
}
