import type { Sighting, Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import { isAnswer } from '../legs.ts';
import type { Finding } from './finding.ts';
import { type Host, sameHost, sameTarget, senderOf } from './hosts.ts';
import { type LegStory, type SipHop, type Story, storyOf } from './story.ts';
import { unreachableFrom } from './unreachable.ts';

/** A request and its repetitions after T1 and 2·T1 (RFC 3261 17.1.2.2): no accident of one lost packet. */
const transmissions = 3;

/**
 * Requests come to an exposed address and port as those before them did, and end there without a word; whoever stood behind it
 * has fallen silent. With externalTrafficPolicy Local a node without a pod of the Service drops what comes: the pod that has
 * taken over is on another node.
 */
export function detectNoPodOnNode(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  return story.legs.flatMap((leg) => droppedIn(timeline, story, leg) ?? []);
}

function droppedIn(timeline: Timeline, story: Story, { hops }: LegStory): Finding | undefined {
  for (const first of hops) {
    const { facts, sent } = first;
    if (facts.status !== 0 || facts.method === 'ACK' || first.to !== undefined) continue;
    const before = hops.find((hop) => passedTheDoor(hop, first));
    if (before?.to === undefined) continue;
    const same = hops.filter((hop) => hop.facts.branch === facts.branch && sameTarget(hop.sent, sent));
    // Of those that came last it cannot be said yet.
    const all = same.filter((hop) => story.hosts.settled(lastOf(hop)));
    const ends = all.map((hop) => endAtTheDoor(hop, before));
    const answered = hops.some((hop) => answers(hop, first));
    const [end] = ends;
    if (answered || all.length < transmissions || end === undefined || ends.includes(undefined)) continue;
    if (unreachableFrom(timeline, end) !== undefined || speaksAfter(timeline, before.to, sent.timeNs)) continue;
    return {
      name: 'no-pod-on-node',
      evidence: framesOf(before.sent, before.received, sent, end, ends.at(-1)),
      remedy:
        'K5: give partners names and lists with every node that an edge may be on, or let any node pass on what comes (externalTrafficPolicy Cluster, partners known by listener and name)',
      firstNs: sent.timeNs,
    };
  }
  return undefined;
}

/** Whoever sent it hears of it: what a proxy says of its own to those before it (100, 408) is no answer. */
function answers({ facts, to }: SipHop, request: SipHop): boolean {
  const same = isAnswer(facts, request.facts.method, 100, 699) && facts.cseq === request.facts.cseq;
  return same && to !== undefined && sameHost(to, request.from);
}

/** Sent by the same host to the same address and port, and translated to whoever stood behind it. */
function passedTheDoor(before: SipHop, { from, sent }: SipHop): boolean {
  const { received } = before;
  if (received === undefined || before.sent.timeNs >= sent.timeNs || !sameHost(before.from, from)) return false;
  return sameTarget(before.sent, sent) && received.dst !== sent.dst;
}

/** Where it was seen last, if that is as far as the one before it came untranslated, and it arrived nowhere. */
function endAtTheDoor(hop: SipHop, before: SipHop): Sighting | undefined {
  const { to, sent } = hop;
  const end = lastOf(hop);
  // Counted, and not by taps: a capture may go on in another file.
  const seen = sightingsBeforeDoor(sent, sent);
  const there = seen > 1 && seen === sightingsBeforeDoor(before.sent, sent) && sameTarget(end, sent);
  return to === undefined && there ? end : undefined;
}

function sightingsBeforeDoor({ journey }: Sighting, sent: Sighting): number {
  return journey.sightings.filter((one) => sameTarget(one, sent)).length;
}

function lastOf({ sent }: SipHop): Sighting {
  return sent.journey.sightings.at(-1) ?? sent;
}

function speaksAfter({ journeys }: Timeline, host: Host, timeNs: bigint): boolean {
  return journeys.some((journey) => {
    const sender = senderOf(journey);
    return sender !== undefined && sender.sighting.timeNs > timeNs && sameHost(sender.host, host);
  });
}
