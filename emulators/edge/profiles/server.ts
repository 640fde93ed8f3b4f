/**
 * Requests of the agency's own server, on their way out: to the flow that a Path or a Contact of this edge names
 * (RFC 5626 5.3), along the dialog that the edge remembers, or to the partner that the next Route names.
 */
import { parseNameAddr } from '../../../lab/wire/sip/address.ts';
import { listValues } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../../lab/wire/sip/message.ts';
import { parseSipUri, type SipUri } from '../../../lab/wire/sip/uri.ts';
import type { Dialogs } from '../dialogs.ts';
import {
  type Decision,
  type Flow,
  type Party,
  type PeerAgency,
  refuse,
  refuseUnlessAck,
  type SocketAddress,
} from '../party.ts';
import { hideInside, readFlowUri } from '../topology-hiding.ts';
import { claimsDialog, hostOf, withPlace } from '../uri.ts';
import { peerAt, peerOfDomain } from './agency.ts';

export interface ServerProfile {
  readonly inside: SocketAddress;
  readonly advertised: { readonly clients: SocketAddress; readonly agencies: SocketAddress };
  readonly peers: readonly PeerAgency[];
  readonly dialogs: Dialogs | undefined;
  readonly flowOf: (token: string) => Flow | undefined;
}

export function fromServer(request: SipRequest, profile: ServerProfile): Decision {
  const found = claimsDialog(request) ? profile.dialogs?.findByServer(request) : undefined;
  if (found !== undefined) {
    return {
      act: 'forward',
      request: found.restore(hideInside(request, profile.advertised.agencies)),
      party: found.party,
      by: 'agencies',
      next: { kind: 'uri', uri: found.next },
    };
  }
  const { token, next } = readRoutes(request, profile.inside);
  const named = readFlowUri(request.uri);
  const flowToken = named?.token ?? token;
  if (flowToken !== undefined) {
    const flow = profile.flowOf(flowToken);
    // RFC 5626 5.3.1: the flow has gone.
    if (flow === undefined) return refuseUnlessAck(request, 430, 'no such flow');
    return towardsClient(request, flow, named?.own, profile);
  }
  // RFC 3261 12.2.2.
  if (claimsDialog(request)) return refuseUnlessAck(request, 481, 'dialog unknown');
  if (next === undefined) return refuseUnlessAck(request, 404, 'neither flow nor next hop');
  const party = partyAt(next, request, profile.peers);
  if (party === undefined) return refuse(403, 'next hop is no partner');
  if (request.method === 'ACK') return { act: 'drop', why: 'ACK outside any dialog' };
  const hidden = hideInside(request, profile.advertised.agencies);
  return { act: 'forward', request: hidden, party, by: 'agencies', next: { kind: 'uri', uri: next } };
}

function towardsClient(request: SipRequest, flow: Flow, own: string | undefined, profile: ServerProfile): Decision {
  const by = flow.listener;
  const hidden = hideInside(request, profile.advertised[by]);
  // The client's own Contact: as registered (then it stands there already), as the client wrote it, or at least its
  // place.
  const named = readFlowUri(request.uri) !== undefined;
  const fallback = named
    ? withPlace(`sip:${userOf(request.uri)}flow`, flow.address.host, flow.address.port)
    : request.uri;
  return {
    act: 'forward',
    request: { ...hidden, uri: own ?? fallback },
    party: { kind: 'client', flow },
    by,
    next: { kind: 'address', address: flow.address },
  };
}

function userOf(uri: string): string {
  const user = parseSipUri(uri)?.user;
  return user === undefined ? '' : `${user}@`;
}

interface Routes {
  readonly token: string | undefined;
  /** URI of the next hop after the edge. */
  readonly next: string | undefined;
}

/**
 * RFC 3261 16.4: the Route that names the edge is taken off. The server knows the edge by a name or by the address of a
 * Service as well, so of two Routes the first is the one that led here.
 */
export function readRoutes(request: SipRequest, inside: SocketAddress): Routes {
  const routes = listValues(request, 'route').flatMap((value) => parseNameAddr(value)?.uri ?? []);
  const isOwn = (uri: SipUri) => uri.host === inside.host && (uri.port ?? 5060) === inside.port;
  let onTop = true;
  for (const [i, text] of routes.entries()) {
    const uri = parseSipUri(text);
    if (uri === undefined) break;
    if (isOwn(uri) && uri.user !== undefined) return { token: uri.user, next: undefined };
    const ledHere = isOwn(uri) || (onTop && (i + 1 < routes.length || isClusterName(uri.host)));
    if (!ledHere) return { token: undefined, next: text };
    onTop = false;
  }
  return { token: undefined, next: undefined };
}

/** Names of Services; a partner is never behind one. */
function isClusterName(host: string): boolean {
  return /(^|\.)(svc|cluster\.local)\.?$/i.test(host);
}

/**
 * The partner whose node the next hop is, or whose domain the request is for; anybody, where no partner is
 * configured.
 */
function partyAt(next: string, request: SipRequest, peers: readonly PeerAgency[]): Party | undefined {
  const host = hostOf(next);
  if (host === undefined) return undefined;
  if (peers.length === 0) return { kind: 'outsider', host };
  const peer = peerAt(host, peers) ?? peerOfDomain(hostOf(request.uri), peers);
  return peer === undefined ? undefined : { kind: 'peer', peer };
}
