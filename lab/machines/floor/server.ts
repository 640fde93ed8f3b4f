/**
 * The floor control server of a controlling function: general arbitration (TS 24.380 6.3.4) and the state towards each
 * leg (6.3.5) as one machine. Dual floor, multi-talker and audio cut-in are not modelled.
 */
import { DENY_CAUSE, REVOKE_CAUSE } from '../../wire/floor/causes.ts';
import type { Machine } from '../step.ts';
import { deny } from './server-contention.ts';
import { change, changeLeg, type Draft, legOf, send, stop } from './server-draft.ts';
import { media } from './server-media.ts';
import { receive } from './server-message.ts';
import { enterIdle, enterTaken, grantNext, idleMessage, tellTaken } from './server-moves.ts';
import type {
  FloorParticipant,
  FloorServerEffect,
  FloorServerEvent,
  FloorServerSettings,
  FloorServerState,
  Leg,
} from './server-state.ts';
import { alone, implicitTalker } from './server-talker.ts';
import { expired } from './server-timer.ts';

export function startFloorServer(settings: FloorServerSettings): FloorServerState {
  return {
    settings,
    general: 'Start-stop',
    legs: [],
    holder: undefined,
    burstSinceMs: undefined,
    revokeCause: REVOKE_CAUSE.OTHER,
    queue: [],
    sequence: 0,
    c7: 0,
    c20: 0,
    lately: undefined,
  };
}

export const floorServer: Machine<FloorServerState, FloorServerEvent, FloorServerEffect> = (state, event, nowMs) => {
  const draft: Draft = { state, effects: [], nowMs };
  apply(draft, event);
  return draft;
};

function apply(draft: Draft, event: FloorServerEvent): void {
  const { general } = draft.state;
  if (event.kind === 'released') {
    released(draft);
    return;
  }
  // 6.3.4.7, 6.3.5.9: while releasing, call control alone is heard
  if (general === 'Releasing') return;
  switch (event.kind) {
    case 'join':
      join(draft, event.participant);
      return;
    case 'leave':
      leave(draft, event.leg);
      return;
    case 'initialise':
      initialise(draft, event.implicitRequest);
      return;
    case 'timer':
      expired(draft, event.timer);
      return;
    // 6.3.4.6, 6.3.5.8: call release step 1
    case 'release':
      release(draft);
      return;
    case 'message':
    case 'rtp': {
      const leg = legOf(draft.state, event.leg);
      // 6.3.4.1: no procedure before the call is up
      if (leg === undefined || general === 'Start-stop') return;
      if (event.kind === 'message') receive(draft, leg, event.message);
      else media(draft, leg);
      return;
    }
  }
}

// 6.3.5.2: the SIP 200 (OK) was sent or received
function join(draft: Draft, participant: FloorParticipant): void {
  const { general, legs } = draft.state;
  if (legOf(draft.state, participant.id) !== undefined) return;
  const leg: Leg = { ...participant, state: 'U: not permitted and initiating', unacked: undefined, stillSends: false };
  change(draft, { legs: [...legs, leg] });
  if (general === 'Start-stop') return;
  if (general === 'G: Floor Idle') {
    changeLeg(draft, leg.id, { state: 'U: not permitted and Floor Idle' });
    send(draft, leg.id, idleMessage(draft.state));
    return;
  }
  // A late joiner is told who talks: the same event, and so the same Message Sequence Number (8.2.3.10).
  changeLeg(draft, leg.id, { state: 'U: not permitted and Floor Taken' });
  tellTaken(draft, leg);
}

function leave(draft: Draft, id: string): void {
  const { legs, queue, holder } = draft.state;
  if (legOf(draft.state, id) === undefined) return;
  stop(draft, `T8:${id}`, `Ack:${id}`);
  change(draft, { legs: legs.filter((leg) => leg.id !== id), queue: queue.filter((entry) => entry.leg !== id) });
  if (holder?.leg === id) grantNext(draft);
}

// 6.3.4.2.2: the call is up
function initialise(draft: Draft, implicitRequest: string | undefined): void {
  if (draft.state.general !== 'Start-stop') return;
  const leg = implicitRequest === undefined ? undefined : legOf(draft.state, implicitRequest);
  if (leg === undefined) {
    enterIdle(draft);
    return;
  }
  const talker = implicitTalker(leg, draft.state.settings.indicator);
  if (!leg.receiveOnly && !alone(draft.state)) {
    enterTaken(draft, talker, false);
    return;
  }
  deny(draft, talker, leg.receiveOnly ? DENY_CAUSE.RECEIVE_ONLY : DENY_CAUSE.ONLY_ONE_PARTICIPANT);
  enterIdle(draft);
}

function release(draft: Draft): void {
  stop(draft, 'T1', 'T2', 'T3', 'T4', 'T7', 'T20');
  for (const { id } of draft.state.legs) stop(draft, `T8:${id}`, `Ack:${id}`);
  change(draft, {
    general: 'Releasing',
    holder: undefined,
    queue: [],
    legs: draft.state.legs.map((leg) => ({ ...leg, state: 'Releasing', unacked: undefined })),
  });
}

// 6.3.4.7: call release step 2
function released(draft: Draft): void {
  if (draft.state.general !== 'Releasing') release(draft);
  draft.state = startFloorServer(draft.state.settings);
}
