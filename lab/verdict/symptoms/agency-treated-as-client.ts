import type { Timeline } from '../../capture/timeline.ts';
import { addrParam, parseNameAddr } from '../../wire/sip/address.ts';
import { header, listValues } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { sameUri } from '../../wire/sip/uri.ts';
import { framesOf } from '../answers.ts';
import { isRequest } from '../legs.ts';
import { clientsOf, proxiesOf } from './clients.ts';
import type { Finding } from './finding.ts';
import { hostKey, sameHost } from './hosts.ts';
import { type SipHop, storyOf } from './story.ts';

export const agencyRemedy =
  'R4: tell clients and partner agencies apart at SIP level: a listener of its own, the source address in the peer’s list of nodes, From and P-Asserted-Identity of that peer’s domain';

/** How an outside profile for clients turns strangers away. */
const refusals = [401, 403, 407];

/**
 * Ladder F4: crossing SIP looks NATed; the edge has one outside profile, the client's, and refuses: source not
 * registered. Or it admits the request as an originating client's: identity replaced, `isfocus` lost. A server's request
 * is known by the identity that it asserts, by the registration that its sender never made, and by what its sender was asked
 * for; forgers are clients, or nobody ever asks them anything.
 */
export function detectAgencyTreatedAsClient(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  const clients = clientsOf(story);
  const proxies = proxiesOf(story);
  const asked = new Set(story.arrivals.filter(({ facts }) => facts.status === 0).map(({ host }) => hostKey(host)));
  return story.legs.flatMap(({ hops }) => {
    const [first] = hops;
    if (first === undefined || clients.has(hostKey(first.from)) || !asked.has(hostKey(first.from))) return [];
    return hops.filter(isCrossingInvite).flatMap((invite) => mistaken(invite, hops, proxies) ?? []);
  });
}

/** An INVITE of a server that came through a NAT. */
function isCrossingInvite({ facts, message, from, received }: SipHop): boolean {
  const translated = received !== undefined && received.src !== from.address;
  return isRequest(facts, 'INVITE') && translated && assertedBy(message) !== undefined;
}

function mistaken(invite: SipHop, leg: readonly SipHop[], proxies: ReadonlySet<string>): Finding | undefined {
  const { to: edge, sent, received } = invite;
  // A server that refuses has reasons of its own.
  if (edge === undefined || !proxies.has(hostKey(edge))) return undefined;
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
