import type { Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import type { Finding } from './finding.ts';
import { sameHost, sameTarget } from './hosts.ts';
import { type LegStory, type SipHop, storyOf } from './story.ts';
import { unreachableFrom } from './unreachable.ts';

/**
 * A request for a node port that no Service has yet: the node itself refuses it and remembers the flow as its own, so that
 * repetitions would be refused for as long as they keep coming. kube-proxy forgets such flows when it puts the Service in
 * force; the next repetition of the very request arrives.
 */
export function detectPacketBeforeService(timeline: Timeline): Finding[] {
  return storyOf(timeline).legs.flatMap((leg) => earlyIn(timeline, leg) ?? []);
}

function earlyIn(timeline: Timeline, { hops }: LegStory): Finding | undefined {
  for (const early of hops) {
    const [last] = early.sent.journey.sightings.slice(-1);
    if (early.facts.status !== 0 || early.to !== undefined || last === undefined) continue;
    const delivered = hops.find((hop) => isLaterRepetition(hop, early));
    const refused = delivered === undefined ? undefined : unreachableFrom(timeline, last);
    if (delivered === undefined || refused === undefined) continue;
    return {
      name: 'packet-before-service',
      evidence: framesOf(early.sent, last, refused, delivered.sent, delivered.received),
      remedy:
        "K4: apply the Services of an edge before anybody is told of them; what came too early is mended by the sender's repetitions as soon as kube-proxy has the Service in force, a second or two later",
      firstNs: early.sent.timeNs,
    };
  }
  return undefined;
}

function isLaterRepetition({ facts, from, sent, received }: SipHop, early: SipHop): boolean {
  const same = facts.status === 0 && facts.method === early.facts.method && facts.branch === early.facts.branch;
  if (!same || !sameTarget(sent, early.sent) || !sameHost(from, early.from)) return false;
  return sent.timeNs > early.sent.timeNs && received !== undefined && received.dst !== sent.dst;
}
