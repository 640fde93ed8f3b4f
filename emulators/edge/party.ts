import type { SipRequest } from '../../lab/wire/sip/message.ts';
import type { Peer as SocketAddress } from '../kit/udp.ts';

export type { SocketAddress };

/** The three sockets of the edge: towards the agency's server, towards clients, towards partner agencies. */
export type Listener = 'inside' | 'clients' | 'agencies';
export type OutsideListener = Exclude<Listener, 'inside'>;

/** A partner as configuration knows it: its domain and the addresses of its nodes; none: whatever the address. */
export interface PeerAgency {
  readonly domain: string;
  readonly nodes: readonly string[];
}

/** Where a client is reached (RFC 5626 3.3): the source that its REGISTER came from, by the socket it came in at. */
export interface Flow {
  readonly token: string;
  readonly listener: OutsideListener;
  readonly address: SocketAddress;
  /** Address of record; undefined for a source that was admitted without registration. */
  readonly aor: string | undefined;
}

/** Who stands at the outside end of a call. */
export type Party =
  | { readonly kind: 'client'; readonly flow: Flow }
  | { readonly kind: 'peer'; readonly peer: PeerAgency }
  /** Somebody that a Route of the server names while no partner is configured. */
  | { readonly kind: 'outsider'; readonly host: string };

/** The same text for the same party, wherever its flow has moved to meanwhile. */
export function partyKey(party: Party): string {
  if (party.kind === 'client') return `client ${party.flow.token}`;
  return party.kind === 'peer' ? `peer ${party.peer.domain}` : `outsider ${party.host}`;
}

/** Where a request goes: an address that is known, or a URI for RFC 3263. */
export type Next =
  | { readonly kind: 'address'; readonly address: SocketAddress }
  | { readonly kind: 'uri'; readonly uri: string };

/** What the edge does with a request, as data: the proxy carries it out. */
export type Decision =
  | {
      readonly act: 'forward';
      /** Complete but for Via, Max-Forwards and SDP. */
      readonly request: SipRequest;
      readonly party: Party;
      /** The socket that it leaves by; `inside` when it came from outside. */
      readonly by: Listener;
      readonly next: Next;
    }
  | { readonly act: 'refuse'; readonly status: number; readonly why: string; readonly unsupported?: string }
  | { readonly act: 'drop'; readonly why: string };

export function refuse(status: number, why: string): Decision {
  return { act: 'refuse', status, why };
}

/** RFC 3261 17: an ACK is never answered; what would refuse another request drops it. */
export function refuseUnlessAck(request: SipRequest, status: number, why: string): Decision {
  return request.method === 'ACK' ? { act: 'drop', why } : refuse(status, why);
}
