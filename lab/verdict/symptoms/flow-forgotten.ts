import type { Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import type { Finding } from './finding.ts';
import { sameHost, sameTarget } from './hosts.ts';
import { type LegStory, type SipHop, type Story, storyOf } from './story.ts';
import { unreachableFrom } from './unreachable.ts';

/** So many answers in a row are lost without ICMP, which is rate-limited: no accident. */
const enough = 3;

/**
 * A request left through a NAT and answers came back through it; then the node forgets the flow, and further answers of
 * the same transaction reach the node and nobody behind it. kube-proxy does so to every flow towards a port number that is a
 * node port of its own cluster, when endpoints of UDP Services change there.
 */
export function detectFlowForgotten(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  return story.legs.flatMap((leg) => forgottenIn(timeline, story, leg) ?? []);
}

function forgottenIn(timeline: Timeline, story: Story, { hops }: LegStory): Finding | undefined {
  const answers = hops.filter(({ facts }) => facts.status > 0);
  const lost = answers.filter((hop) => endsUntranslated(story, hop));
  for (const first of lost) {
    const before = answers.find((hop) => passed(hop) && hop.sent.timeNs < first.sent.timeNs && sameWay(hop, first));
    if (before === undefined) continue;
    const [last] = first.sent.journey.sightings.slice(-1);
    const refused = last === undefined ? undefined : unreachableFrom(timeline, last);
    const alike = lost.filter((hop) => sameWay(hop, first));
    if (refused === undefined && alike.length < enough) continue;
    const request = hops.find(
      ({ facts, from }) => facts.status === 0 && before.to !== undefined && sameHost(from, before.to),
    );
    return {
      name: 'flow-forgotten',
      evidence: framesOf(request?.sent, request?.received, before.sent, before.received, first.sent, last, refused),
      remedy:
        'K1: give each cluster node port numbers of its own: when UDP endpoints change, kube-proxy forgets every flow towards a number that its own cluster has too, whoever it leads to',
      firstNs: first.sent.timeNs,
    };
  }
  return undefined;
}

/** It came to the address that it was sent to, and no further. */
function endsUntranslated(story: Story, { to, sent }: SipHop): boolean {
  const [last] = sent.journey.sightings.slice(-1);
  return to === undefined && last !== undefined && sameTarget(last, sent) && story.hosts.settled(last);
}

/** Somebody behind a translation got it. */
function passed({ received, sent }: SipHop): boolean {
  return received !== undefined && !sameTarget(received, sent);
}

function sameWay(one: SipHop, other: SipHop): boolean {
  const { method, cseq } = other.facts;
  const sameTransaction = one.facts.method === method && one.facts.cseq === cseq;
  return sameTransaction && sameHost(one.from, other.from) && sameTarget(one.sent, other.sent);
}

/** What follows where a flow is forgotten: the next packet of the same sender for the same target leaves by another port. */
export function detectSourcePortChanged(timeline: Timeline): Finding[] {
  const seen = new Map<string, SipHop>();
  const crossing = storyOf(timeline).hops.toSorted((a, b) => Number(a.sent.timeNs - b.sent.timeNs));
  for (const hop of crossing) {
    const { sent, received, from } = hop;
    if (received === undefined || received.src === from.address) continue;
    const key = `${from.link} ${sent.src}:${sent.srcPort} ${sent.dst}:${sent.dstPort}`;
    const before = seen.get(key);
    seen.set(key, hop);
    if (before?.received === undefined || before.received.srcPort === received.srcPort) continue;
    return [
      {
        name: 'source-port-changed',
        evidence: framesOf(before.sent, before.received, sent, received),
        remedy:
          'what keeps the flow keeps the port; answer where a request came from (rport), and know partners by address, never by port',
        firstNs: received.timeNs,
      },
    ];
  }
  return [];
}
