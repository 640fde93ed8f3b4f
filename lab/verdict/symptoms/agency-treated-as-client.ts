import type { Timeline } from '../../capture/timeline.ts';
import { addrParam, parseNameAddr } from '../../wire/sip/address.ts';
import { header, listValues } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { sameUri } from '../../wire/sip/uri.ts';
import { framesOf } from '../answers.ts';
import { isRequest } from '../legs.ts';
import { clientsOf } from './clients.ts';
import type { Finding } from './finding.ts';
import { type Host, sameHost } from './hosts.ts';
import { type SipHop, storyOf } from './story.ts';

export const agencyRemedy =
  'R4: tell clients and partner agencies apart at SIP level: a listener of its own, the source address in the peer’s list of nodes, From and P-Asserted-Identity of that peer’s domain';

/** How an outside profile for clients turns strangers away. */
const refusals = [401, 403, 407];

/**
 * Ladder F4: crossing SIP looks NATed; the edge has one outside profile, the client's, and refuses: source not
 * registered. Or it admits the request as an originating client's: identity replaced, `isfocus` lost. A server's request
 * is known by the identity that it asserts and by the registration that its sender never made; forgers are clients.
 */
export function detectAgencyTreatedAsClient(timeline: Timeline): Finding[] {
  const { hops } = storyOf(timeline);
  const clients = clientsOf(hops);
  const legs = Map.groupBy(hops, ({ facts }) => facts.leg);
  return [...legs.values()].flatMap((leg) => {
    const [first] = leg;
    if (first === undefined || clients.some((client) => sameHost(client, first.from))) return [];
    return leg.filter(isCrossingInvite).flatMap((invite) => mistaken(invite, leg, hops) ?? []);
  });
}

/** An INVITE of a server that came through a NAT. */
function isCrossingInvite({ facts, message, from, received }: SipHop): boolean {
  const translated = received !== undefined && received.src !== from.address;
  return isRequest(facts, 'INVITE') && translated && assertedBy(message) !== undefined;
}

function mistaken(invite: SipHop, leg: readonly SipHop[], hops: readonly SipHop[]): Finding | undefined {
  const { to: edge, sent, received } = invite;
  if (edge === undefined || !isProxy(edge, hops)) return undefined;
  const found = (other: SipHop): Finding => ({
    name: 'agency-treated-as-client',
    evidence: framesOf(sent, received, other.sent, other.received),
    remedy: agencyRemedy,
    firstNs: other.sent.timeNs,
  });
  const passed = leg.find(({ facts, from }) => isRequest(facts, 'INVITE') && sameHost(from, edge));
  if (passed !== undefined) return changed(invite.message, passed.message) ? found(passed) : undefined;
  const refusal = leg.find(
    ({ facts, from }) => facts.method === 'INVITE' && refusals.includes(facts.status) && sameHost(from, edge),
  );
  return refusal === undefined ? undefined : found(refusal);
}

/** An edge passes other people's requests on; a server that refuses has reasons of its own. */
function isProxy(host: Host, hops: readonly SipHop[]): boolean {
  const sent = new Set(
    hops.filter(({ facts, from }) => facts.status === 0 && sameHost(from, host)).map(({ facts }) => facts.leg),
  );
  return hops.some(
    ({ facts, to }) => facts.status === 0 && to !== undefined && sameHost(to, host) && sent.has(facts.leg),
  );
}

function changed(before: SipMessage, after: SipMessage): boolean {
  const focus = (message: SipMessage) => {
    const contact = parseNameAddr(header(message, 'Contact') ?? '');
    return contact !== undefined && addrParam(contact, 'isfocus') !== undefined;
  };
  if (focus(before) && !focus(after)) return true;
  const [was, is] = [assertedBy(before), assertedBy(after)];
  return was !== undefined && is !== undefined && !sameUri(was, is);
}

function assertedBy(message: SipMessage): string | undefined {
  const [value] = listValues(message, 'P-Asserted-Identity');
  return value === undefined ? undefined : parseNameAddr(value)?.uri;
}
