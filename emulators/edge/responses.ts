/** A response on its way back through the edge, and the responses that the edge itself gives. */
import { makeResponse } from '../../lab/machines/sip/response.ts';
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import type { Decision, Party, SocketAddress } from './party.ts';
import { withIdentity, withoutClaims } from './profiles/client.ts';
import { hideClient, hideInside, hidePartner, withoutPath, withRecordRouteOf } from './topology-hiding.ts';

/** What the sender of the request may see: `original` is the request as it came. */
export function responseOutward(original: SipRequest, response: SipResponse, advertised: SocketAddress): SipResponse {
  // RFC 3261 10.3 8: Contacts of a REGISTER's 200 are the client's own; Path and Service-Route are the inside's.
  if (original.method === 'REGISTER') return withoutPath(response);
  return withRecordRouteOf(original, hideInside(response, advertised));
}

export function responseInward(
  original: SipRequest,
  response: SipResponse,
  party: Party,
  inside: SocketAddress,
): SipResponse {
  if (party.kind !== 'client') return withRecordRouteOf(original, hidePartner(response, inside));
  const { token, aor } = party.flow;
  const hidden = hideClient(withoutClaims(response), inside, token);
  // TS 24.229 5.2.6.4.4: what the client is called in responses is the registration's word, too.
  const identified = aor === undefined ? hidden : withIdentity(hidden, aor);
  return withRecordRouteOf(original, identified);
}

/** A refusal says why in a Warning (RFC 3261 20.43): the edge has a pseudonym, not an address, to its name. */
export function refusal(
  request: SipRequest,
  decision: Extract<Decision, { act: 'refuse' }>,
  toTag: string,
): SipResponse {
  const warning = { name: 'Warning', value: `399 edge "${decision.why.replace(/["\\]/g, '')}"` };
  const { unsupported } = decision;
  const more = unsupported === undefined ? [] : [{ name: 'Unsupported', value: unsupported }];
  return makeResponse(request, decision.status, { toTag, headers: [...more, warning] });
}
