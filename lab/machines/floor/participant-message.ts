/** What floor messages do to a floor participant, state by state (TS 24.380 6.2.4.3 to 6.2.4.9). */
import { field } from '../../wire/floor/fields.ts';
import { FLOOR_INDICATOR } from '../../wire/floor/indicator.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import { NOT_QUEUED } from './messages.ts';
import { type Next, permitted, releasing, same, startT103, stop } from './participant-moves.ts';
import type { ParticipantEffect, ParticipantState } from './participant-state.ts';

/** A message for which the state has no procedure is discarded. */
export function messageStep(state: ParticipantState, message: FloorMessage): Next {
  switch (message.name) {
    case 'Floor Granted':
      return granted(state, message);
    case 'Floor Deny':
      return denied(state, message);
    case 'Floor Taken':
      return taken(state, message);
    case 'Floor Idle':
      return idle(state);
    case 'Floor Revoke':
      return revoked(state, message);
    case 'Floor Queue Position Info':
      return queuePosition(state, message);
    default:
      return same(state);
  }
}

function granted(state: ParticipantState, message: FloorMessage): Next {
  const ssrc = field(message, 'SSRC')?.ssrc;
  switch (state.name) {
    // 6.2.4.4: Receive Floor Granted
    case 'U: pending Request':
      return permitted(state, ssrc, field(message, 'Duration')?.seconds, stop('T101'));
    // 6.2.4.9: Receive Floor Granted; the user has T132 to take it
    case 'U: queued':
      if (state.offered) return same(state);
      return {
        state: { ...state, offered: true, mediaSsrc: ssrc ?? state.settings.ssrc },
        effects: [
          stop('T104'),
          { kind: 'start-timer', timer: 'T132', delayMs: state.settings.timers.t132Ms },
          { kind: 'inform', news: 'granted-from-queue' },
        ],
      };
    // No procedure in 6.2.4.3. The button is up, and a floor that nobody uses keeps everyone silent until T1: it goes
    // back.
    case 'U: has no permission':
      return state.established ? releasing(state) : same(state);
    default:
      return same(state);
  }
}

function denied(state: ParticipantState, message: FloorMessage): Next {
  // 6.2.4.4, 6.2.4.9: Receive Floor Deny
  if (state.name !== 'U: pending Request' && state.name !== 'U: queued') return same(state);
  return {
    state: { ...state, name: 'U: has no permission', offered: false },
    effects: [stop('T101'), stop('T104'), stop('T132'), { kind: 'inform', news: 'denied', cause: causeOf(message) }],
  };
}

function taken(was: ParticipantState, message: FloorMessage): Next {
  const mayRequest = field(message, 'Permission to Request the Floor')?.permission !== 0;
  const state = { ...was, mayRequest, hearing: true };
  const hear: ParticipantEffect[] = [startT103(state), { kind: 'inform', news: 'taken' }];
  switch (state.name) {
    // 6.2.4.3, 6.2.4.9: Receive Floor Taken
    case 'U: has no permission':
    case 'U: queued':
      return { state, effects: hear };
    // 6.2.4.4: with queueing negotiated the request is still to be answered, else this is its answer
    case 'U: pending Request':
      if ((state.settings.indicator & FLOOR_INDICATOR.QUEUEING_SUPPORTED) !== 0) return { state, effects: hear };
      return { state: { ...state, name: 'U: has no permission' }, effects: [stop('T101'), ...hear] };
    // 6.2.4.6: Receive Floor Taken
    case 'U: pending Release':
      return { state: { ...state, name: 'U: has no permission' }, effects: [stop('T100'), ...hear] };
    // 6.2.4.5 knows Floor Taken for dual floor alone.
    default:
      return same(was);
  }
}

function idle(was: ParticipantState): Next {
  const state = { ...was, hearing: false };
  const quiet: ParticipantEffect[] = [stop('T103'), { kind: 'inform', news: 'idle' }];
  switch (state.name) {
    // 6.2.4.3: Receive Floor Idle; 6.2.4.4 and 6.2.4.9: the request is still to be answered
    case 'U: has no permission':
    case 'U: pending Request':
    case 'U: queued':
      return { state, effects: quiet };
    // 6.2.4.5: Receive Floor Idle
    case 'U: has permission':
      return { state: { ...state, name: 'U: has no permission' }, effects: [{ kind: 'media', on: false }, ...quiet] };
    // 6.2.4.6: Receive Floor Idle
    case 'U: pending Release':
      return { state: { ...state, name: 'U: has no permission' }, effects: [stop('T100'), ...quiet] };
    default:
      return same(was);
  }
}

function revoked(state: ParticipantState, message: FloorMessage): Next {
  const told: ParticipantEffect = { kind: 'inform', news: 'revoked', cause: causeOf(message) };
  switch (state.name) {
    // 6.2.4.5: Receive Floor Revoke
    case 'U: has permission':
      return releasing(state, { kind: 'media', on: false }, told);
    // 6.2.4.4: the Floor Granted before it was lost
    case 'U: pending Request':
      return releasing(state, stop('T101'), told);
    // 6.2.4.9: likewise
    case 'U: queued':
      return releasing(state, stop('T104'), stop('T132'), told);
    // No procedure in 6.2.4.3. The server hears media of a participant that it takes for a talker (6.3.5.7) until a
    // Floor Release comes.
    case 'U: has no permission':
      return state.established ? releasing(state, told) : same(state);
    default:
      return same(state);
  }
}

function queuePosition(state: ParticipantState, message: FloorMessage): Next {
  const position = field(message, 'Queue Info')?.position;
  const told: ParticipantEffect = { kind: 'inform', news: 'queue-position', position };
  // 6.2.4.4: Receive Floor Queue Position Info
  if (state.name === 'U: pending Request')
    return {
      state: { ...state, name: 'U: queued', c104: 0 },
      effects: [stop('T101'), { kind: 'inform', news: 'queued', position }],
    };
  if (state.name !== 'U: queued' || state.offered) return same(state);
  // 8.2.3.5: not in the queue (any more)
  if (position === NOT_QUEUED)
    return { state: { ...state, name: 'U: has no permission' }, effects: [stop('T104'), told] };
  // 6.2.4.9: Receive Floor Queue Position Info
  return { state, effects: [stop('T104'), told] };
}

function causeOf(message: FloorMessage): number | undefined {
  return field(message, 'Reject Cause')?.cause;
}
