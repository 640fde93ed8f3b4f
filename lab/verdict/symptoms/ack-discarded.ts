import type { Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import { isAnswer, isRequest } from '../legs.ts';
import type { Finding } from './finding.ts';
import { type Host, hostKey, sameHost } from './hosts.ts';
import { type LegStory, storyOf } from './story.ts';

/** T1, 2·T1 and 4·T1 after the first: no accident of one lost packet. */
const repetitions = 3;

/**
 * Ladder F5: the path was changed towards the edge, which hides topology and remembers transactions, not dialogs: the ACK
 * of the 200 meets nothing there and is dropped; the 200 is repeated until the session dies. Judged dialog by dialog, at
 * a host that the 200 passed: who made the 200 may keep its ACK, who called sends one.
 */
export function detectAckDiscarded(timeline: Timeline): Finding[] {
  return storyOf(timeline).legs.flatMap((leg) => discardedIn(leg) ?? []);
}

function discardedIn(leg: LegStory): Finding | undefined {
  const acks = leg.arrivals.filter(({ facts }) => isRequest(facts, 'ACK'));
  const ends = new Map(acks.map((ack) => [hostKey(ack.host), ack.host]));
  for (const host of ends.values()) {
    const found = endsAt(leg, host);
    if (found !== undefined) return found;
  }
  return undefined;
}

function endsAt(leg: LegStory, host: Host): Finding | undefined {
  const oks = leg.arrivals.filter(({ facts, host: at }) => isAnswer(facts, 'INVITE', 200, 299) && sameHost(at, host));
  const [first] = oks;
  const sendsAck = leg.hops.some(({ facts, from }) => isRequest(facts, 'ACK') && sameHost(from, host));
  const ack = leg.arrivals.find(({ facts, host: at }) => isRequest(facts, 'ACK') && sameHost(at, host));
  if (first === undefined || ack === undefined || sendsAck || ack.facts.cseq !== first.facts.cseq) return undefined;
  const repeated = oks.filter(({ sighting }) => sighting.timeNs > ack.sighting.timeNs);
  if (repeated.length < repetitions) return undefined;
  const sent = leg.hops.find(({ received }) => received === ack.sighting)?.sent;
  return {
    name: 'ack-discarded',
    evidence: framesOf(first.sighting, sent, ack.sighting, repeated[0]?.sighting, repeated.at(-1)?.sighting),
    remedy:
      'R5: anchor the path inside the root agency, so that the ACK takes the way of its INVITE: let the edge keep the dialog, or put its own Record-Route inward',
    firstNs: ack.sighting.timeNs,
  };
}

/** Ladder, F5: after 64·T1 somebody gives the session up; the BYE meets nothing either and is answered 481. */
export function detectSessionGivenUp(timeline: Timeline): Finding[] {
  return storyOf(timeline).legs.flatMap(({ arrivals }) => {
    const answer = arrivals.find(({ facts }) => isAnswer(facts, 'BYE', 481));
    if (answer === undefined) return [];
    const bye = arrivals.find(({ facts }) => isRequest(facts, 'BYE'));
    return [
      {
        name: 'session-given-up' as const,
        evidence: framesOf(bye?.sighting, answer.sighting),
        remedy: 'what mends the first cause mends this',
        firstNs: answer.sighting.timeNs,
      },
    ];
  });
}
