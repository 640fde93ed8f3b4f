/** The floor participant of TS 24.380 6.2.4: one for each call of a client. */
import type { FloorMessage } from '../../wire/floor/message.ts';
import { FLOOR_SOURCE } from '../../wire/floor/source.ts';
import type { Machine } from '../step.ts';
import { floorAck } from './messages.ts';
import { messageStep } from './participant-message.ts';
import {
  asking,
  letting,
  type Next,
  permitted,
  releasing,
  requesting,
  same,
  send,
  startT103,
  stop,
} from './participant-moves.ts';
import type {
  CallEstablished,
  ParticipantEffect,
  ParticipantEvent,
  ParticipantSettings,
  ParticipantState,
  ParticipantTimer,
} from './participant-state.ts';
import { C100, C101, C104 } from './timers.ts';

export function startParticipant(settings: ParticipantSettings): ParticipantState {
  return {
    settings,
    name: 'Start-stop',
    established: false,
    c100: 0,
    c101: 0,
    c104: 0,
    mediaSsrc: settings.ssrc,
    hearing: false,
    offered: false,
    mayRequest: true,
  };
}

export const participant: Machine<ParticipantState, ParticipantEvent, ParticipantEffect> = (state, event) => {
  switch (event.kind) {
    case 'invite-sent':
      return inviteSent(state, event.implicitRequest);
    case 'call-established':
      return callEstablished(state, event);
    case 'press':
      return press(state);
    case 'let-go':
      return letGo(state);
    // 6.2.4.9: Send Floor Queue Position Request
    case 'query-queue':
      if (state.name !== 'U: queued' || state.offered) return same(state);
      return { state: { ...state, c104: 1 }, effects: asking(state) };
    case 'message':
      return acknowledged(state, event.message);
    case 'rtp':
      return rtp(state);
    case 'timer':
      return expired(state, event.timer);
    // 6.2.2 step 1, 6.2.4.7.2: no floor control and no media any more
    case 'release-call':
      if (state.name === 'Start-stop' || state.name === 'Releasing') return same(state);
      return { state: { ...state, name: 'Releasing', hearing: false, offered: false }, effects: silence() };
    // 6.2.2 step 2, 6.2.4.8.2: the call is gone
    case 'call-released':
      return { state: startParticipant(state.settings), effects: silence() };
  }
};

const TIMERS: readonly ParticipantTimer[] = ['T100', 'T101', 'T103', 'T104', 'T132'];

function silence(): ParticipantEffect[] {
  return [{ kind: 'media', on: false }, ...TIMERS.map(stop)];
}

// 6.2.1, 6.2.4.2: an INVITE for which an implicit floor request is negotiated is one
function inviteSent(state: ParticipantState, implicit: boolean): Next {
  if (state.name !== 'Start-stop' || !implicit) return same(state);
  const { t101Ms } = state.settings.timers;
  return {
    state: { ...state, name: 'U: pending Request', c101: 1 },
    effects: [{ kind: 'start-timer', timer: 'T101', delayMs: t101Ms }],
  };
}

function callEstablished(was: ParticipantState, event: CallEstablished): Next {
  if (was.established || was.name === 'Releasing') return same(was);
  const { priority, indicator } = event;
  const state = { ...was, established: true, settings: { ...was.settings, priority, indicator } };
  // 6.2.4.2: established without a floor request
  if (state.name === 'Start-stop') return same({ ...state, name: 'U: has no permission' });
  if (state.name !== 'U: pending Request') return same(state);
  // 14.3.4: the answer grants the floor
  if (event.granted) return permitted(state, event.ssrc, undefined, stop('T101'));
  // 14.3.5: the answer takes the INVITE for a floor request; the grant is to come
  if (event.accepted) return same(state);
  return { state: { ...state, name: 'U: has no permission' }, effects: [stop('T101')] };
}

