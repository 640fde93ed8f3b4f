import type { Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import { isAnswer } from '../legs.ts';
import type { Finding } from './finding.ts';
import { sameHost, sameTarget } from './hosts.ts';
import { type LegStory, type SipHop, storyOf } from './story.ts';

/**
 * A request inside a dialog comes to the same exposed address and port as those before it, but another host stands behind
 * them now, and knows nothing of the dialog: 481. What an edge remembers, dialogs and registrations, goes with its pod.
 */
export function detectDialogLost(timeline: Timeline): Finding[] {
  return storyOf(timeline).legs.flatMap((leg) => lostIn(leg) ?? []);
}

function lostIn({ hops }: LegStory): Finding | undefined {
  for (const request of hops) {
    const { facts, to, sent, received } = request;
    if (facts.status !== 0 || facts.method === 'ACK' || facts.toTag === '' || to === undefined) continue;
    const refusal = hops.find(
      (hop) => isAnswer(hop.facts, facts.method, 481) && hop.facts.cseq === facts.cseq && sameHost(hop.from, to),
    );
    const before = hops.find((hop) => behindSameDoor(hop, request));
    if (refusal === undefined || before === undefined) continue;
    return {
      name: 'dialog-lost',
      evidence: framesOf(before.sent, before.received, sent, received, refusal.sent, refusal.received),
      remedy:
        'K3: replace the edge when no call stands, or let its pods share what they remember; clients register again, and whoever gets 481 calls again',
      firstNs: sent.timeNs,
    };
  }
  return undefined;
}

function behindSameDoor(before: SipHop, { sent, to }: SipHop): boolean {
  if (before.to === undefined || to === undefined || before.sent.timeNs >= sent.timeNs) return false;
  return sameTarget(before.sent, sent) && !sameHost(before.to, to);
}
