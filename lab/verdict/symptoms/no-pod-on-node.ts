import type { Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import type { Finding } from './finding.ts';
import { sameHost } from './hosts.ts';
import { type LegStory, type SipHop, type Story, storyOf } from './story.ts';
import { unreachableFrom } from './unreachable.ts';

/** The first transmission and its repetitions after T1 and 2·T1: no accident of one lost packet. */
const transmissions = 3;

/**
 * Requests reach an exposed address and port behind which somebody stood before, and now neither a pod nor a word comes
 * back: with externalTrafficPolicy Local a node without a pod of the Service drops in silence, and the pod is on another node.
 */
export function detectNoPodOnNode(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  return story.legs.flatMap((leg) => droppedIn(timeline, story, leg) ?? []);
}

function droppedIn(timeline: Timeline, story: Story, { hops }: LegStory): Finding | undefined {
  for (const first of hops) {
    if (first.facts.status !== 0 || first.facts.method === 'ACK' || !vanishes(story, first)) continue;
    const before = hops.find(
      (hop) => sameDoor(hop, first) && hop.to !== undefined && hop.sent.timeNs < first.sent.timeNs,
    );
    const all = hops.filter((hop) => hop.facts.branch === first.facts.branch && sameDoor(hop, first));
    const answered = hops.some(
      ({ facts, to }) => facts.status > 0 && isOf(facts, first) && to && sameHost(to, first.from),
    );
    if (before === undefined || all.length < transmissions || answered || !all.every((hop) => vanishes(story, hop)))
      continue;
    const [last] = first.sent.journey.sightings.slice(-1);
    if (last === undefined || unreachableFrom(timeline, last) !== undefined) continue;
    return {
      name: 'no-pod-on-node',
      evidence: framesOf(before.sent, before.received, first.sent, last, all.at(-1)?.sent),
      remedy:
        'K5: give partners names and lists with every node that an edge may be on, or let any node pass on what comes (externalTrafficPolicy Cluster, partners known by listener and name)',
      firstNs: first.sent.timeNs,
    };
  }
  return undefined;
}

/** It came to the address that it was sent to, on a recorder beyond its sender, and no further. */
function vanishes(story: Story, { to, sent }: SipHop): boolean {
  const [last] = sent.journey.sightings.slice(-1);
  if (to !== undefined || last === undefined || last === sent || !story.hosts.settled(last)) return false;
  return last.dst === sent.dst && last.dstPort === sent.dstPort;
}

function sameDoor({ facts, from, sent }: SipHop, other: SipHop): boolean {
  const sameTarget = sent.dst === other.sent.dst && sent.dstPort === other.sent.dstPort;
  return facts.status === 0 && sameHost(from, other.from) && sameTarget;
}

function isOf(facts: SipHop['facts'], { facts: request }: SipHop): boolean {
  return facts.method === request.method && facts.cseq === request.cseq;
}
