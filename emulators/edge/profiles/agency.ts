/**
 * The profile of partner agencies. A crossing request is believed for three things together: it came in at the
 * partners' own listener, from an address (never a port: NAT chooses those) of one partner's nodes, and it speaks in
 * the name of that partner's domain. What belongs to a dialog is known by the dialog, because ACK and CANCEL carry no
 * identity (RFC 3325 9.1).
 */
import { parseNameAddr } from '../../../lab/wire/sip/address.ts';
import { listValues } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../../lab/wire/sip/message.ts';
import type { Dialogs } from '../dialogs.ts';
import { type Decision, type PeerAgency, partyKey, refuseUnlessAck, type SocketAddress } from '../party.ts';
import { hidePartner } from '../topology-hiding.ts';
import { belongsTo, claimsDialog, firstUri, hostOf } from '../uri.ts';

export interface AgencyProfile {
  readonly peers: readonly PeerAgency[];
  readonly identityCheck: 'initial-requests' | 'every-request';
  readonly server: string;
  readonly inside: SocketAddress;
  /** Undefined: transactions are all that is remembered. */
  readonly dialogs: Dialogs | undefined;
}

export function peerAt(host: string, peers: readonly PeerAgency[]): PeerAgency | undefined {
  return peers.find(({ nodes }) => nodes.includes(host));
}

/** The partners whose requests may come from this address. */
export function peersFrom(host: string, peers: readonly PeerAgency[]): PeerAgency[] {
  return peers.filter(({ nodes }) => nodes.length === 0 || nodes.includes(host));
}

export function peerOfDomain(host: string | undefined, peers: readonly PeerAgency[]): PeerAgency | undefined {
  return peers.find(({ domain }) => belongsTo(host, domain));
}

/** From and every P-Asserted-Identity (at least one) are of the partner's domain or below it. */
export function speaksFor(request: SipRequest, peer: PeerAgency): boolean {
  const asserted = listValues(request, 'P-Asserted-Identity').map((value) => parseNameAddr(value)?.uri);
  const identities = [firstUri(request, 'from'), ...asserted];
  return asserted.length > 0 && identities.every((uri) => belongsTo(hostOf(uri), peer.domain));
}

export function fromAgency(request: SipRequest, source: string, profile: AgencyProfile): Decision {
  const possible = peersFrom(source, profile.peers);
  if (possible.length === 0) return refuseUnlessAck(request, 403, 'source is no partner');
  const inDialog = claimsDialog(request);
  const identityDue = !inDialog || profile.identityCheck === 'every-request';
  const believed = identityDue ? possible.filter((peer) => speaksFor(request, peer)) : possible;
  const [peer] = believed;
  if (peer === undefined) return refuseUnlessAck(request, 403, 'identity is not the partner’s');
  return inDialog ? insideDialog(request, believed, profile) : initial(request, peer, profile);
}

function initial(request: SipRequest, peer: PeerAgency, profile: AgencyProfile): Decision {
  // A registrar serves its own clients; an ACK without a dialog has nobody to go to.
  if (request.method === 'REGISTER') return refuseUnlessAck(request, 403, 'partners do not register here');
  if (request.method === 'ACK') return { act: 'drop', why: 'ACK outside any dialog' };
  return {
    act: 'forward',
    request: hidePartner(request, profile.inside),
    party: { kind: 'peer', peer },
    by: 'inside',
    next: { kind: 'uri', uri: profile.server },
  };
}

function insideDialog(request: SipRequest, peers: readonly PeerAgency[], profile: AgencyProfile): Decision {
  for (const peer of peers) {
    const party = { kind: 'peer', peer } as const;
    const found = profile.dialogs?.findByPartner(partyKey(party), request);
    if (found === undefined) continue;
    return {
      act: 'forward',
      request: found.restore(hidePartner(request, profile.inside)),
      party,
      by: 'inside',
      next: { kind: 'uri', uri: found.next },
    };
  }
  // RFC 3261 12.2.2: a request for a dialog that is not known.
  return refuseUnlessAck(request, 481, 'dialog unknown');
}
