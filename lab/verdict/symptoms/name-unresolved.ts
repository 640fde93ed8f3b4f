import type { Sighting, Timeline } from '../../capture/timeline.ts';
import { type DnsMessage, rcodeName } from '../../wire/dns/message.ts';
import { parseNameAddr } from '../../wire/sip/address.ts';
import { listValues } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { parseSipUri } from '../../wire/sip/uri.ts';
import { framesOf } from '../answers.ts';
import type { Finding } from './finding.ts';
import { type Host, type Hosts, hostKey, sameHost, senderOf } from './hosts.ts';
import { type Story, storyOf } from './story.ts';

/** A server that got no use out of an answer asks its next question within this, busy as it may be. */
const nextQuestionNs = 1_000_000_000n;

interface Lookup {
  readonly asker: Host;
  /** What a SIP URI would name: the question's name without `_sip._udp`. */
  readonly target: string;
  readonly type: string;
  readonly query: Sighting;
  readonly answer: Sighting | undefined;
  readonly usable: boolean;
  /** No question follows this answer: NXDOMAIN speaks for all below the name (RFC 8020 2), and addresses are asked for last (RFC 3263 4.2). */
  readonly final: boolean;
}

/**
 * Ladder F1: the calling side's server gets no usable answer for the other agency's names; no SIP for that agency leaves
 * its node. Search suffixes, AAAA and NAPTR earn negative answers in a healthy call too: a target is unresolved only when
 * all its questions are, under its own name and with every suffix.
 */
export function detectNameUnresolved(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  // A resolver asks too; only who speaks SIP wants to call the name.
  const lookups = lookupsOf(timeline, story.hosts).filter(({ asker }) => story.speakers.has(hostKey(asker)));
  const asServer = lookups.filter(({ type }) => type === 'SRV' || type === 'NAPTR');
  const targets = new Map(asServer.map((lookup) => [`${hostKey(lookup.asker)} ${lookup.target}`, lookup]));
  return [...targets.values()].flatMap((wanted) => {
    const own = lookups.filter(({ asker }) => sameHost(asker, wanted.asker));
    // With a search suffix it is the shorter name that was meant.
    if (own.some(({ target }) => target !== wanted.target && wanted.target.startsWith(`${target}.`))) return [];
    const about = own.filter(({ target }) => target === wanted.target || target.startsWith(`${wanted.target}.`));
    const last = about.at(-1);
    if (last === undefined || about.some(({ usable }) => usable) || isCalled(story, wanted)) return [];
    const over = last.final && last.target === wanted.target;
    if (!over && !story.hosts.settled(last.answer ?? last.query, nextQuestionNs)) return [];
    const bare = about.filter(({ target }) => target === wanted.target);
    return [
      {
        name: 'name-unresolved' as const,
        evidence: framesOf(...bare.flatMap(({ query, answer }) => [query, answer])),
        remedy:
          'R1: give the resolver a zone with the partner’s A and SRV records: in the cluster’s CoreDNS (R1a), or in a separate CoreDNS that forwards the rest (R1b)',
        firstNs: bare[0]?.query.timeNs ?? wanted.query.timeNs,
      },
    ];
  });
}

function lookupsOf(timeline: Timeline, hosts: Hosts): Lookup[] {
  const dns = timeline.journeys.flatMap((journey) => {
    const sender = senderOf(journey);
    const message = sender?.sighting.content.protocol === 'dns' ? sender.sighting.content.message : undefined;
    return sender === undefined || message === undefined ? [] : [{ journey, sender, message }];
  });
  const answers = Map.groupBy(
    dns.flatMap(({ journey, message }) => {
      const arrival = message.response ? hosts.arrivals(journey).at(-1) : undefined;
      return arrival === undefined ? [] : [{ message, arrival }];
    }),
    ({ message, arrival }) => `${message.id} ${arrival.sighting.dstPort}`,
  );
  return dns.flatMap(({ sender, message }) => {
    const [asked] = message.questions;
    if (message.response || asked === undefined) return [];
    const { host, sighting: query } = sender;
    const replies = answers.get(`${message.id} ${query.srcPort}`) ?? [];
    const reply = replies.find(({ arrival }) => sameHost(arrival.host, host));
    const target = asked.name.toLowerCase().replace(/^_[^.]+\._[^.]+\./, '');
    const usable = reply !== undefined && answersIt(reply.message, asked.type);
    const final = reply !== undefined && (rcodeName(reply.message.rcode) === 'NXDOMAIN' || asksAddress(asked.type));
    return [{ asker: host, target, type: asked.type, query, answer: reply?.arrival.sighting, usable, final }];
  });
}

function answersIt({ rcode, answers }: DnsMessage, type: string): boolean {
  return rcode === 0 && answers.some((record) => record.type === type);
}

const asksAddress = (type: string): boolean => type === 'A' || type === 'AAAA';

/** Somebody found a way all the same: there is SIP for that name. */
function isCalled({ hops, arrivals }: Story, { target, query }: Lookup): boolean {
  return (
    hops.some(({ sent, message }) => sent.timeNs > query.timeNs && routesTo(message, target)) ||
    arrivals.some(({ sighting, message }) => sighting.timeNs > query.timeNs && routesTo(message, target))
  );
}

function routesTo(message: SipMessage, target: string): boolean {
  if (message.kind === 'response') return false;
  const routes = listValues(message, 'Route').map((value) => parseNameAddr(value)?.uri ?? '');
  return [message.uri, ...routes].some((uri) => {
    const host = parseSipUri(uri)?.host.toLowerCase();
    return host !== undefined && (target === host || target.startsWith(`${host}.`));
  });
}
