/** Floor requests while another has the floor: queue, pre-emption, denial (TS 24.380 6.3.4.4, 6.3.5.4). */
import { DENY_CAUSE, REVOKE_CAUSE } from '../../wire/floor/causes.ts';
import { floorRefusal, NOT_QUEUED, queuePositionInfo } from './messages.ts';
import { change, type Draft, send } from './server-draft.ts';
import { enterRevoke } from './server-moves.ts';
import type { Leg, Talker } from './server-state.ts';
import { indicatorOf, preempts, sameTalker } from './server-talker.ts';

export function contend(draft: Draft, leg: Leg, talker: Talker): void {
  const { queue, settings } = draft.state;
  const others = queue.filter((entry) => !sameTalker(entry, talker));
  const again = others.length < queue.length;
  if (preempts(draft.state, talker)) {
    preempt(draft, leg, talker, others);
    return;
  }
  // 6.3.5.4.4: queueing was not negotiated
  if (!leg.queueing) {
    deny(draft, talker, DENY_CAUSE.ANOTHER_CLIENT_HAS_PERMISSION);
    return;
  }
  if (!again && queue.length >= settings.queueLimit) {
    deny(draft, talker, DENY_CAUSE.QUEUE_FULL);
    return;
  }
  // A request that is in the queue keeps its place unless its rank has changed.
  const same = queue.find((entry) => sameTalker(entry, talker));
  if (same?.rank !== talker.rank) change(draft, { queue: byRank(others, talker) });
  tellPosition(draft, talker);
}

// 6.3.4.4: a pre-emptive request revokes the floor and is first in the queue, whose tail makes room for it
function preempt(draft: Draft, leg: Leg, talker: Talker, others: readonly Talker[]): void {
  const limit = Math.max(1, draft.state.settings.queueLimit);
  const higher = others.filter((entry) => entry.rank > talker.rank);
  const queue = [...higher, talker, ...others.slice(higher.length)];
  change(draft, { queue: queue.slice(0, limit) });
  for (const entry of queue.slice(limit)) deny(draft, entry, DENY_CAUSE.QUEUE_FULL);
  if (higher.length >= limit) return;
  if (draft.state.general === 'G: Floor Taken') enterRevoke(draft, REVOKE_CAUSE.MEDIA_BURST_PRE_EMPTED);
  if (leg.queueing) tellPosition(draft, talker);
}

/** Higher rank first, first come first served within one. */
function byRank(queue: readonly Talker[], talker: Talker): Talker[] {
  const behind = queue.findIndex((entry) => entry.rank < talker.rank);
  const at = behind < 0 ? queue.length : behind;
  return [...queue.slice(0, at), talker, ...queue.slice(at)];
}

export function deny(draft: Draft, talker: Talker, cause: number): void {
  const { settings } = draft.state;
  send(draft, talker.leg, floorRefusal('Floor Deny', settings.ssrc, cause, indicatorOf(draft.state), talker.track));
}

/** 6.3.5.4.8, 8.2.3.5: 1 is next. */
export function tellPosition(draft: Draft, talker: Talker): void {
  const { queue, settings } = draft.state;
  const at = queue.findIndex((entry) => sameTalker(entry, talker));
  const position = at < 0 ? NOT_QUEUED : Math.min(at + 1, NOT_QUEUED - 1);
  const priority = queue[at]?.priority ?? talker.priority;
  const bits = indicatorOf(draft.state);
  send(draft, talker.leg, queuePositionInfo(settings.ssrc, position, priority, bits, talker.track));
}