function press(state: ParticipantState): Next {
  // 6.2.4.9: T132 runs, and the user takes the floor that waits
  if (state.offered) return permitted(state, state.mediaSsrc, undefined, stop('T132'));
  if (state.name !== 'U: has no permission') return same(state);
  // 8.2.3.7: Floor Taken said that this participant may not ask
  if (!state.mayRequest) return { state, effects: [{ kind: 'inform', news: 'not-permitted-to-request' }] };
  // 6.2.4.3: Send Floor Request
  return { state: { ...state, name: 'U: pending Request', c101: 1 }, effects: requesting(state) };
}

function letGo(state: ParticipantState): Next {
  switch (state.name) {
    // 6.2.4.4: the button is released before an answer
    case 'U: pending Request':
      // Nobody can hear a Floor Release before the call is up.
      if (!state.established) return { state: { ...state, name: 'Start-stop' }, effects: [stop('T101')] };
      return releasing(state, stop('T101'));
    // 6.2.4.9: and while queued
    case 'U: queued':
      return releasing(state, stop('T104'), stop('T132'));
    // 6.2.4.5: Send Floor Release
    case 'U: has permission':
      return releasing(state, { kind: 'media', on: false });
    default:
      return same(state);
  }
}

function acknowledged(state: ParticipantState, message: FloorMessage): Next {
  if (state.name === 'Start-stop' || state.name === 'Releasing') return same(state);
  const step = messageStep(state, message);
  // 8.2.2: the first bit of the subtype asks for a Floor Ack, whatever else the message does here
  if (!message.ackRequired) return step;
  const ack = floorAck(message, state.settings.ssrc, FLOOR_SOURCE.PARTICIPANT);
  return { ...step, effects: [send(ack), ...step.effects] };
}

function rtp(state: ParticipantState): Next {
  switch (state.name) {
    // 6.2.4.3, 6.2.4.4, 6.2.4.9: media of another participant; T103 runs as long as it comes
    case 'U: has no permission':
    case 'U: pending Request':
    case 'U: queued':
      return { state: { ...state, hearing: true }, effects: [startT103(state)] };
    // 6.2.4.6: another one's media says that the release was heard
    case 'U: pending Release':
      return {
        state: { ...state, name: 'U: has no permission', hearing: true },
        effects: [stop('T100'), startT103(state)],
      };
    default:
      return same(state);
  }
}

function expired(state: ParticipantState, timer: ParticipantTimer): Next {
  switch (timer) {
    // 6.2.4.4: T101 expired, C101 counts
    case 'T101':
      if (state.name !== 'U: pending Request') return same(state);
      // Not up yet: the INVITE is the request, and its repetitions are SIP's.
      if (!state.established) return inviteSent({ ...state, name: 'Start-stop' }, true);
      if (state.c101 >= C101) return unanswered(state, 'request-unanswered');
      return { state: { ...state, c101: state.c101 + 1 }, effects: requesting(state) };
    // 6.2.4.6: T100 expired, C100 counts
    case 'T100':
      if (state.name !== 'U: pending Release') return same(state);
      if (state.c100 >= C100) return unanswered(state, 'release-unanswered');
      return { state: { ...state, c100: state.c100 + 1 }, effects: letting(state) };
    // 6.2.4.9: T104 expired, C104 counts
    case 'T104':
      if (state.name !== 'U: queued' || state.c104 >= C104) return same(state);
      return { state: { ...state, c104: state.c104 + 1 }, effects: asking(state) };
    // 6.2.4.3: the talk burst counts as ended
    case 'T103':
      if (!state.hearing) return same(state);
      return { state: { ...state, hearing: false }, effects: [{ kind: 'inform', news: 'burst-ended' }] };
    // 6.2.4.9: nobody took the floor that the queue gave
    case 'T132':
      return state.offered ? releasing(state) : same(state);
  }
}

function unanswered(state: ParticipantState, news: 'request-unanswered' | 'release-unanswered'): Next {
  return { state: { ...state, name: 'U: has no permission' }, effects: [{ kind: 'inform', news }] };
}
