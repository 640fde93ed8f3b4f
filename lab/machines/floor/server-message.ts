/** What floor messages of the legs do to the floor control server (TS 24.380 6.3.4, 6.3.5). */
import { DENY_CAUSE } from '../../wire/floor/causes.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import { acknowledges } from './messages.ts';
import { contend, deny, tellPosition } from './server-contention.ts';
import { change, changeLeg, type Draft, send, stop } from './server-draft.ts';
import { enterTaken, grantedMessage, grantNext, idleMessage, takenMessage } from './server-moves.ts';
import type { Leg } from './server-state.ts';
import { alone, sameTalker, speaksFor, talkerOf } from './server-talker.ts';

/** A message for which the state has no procedure is discarded (6.3.4.1). */
export function receive(draft: Draft, leg: Leg, message: FloorMessage): void {
  switch (message.name) {
    case 'Floor Request':
      request(draft, leg, message);
      return;
    case 'Floor Release':
      release(draft, leg, message);
      return;
    case 'Floor Queue Position Request':
      tellPosition(draft, talkerOf(leg, message));
      return;
    // 8.2.13: Floor Taken has arrived
    case 'Floor Ack':
      if (leg.unacked === undefined || !acknowledges(message, leg.unacked.message)) return;
      stop(draft, `Ack:${leg.id}`);
      changeLeg(draft, leg.id, { unacked: undefined });
      return;
    default:
      return;
  }
}

function request(draft: Draft, leg: Leg, message: FloorMessage): void {
  const talker = talkerOf(leg, message);
  const { general, holder } = draft.state;
  // 6.3.5.3.4, 6.3.5.4.4: a participant that may only receive
  if (leg.receiveOnly) {
    deny(draft, talker, DENY_CAUSE.RECEIVE_ONLY);
    return;
  }
  if (general === 'G: Floor Idle') {
    // 6.3.5.3.4: nobody is there to listen
    if (alone(draft.state)) {
      deny(draft, talker, DENY_CAUSE.ONLY_ONE_PARTICIPANT);
      return;
    }
    enterTaken(draft, talker, false);
    return;
  }
  if (holder === undefined || !sameTalker(holder, talker)) {
    contend(draft, leg, talker);
    return;
  }
  // 6.3.5.5: Floor Granted was lost; 6.3.5.6 has no procedure for it
  if (general === 'G: Floor Taken') send(draft, leg.id, grantedMessage(draft.state, leg, holder, draft.nowMs));
}

function release(draft: Draft, leg: Leg, message: FloorMessage): void {
  const { general, holder, queue } = draft.state;
  // 6.3.4.4, 6.3.4.5: Receive Floor Release of the one who has the floor
  if (holder !== undefined && speaksFor(leg.id, message, holder)) {
    grantNext(draft);
    return;
  }
  const idle = general === 'G: Floor Idle';
  // 6.3.5.7: Receive Floor Release of one who sent media without permission
  if (leg.state === 'U: not permitted but sends media') {
    stop(draft, `T8:${leg.id}`);
    const state = idle ? 'U: not permitted and Floor Idle' : 'U: not permitted and Floor Taken';
    changeLeg(draft, leg.id, { state });
  }
  // 6.3.5.4: a queued request is taken back
  change(draft, { queue: queue.filter((entry) => !speaksFor(leg.id, message, entry)) });
  // 6.3.5.3, 6.3.5.4: its sender waits for one of these. The leg of the holder, releasing for another behind it, hears
  // nothing: Floor Taken would tell it that the floor has changed hands.
  if (idle) send(draft, leg.id, idleMessage(draft.state));
  else if (holder?.leg !== leg.id) send(draft, leg.id, takenMessage(draft.state, leg, false));
}
