/** Timers of the floor control server (TS 24.380 table 11.1.3-1); one that the state does not wait for is ignored. */
import { REVOKE_CAUSE } from '../../wire/floor/causes.ts';
import { change, changeLeg, type Draft, legOf, send, start } from './server-draft.ts';
import { enterRevoke, grantedMessage, grantNext, idleMessage, revokeMessage } from './server-moves.ts';
import type { ServerTimer } from './server-state.ts';
import { C_TAKEN, C7, C20 } from './timers.ts';

export function expired(draft: Draft, timer: ServerTimer): void {
  const { general } = draft.state;
  switch (timer) {
    // 6.3.4.4: T1 (End of RTP media) expired
    case 'T1':
      if (general === 'G: Floor Taken') grantNext(draft);
      return;
    // 6.3.4.4: T2 (Stop talking) expired
    case 'T2':
      if (general === 'G: Floor Taken') enterRevoke(draft, REVOKE_CAUSE.MEDIA_BURST_TOO_LONG);
      return;
    // 6.3.4.5: T3 (Stop talking grace) expired; media of the one who had the floor is forwarded no more
    case 'T3':
      if (general === 'G: pending Floor Revoke') grantNext(draft);
      return;
    // 6.3.4.3: T4 (Inactivity) expired; what becomes of the call is for call control to say
    case 'T4':
      if (general === 'G: Floor Idle') draft.effects.push({ kind: 'inform', news: 'inactivity', leg: null });
      return;
    case 'T7':
      if (general === 'G: Floor Idle') idleAgain(draft);
      return;
    case 'T20':
      if (general === 'G: Floor Taken') grantedAgain(draft);
      return;
    default:
      if (timer.startsWith('T8:')) revokeAgain(draft, timer.slice(3));
      else takenAgain(draft, timer.slice(4));
  }
}

// 6.3.4.3: T7 (Floor Idle) expired, C7 counts. The same event keeps its Message Sequence Number (8.2.3.10).
function idleAgain(draft: Draft): void {
  const { c7, legs, settings } = draft.state;
  if (c7 >= C7) return;
  change(draft, { c7: c7 + 1 });
  for (const { id } of legs) send(draft, id, idleMessage(draft.state));
  start(draft, 'T7', settings.timers.t7Ms);
}

// 6.3.5.5: T20 (Floor Granted) expired, C20 counts
function grantedAgain(draft: Draft): void {
  const { c20, holder, settings } = draft.state;
  const leg = holder && legOf(draft.state, holder.leg);
  if (holder === undefined || leg === undefined || c20 >= C20) return;
  change(draft, { c20: c20 + 1 });
  send(draft, leg.id, grantedMessage(draft.state, leg, holder, draft.nowMs));
  start(draft, 'T20', settings.timers.t20Ms);
}

// 6.3.5.6, 6.3.5.7: T8 (Floor Revoke) expired
function revokeAgain(draft: Draft, id: string): void {
  const { holder, revokeCause, settings, general } = draft.state;
  const leg = legOf(draft.state, id);
  if (leg?.state === 'U: pending Floor Revoke') {
    send(draft, id, revokeMessage(draft.state, revokeCause, holder));
    start(draft, `T8:${id}`, settings.timers.t8Ms);
  } else if (leg?.state === 'U: not permitted but sends media' && leg.stillSends) {
    changeLeg(draft, id, { stillSends: false });
    send(draft, id, revokeMessage(draft.state, REVOKE_CAUSE.NO_PERMISSION_TO_SEND));
    start(draft, `T8:${id}`, settings.timers.t8Ms);
  } else if (leg?.state === 'U: not permitted but sends media') {
    // It has stopped, and its Floor Release was lost.
    const state = general === 'G: Floor Idle' ? 'U: not permitted and Floor Idle' : 'U: not permitted and Floor Taken';
    changeLeg(draft, id, { state });
  }
}

function takenAgain(draft: Draft, id: string): void {
  const unacked = legOf(draft.state, id)?.unacked;
  if (unacked === undefined) return;
  if (unacked.sent >= C_TAKEN) {
    changeLeg(draft, id, { unacked: undefined });
    return;
  }
  changeLeg(draft, id, { unacked: { ...unacked, sent: unacked.sent + 1 } });
  send(draft, id, unacked.message);
  start(draft, `Ack:${id}`, draft.state.settings.timers.t8Ms);
}
