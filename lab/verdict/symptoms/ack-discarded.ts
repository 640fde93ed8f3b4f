import type { Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import { isAnswer, isRequest } from '../legs.ts';
import type { Finding } from './finding.ts';
import { type Host, sameHost } from './hosts.ts';
import { type SipHop, storyOf } from './story.ts';

/** T1, 2·T1 and 4·T1 after the first: no accident of one lost packet. */
const repetitions = 3;

/**
 * Ladder F5: the path was changed towards the edge, which hides topology and remembers transactions, not dialogs: the ACK
 * of the 200 meets nothing there and is dropped; the 200 is repeated until the session dies. Judged dialog by dialog.
 */
export function detectAckDiscarded(timeline: Timeline): Finding[] {
  const legs = Map.groupBy(storyOf(timeline).hops, ({ facts }) => facts.leg);
  return [...legs.values()].flatMap((hops) => discardedIn(hops) ?? []);
}

function discardedIn(hops: readonly SipHop[]): Finding | undefined {
  const oks = hops.filter(({ facts }) => isAnswer(facts, 'INVITE', 200, 299));
  const [first] = oks;
  if (first === undefined) return undefined;
  // Whoever sent the 200 first made it; proxies pass it on later.
  const answerer = first.from;
  const acks = hops.filter(({ facts }) => isRequest(facts, 'ACK') && facts.cseq === first.facts.cseq);
  if (acks.some(({ to }) => to !== undefined && sameHost(to, answerer))) return undefined;
  const last = acks.find(({ to }) => to !== undefined && !acks.some(({ from }) => sameHost(from, to)));
  const end: Host | undefined = last?.to;
  const arrived = last?.received;
  if (last === undefined || end === undefined || arrived === undefined) return undefined;
  const repeated = oks.filter((ok) => sameHost(ok.from, answerer) && ok.sent.timeNs > arrived.timeNs);
  if (repeated.length < repetitions) return undefined;
  return {
    name: 'ack-discarded',
    evidence: framesOf(first.sent, last.sent, arrived, repeated[0]?.sent, repeated.at(-1)?.sent),
    remedy:
      'R5: anchor the path inside the root agency, so that the ACK takes the way of its INVITE: let the edge keep the dialog, or put its own Record-Route inward',
    firstNs: arrived.timeNs,
  };
}

/** Ladder, F5: after 64·T1 somebody gives the session up; the BYE meets nothing either and is answered 481. */
export function detectSessionGivenUp(timeline: Timeline): Finding[] {
  const { hops } = storyOf(timeline);
  return hops.flatMap((answer) => {
    if (!isAnswer(answer.facts, 'BYE', 481)) return [];
    const bye = hops.find(({ facts }) => isRequest(facts, 'BYE') && facts.callId === answer.facts.callId);
    return [
      {
        name: 'session-given-up' as const,
        evidence: framesOf(bye?.sent, bye?.received, answer.sent, answer.received),
        remedy: 'what mends the lost ACK mends this',
        firstNs: answer.sent.timeNs,
      },
    ];
  });
}
