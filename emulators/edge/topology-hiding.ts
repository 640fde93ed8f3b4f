/**
 * What an outside party may see of the inside, and the other way round: one Via (the edge's own), no route sets, and
 * a Contact that names the edge. Everything here is a function from a message to a message; the Vias and
 * Record-Routes taken away come back in responses, because the server transaction keeps the request that had them.
 */
import { formatNameAddr, type NameAddr, parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, headers, listValues, withHeaders, withoutHeader } from '../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { formatSipUri, parseSipUri, uriParam } from '../../lab/wire/sip/uri.ts';
import type { SocketAddress } from './party.ts';
import { withPlace } from './uri.ts';

/** Header fields that tell a path: RFC 3261 20.30 and 20.34, RFC 3327, RFC 3608. */
const pathHeaders = ['Route', 'Record-Route', 'Path', 'Service-Route'];

/** For messages that leave: no path of the inside, and Contact at the address that the outside can reach. */
export function hideInside<M extends SipMessage>(message: M, advertised: SocketAddress): M {
  // RFC 3261 16.6 8 puts one Via on top; here it stays the only one.
  const bare = withoutPath(message.kind === 'request' ? withoutHeader(message, 'Via') : message);
  return withContacts(bare, (contact) => ({
    ...contact,
    uri: withPlace(contact.uri, advertised.host, advertised.port),
  }));
}

/** For messages from partners: the path is forgotten (dialogs remember it), Contact leads back through the edge. */
export function hidePartner<M extends SipMessage>(message: M, inside: SocketAddress): M {
  return withContacts(withoutPath(message), (contact) => ({
    ...contact,
    uri: withPlace(contact.uri, inside.host, inside.port),
  }));
}

/** For messages from clients: Contact names the edge, the flow, and what the client itself wrote (RFC 5626 5.1). */
export function hideClient<M extends SipMessage>(message: M, inside: SocketAddress, token: string): M {
  return withContacts(withoutPath(message), (contact) => ({ ...contact, uri: flowUri(contact.uri, inside, token) }));
}

/** Without any word of the path that a message took or is to take. */
export function withoutPath<M extends SipMessage>(message: M): M {
  return pathHeaders.reduce((left, name) => withoutHeader(left, name), message);
}

/** Every Contact changed in the same way; `*` and what cannot be read stay. */
export function withContacts<M extends SipMessage>(message: M, change: (contact: NameAddr) => NameAddr): M {
  const values = listValues(message, 'contact');
  if (values.length === 0) return message;
  const changed = values.map((value) => {
    const contact = parseNameAddr(value);
    return contact === undefined ? value : formatNameAddr(change(contact));
  });
  return withHeaders(message, 'Contact', changed);
}

const flowParam = 'flow';
const ownParam = 'own';

/** The client's URI in the clothes of the edge: `own` holds the original, so that no memory of the dialog is needed. */
export function flowUri(own: string, inside: SocketAddress, token: string): string {
  const user = parseSipUri(own)?.user;
  return formatSipUri({
    scheme: 'sip',
    ...(user === undefined ? {} : { user }),
    host: inside.host,
    port: inside.port,
    params: [
      [flowParam, token],
      [ownParam, Buffer.from(own, 'latin1').toString('base64url')],
    ],
  });
}

/** The flow that a Request-URI of the server names, and the client's own URI to be put in its place. */
export function readFlowUri(text: string): { readonly token: string; readonly own: string | undefined } | undefined {
  const uri = parseSipUri(text);
  const token = uri === undefined ? undefined : uriParam(uri, flowParam);
  if (uri === undefined || token === undefined || token === '') return undefined;
  const kept = uriParam(uri, ownParam);
  // Somebody else's parameter of that name.
  if (kept === undefined) return undefined;
  const own = Buffer.from(kept, 'base64url').toString('latin1');
  return { token, own: parseSipUri(own) === undefined ? undefined : own };
}

/** RFC 3261 12.1.1: a response carries the Record-Routes of its request; those further down are for the edge alone. */
export function withRecordRouteOf(request: SipRequest, response: SipResponse): SipResponse {
  const original = headers(request, 'record-route');
  const bare = withoutHeader(response, 'Record-Route');
  return response.status > 100 && response.status < 300 && original.length > 0
    ? withHeaders(bare, 'Record-Route', original)
    : bare;
}

/** RFC 3261 16.6 3: one hop less; 70 where nothing was said. */
export function withHopTaken(request: SipRequest): SipRequest {
  const left = header(request, 'max-forwards');
  return withHeaders(request, 'Max-Forwards', [left === undefined ? '70' : String(Math.max(0, Number(left) - 1))]);
}
