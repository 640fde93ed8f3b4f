/** Moves of the floor participant that more than one event makes. */
import type { FloorMessage } from '../../wire/floor/message.ts';
import type { Step } from '../step.ts';
import { floorMessage, floorRelease, floorRequest } from './messages.ts';
import type { ParticipantEffect, ParticipantState, ParticipantTimer } from './participant-state.ts';

export type Next = Step<ParticipantState, ParticipantEffect>;

export function same(state: ParticipantState): Next {
  return { state, effects: [] };
}

export function send(message: FloorMessage): ParticipantEffect {
  return { kind: 'send', message };
}

export function stop(timer: ParticipantTimer): ParticipantEffect {
  return { kind: 'stop-timer', timer };
}

export function startT103(state: ParticipantState): ParticipantEffect {
  return { kind: 'start-timer', timer: 'T103', delayMs: state.settings.timers.t103Ms };
}

/** The message that U: pending Request repeats (TS 24.380 6.2.4.3, 6.2.4.4), and its timer. */
export function requesting(state: ParticipantState): ParticipantEffect[] {
  const { ssrc, priority, indicator, timers } = state.settings;
  return [
    send(floorRequest(ssrc, priority, indicator)),
    { kind: 'start-timer', timer: 'T101', delayMs: timers.t101Ms },
  ];
}

/** The message that U: pending Release repeats (TS 24.380 6.2.4.5, 6.2.4.6), and its timer. */
export function letting(state: ParticipantState): ParticipantEffect[] {
  const { ssrc, indicator, timers } = state.settings;
  return [send(floorRelease(ssrc, indicator)), { kind: 'start-timer', timer: 'T100', delayMs: timers.t100Ms }];
}

/** The message that U: queued repeats (TS 24.380 6.2.4.9), and its timer. */
export function asking(state: ParticipantState): ParticipantEffect[] {
  const { ssrc, timers } = state.settings;
  return [
    send(floorMessage('Floor Queue Position Request', ssrc, [])),
    { kind: 'start-timer', timer: 'T104', delayMs: timers.t104Ms },
  ];
}

/** Sends Floor Release and goes on to U: pending Release. */
export function releasing(state: ParticipantState, ...before: ParticipantEffect[]): Next {
  return {
    state: { ...state, name: 'U: pending Release', c100: 1, offered: false },
    effects: [...before, ...letting(state)],
  };
}

/** The floor is this participant's: media is sent with the SSRC that the server gave, if it gave one. */
export function permitted(
  state: ParticipantState,
  ssrc: number | undefined,
  durationS: number | undefined,
  ...before: ParticipantEffect[]
): Next {
  const mediaSsrc = ssrc ?? state.settings.ssrc;
  return {
    state: { ...state, name: 'U: has permission', mediaSsrc, offered: false, hearing: false },
    effects: [
      ...before,
      stop('T103'),
      { kind: 'inform', news: 'granted' },
      { kind: 'media', on: true, ssrc: mediaSsrc, durationS },
    ],
  };
}
