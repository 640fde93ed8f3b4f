/** What the general machine does when it enters a state (TS 24.380 6.3.4.3 to 6.3.4.5), towards each leg (6.3.5). */
import type { FloorMessage } from '../../wire/floor/message.ts';
import { floorGranted, floorIdle, floorRefusal, floorTaken, nextSequence } from './messages.ts';
import { change, changeLeg, type Draft, legOf, send, start, stop } from './server-draft.ts';
import type { FloorServerState, Leg, LegStateName, Talker } from './server-state.ts';
import { indicatorOf, mayRequest, mediaSsrcOf } from './server-talker.ts';
import { STRAGGLER_MS } from './timers.ts';

/** 6.3.4.3.2: Enter state G: Floor Idle. */
export function enterIdle(draft: Draft): void {
  endBurst(draft);
  const { settings, sequence } = draft.state;
  change(draft, { general: 'G: Floor Idle', sequence: nextSequence(sequence), c7: 1 });
  const idle = idleMessage(draft.state);
  for (const leg of draft.state.legs) {
    forgetTaken(draft, leg);
    settle(draft, leg, 'U: not permitted and Floor Idle');
    send(draft, leg.id, idle);
  }
  start(draft, 'T7', settings.timers.t7Ms);
  start(draft, 'T4', settings.timers.t4Ms);
  draft.effects.push({ kind: 'inform', news: 'idle', leg: null });
}

/** 6.3.4.4.2: Enter state G: Floor Taken. The leg of the talker is there. */
export function enterTaken(draft: Draft, talker: Talker, fromQueue: boolean): void {
  endBurst(draft);
  stop(draft, 'T4', 'T7');
  const { settings, sequence } = draft.state;
  change(draft, { general: 'G: Floor Taken', holder: talker, sequence: nextSequence(sequence) });
  for (const leg of draft.state.legs) {
    forgetTaken(draft, leg);
    if (leg.id !== talker.leg) {
      settle(draft, leg, 'U: not permitted and Floor Taken');
      tellTaken(draft, leg);
      continue;
    }
    stop(draft, `T8:${leg.id}`);
    changeLeg(draft, leg.id, { state: 'U: permitted' });
    send(draft, leg.id, grantedMessage(draft.state, leg, talker, draft.nowMs));
  }
  start(draft, 'T1', settings.timers.t1Ms);
  // 6.3.5.4: who was queued may not be at the button any more
  if (fromQueue) {
    change(draft, { c20: 1 });
    start(draft, 'T20', settings.timers.t20Ms);
  }
  draft.effects.push({ kind: 'inform', news: 'taken', leg: talker.leg });
}

/** 6.3.4.5.2: Enter state G: pending Floor Revoke. */
export function enterRevoke(draft: Draft, cause: number): void {
  const { holder, settings } = draft.state;
  if (holder === undefined) return;
  stop(draft, 'T1', 'T2', 'T20');
  change(draft, { general: 'G: pending Floor Revoke', revokeCause: cause });
  changeLeg(draft, holder.leg, { state: 'U: pending Floor Revoke' });
  send(draft, holder.leg, revokeMessage(draft.state, cause, holder));
  start(draft, `T8:${holder.leg}`, settings.timers.t8Ms);
  start(draft, 'T3', settings.timers.t3Ms);
}

/** The burst is over: the floor goes to the head of the queue, or is idle. */
export function grantNext(draft: Draft): void {
  const [next, ...queue] = draft.state.queue;
  if (next === undefined) {
    enterIdle(draft);
    return;
  }
  change(draft, { queue });
  enterTaken(draft, next, true);
}

function endBurst(draft: Draft): void {
  const { holder } = draft.state;
  if (holder === undefined) return;
  stop(draft, 'T1', 'T2', 'T3', 'T20', `T8:${holder.leg}`);
  change(draft, {
    holder: undefined,
    burstSinceMs: undefined,
    lately: { leg: holder.leg, untilMs: draft.nowMs + STRAGGLER_MS },
  });
}

/** 6.3.5.7: who sends media without permission stays so until its Floor Release. */
function settle(draft: Draft, leg: Leg, state: LegStateName): void {
  if (leg.state !== 'U: not permitted but sends media') changeLeg(draft, leg.id, { state });
}

function forgetTaken(draft: Draft, leg: Leg): void {
  if (leg.unacked === undefined) return;
  stop(draft, `Ack:${leg.id}`);
  changeLeg(draft, leg.id, { unacked: undefined });
}

/** Floor Taken to one leg, sent again until it is acknowledged where the settings say so. */
export function tellTaken(draft: Draft, leg: Leg): void {
  const { takenAck, timers } = draft.state.settings;
  const message = takenMessage(draft.state, leg, takenAck);
  send(draft, leg.id, message);
  if (!takenAck) return;
  changeLeg(draft, leg.id, { unacked: { message, sent: 1 } });
  start(draft, `Ack:${leg.id}`, timers.t8Ms);
}

export function idleMessage(state: FloorServerState): FloorMessage {
  return floorIdle(state.settings.ssrc, state.sequence, indicatorOf(state));
}

export function takenMessage(state: FloorServerState, leg: Leg, ackRequired: boolean): FloorMessage {
  const { holder, settings, sequence } = state;
  const from = holder && legOf(state, holder.leg);
  const taking = {
    uri: holder?.uri,
    mediaSsrc: holder && from ? mediaSsrcOf(from, holder) : undefined,
    mayRequest: mayRequest(state, leg),
    sequence,
    ackRequired,
  };
  return floorTaken(settings.ssrc, taking, indicatorOf(state));
}

/** 6.3.5.4.4: Duration is what is left of T2, which starts with the first RTP packet. */
export function grantedMessage(state: FloorServerState, leg: Leg, talker: Talker, nowMs: number): FloorMessage {
  const { settings, burstSinceMs } = state;
  const leftMs = settings.timers.t2Ms - (burstSinceMs === undefined ? 0 : nowMs - burstSinceMs);
  const grant = {
    seconds: Math.min(0xffff, Math.max(0, Math.ceil(leftMs / 1000))),
    mediaSsrc: mediaSsrcOf(leg, talker),
    priority: talker.priority,
    track: talker.track,
  };
  return floorGranted(settings.ssrc, grant, indicatorOf(state));
}

export function revokeMessage(state: FloorServerState, cause: number, talker?: Talker): FloorMessage {
  return floorRefusal('Floor Revoke', state.settings.ssrc, cause, indicatorOf(state), talker?.track);
}
