/**
 * The profile of clients: a request is believed to come from a user only because its source is the flow of a
 * registration (TS 24.229 5.2.6.3 does the same in a P-CSCF). What a client says of identities, paths and server
 * roles is taken off.
 */
import { formatNameAddr } from '../../../lab/wire/sip/address.ts';
import { prependHeader, withHeader, withoutHeader } from '../../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest } from '../../../lab/wire/sip/message.ts';
import { parseSipUri } from '../../../lab/wire/sip/uri.ts';
import { type Decision, type Flow, refuse, refuseUnlessAck, type SocketAddress } from '../party.ts';
import { hideClient, withContacts, withoutPath } from '../topology-hiding.ts';
import { belongsTo, claimsDialog, firstUri, hostOf, withPlace } from '../uri.ts';

export interface ClientProfile {
  readonly domain: string;
  /** URI of the agency's server. */
  readonly server: string;
  /** The edge as the server reaches it. */
  readonly inside: SocketAddress;
}

/** TS 24.229 5.2.6.3.3, 4.4: what only the network may say; a client's words are not passed on. */
const assertedByNetwork = [
  'P-Asserted-Identity',
  'P-Asserted-Service',
  'P-Preferred-Identity',
  'P-Served-User',
  'P-Profile-Key',
  'P-Charging-Vector',
  'P-Charging-Function-Addresses',
];

/** RFC 3840: tags that say "I am a server of this kind"; a client may not claim to be the focus (RFC 4579). */
const serverTags = new Set(['isfocus', '+g.3gpp.mcptt.server']);

/** What of a client's message does not go on, in requests and responses alike. */
export function withoutClaims<M extends SipMessage>(message: M): M {
  const bare = assertedByNetwork.reduce((left, name) => withoutHeader(left, name), message);
  return withContacts(bare, (contact) => ({
    ...contact,
    params: contact.params.filter(([name]) => !serverTags.has(name.toLowerCase())),
  }));
}

/** RFC 3325 5: the identity of the registration; of a source admitted without one, what its From says. */
export function withIdentity<M extends SipMessage>(message: M, aor: string | undefined): M {
  const uri = aor ?? firstUri(message, 'from');
  return uri === undefined ? message : withHeader(message, 'P-Asserted-Identity', formatNameAddr({ uri, params: [] }));
}

/** A request that is not a REGISTER. `flow` is undefined where the source is neither registered nor admitted. */
export function fromClient(request: SipRequest, flow: Flow | undefined, profile: ClientProfile): Decision {
  if (flow === undefined) return refuseUnlessAck(request, 403, 'source not registered');
  const hidden = hideClient(withoutClaims(request), profile.inside, flow.token);
  // RFC 3325 9.1: no identity in ACK and CANCEL.
  const identified = request.method === 'ACK' ? hidden : withIdentity(hidden, flow.aor);
  return {
    act: 'forward',
    request: claimsDialog(request) ? towardsServer(identified, profile.server) : identified,
    party: { kind: 'client', flow },
    by: 'inside',
    next: { kind: 'uri', uri: profile.server },
  };
}

/**
 * In a dialog the client writes the Contact that the edge gave it: user and parameters are the server's, the place is
 * not.
 */
function towardsServer(request: SipRequest, server: string): SipRequest {
  const place = parseSipUri(server);
  return place === undefined ? request : { ...request, uri: withPlace(request.uri, place.host, place.port) };
}

/** A REGISTER on its way to the registrar: nothing is remembered before the 200 comes back. */
export function fromRegistering(request: SipRequest, flow: Flow, profile: ClientProfile): Decision {
  const aor = firstUri(request, 'to');
  if (!belongsTo(hostOf(request.uri), profile.domain) || !belongsTo(hostOf(aor), profile.domain)) {
    return refuse(403, 'not a user of this domain');
  }
  const bare = withoutPath(withoutClaims(request));
  // RFC 3327 5.1, RFC 5626 5.1: the user part names the flow, so that requests towards this binding come back here.
  const path = `<sip:${flow.token}@${profile.inside.host}:${profile.inside.port};lr>`;
  return {
    act: 'forward',
    request: prependHeader(bare, 'Path', path),
    party: { kind: 'client', flow },
    by: 'inside',
    next: { kind: 'uri', uri: profile.server },
  };
}
