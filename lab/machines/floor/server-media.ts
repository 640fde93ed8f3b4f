/** RTP of the legs: who is forwarded, who is told to stop (TS 24.380 6.3.4.4, 6.3.4.5, 6.3.5.4, 6.3.5.7). */
import { REVOKE_CAUSE } from '../../wire/floor/causes.ts';
import { change, changeLeg, type Draft, send, start, stop } from './server-draft.ts';
import { revokeMessage } from './server-moves.ts';
import type { FloorServerState, Leg } from './server-state.ts';

/** To whom media of that leg goes at this moment: nobody unless it has the floor, or has it still. */
export function forwardTo({ holder, legs }: FloorServerState, from: string): readonly string[] {
  return holder?.leg === from ? legs.filter((leg) => leg.id !== from).map((leg) => leg.id) : [];
}

export function media(draft: Draft, leg: Leg): void {
  const { holder, general, settings, burstSinceMs, lately } = draft.state;
  if (holder?.leg === leg.id) {
    draft.effects.push({ kind: 'forward', from: leg.id, to: forwardTo(draft.state, leg.id) });
    // 6.3.4.5: until T3 or Floor Release media goes on, and no timer cares
    if (general !== 'G: Floor Taken') return;
    // 6.3.4.4: T1 runs from packet to packet, T2 from the first one, which ends T20
    start(draft, 'T1', settings.timers.t1Ms);
    if (burstSinceMs !== undefined) return;
    change(draft, { burstSinceMs: draft.nowMs });
    start(draft, 'T2', settings.timers.t2Ms);
    stop(draft, 'T20');
    return;
  }
  // 6.3.5.7: it goes on sending; T8 will say so again
  if (leg.state === 'U: not permitted but sends media') {
    changeLeg(draft, leg.id, { stillSends: true });
    return;
  }
  if (lately?.leg === leg.id && draft.nowMs < lately.untilMs) return;
  // 6.3.5.3, 6.3.5.4: media of one who has no permission is not forwarded, and its sender told
  changeLeg(draft, leg.id, { state: 'U: not permitted but sends media', stillSends: false });
  send(draft, leg.id, revokeMessage(draft.state, REVOKE_CAUSE.NO_PERMISSION_TO_SEND));
  start(draft, `T8:${leg.id}`, settings.timers.t8Ms);
}
