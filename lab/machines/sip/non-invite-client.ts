import type { SipRequest, SipResponse } from '../../wire/sip/message.ts';
import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { type SipTimerValues, startTimer, stopTimer, transactionLifeMs } from './timers.ts';

/** Client transaction of every method but INVITE and ACK, over UDP (RFC 3261 17.1.2). */
export type NonInviteClientTimer = 'E' | 'F' | 'K';

export interface NonInviteClientState {
  readonly name: 'trying' | 'proceeding' | 'completed' | 'terminated';
  readonly request: SipRequest;
  readonly timers: SipTimerValues;
  readonly intervalMs: number;
}

export type NonInviteClientEvent =
  | { readonly kind: 'response'; readonly response: SipResponse }
  | { readonly kind: 'transport-error' }
  | TimerFired<NonInviteClientTimer>;

export type NonInviteClientEffect =
  | { readonly kind: 'send'; readonly message: SipRequest }
  | { readonly kind: 'deliver'; readonly response: SipResponse }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'transport-error' }
  /** The machine is over, with whatever timers still run. */
  | { readonly kind: 'terminated' }
  | StartTimer<NonInviteClientTimer>
  | StopTimer<NonInviteClientTimer>;

type Effects = readonly NonInviteClientEffect[];
type NonInviteClientStep = Step<NonInviteClientState, NonInviteClientEffect>;

export function startNonInviteClient(request: SipRequest, timers: SipTimerValues): NonInviteClientStep {
  // RFC 3261 17.1.2.2: timer F with 64*T1, timer E with T1 (unreliable transport).
  return {
    state: { name: 'trying', request, timers, intervalMs: timers.t1Ms },
    effects: [
      { kind: 'send', message: request },
      startTimer('F', transactionLifeMs(timers)),
      startTimer('E', timers.t1Ms),
    ],
  };
}

export function nonInviteClient(state: NonInviteClientState, event: NonInviteClientEvent): NonInviteClientStep {
  switch (event.kind) {
    case 'response':
      return onResponse(state, event.response);
    case 'transport-error':
      // RFC 3261 17.1.2.2: in Trying and Proceeding, where something is sent.
      return waits(state) ? ended(state, [{ kind: 'transport-error' }]) : stay(state);
    case 'timer':
      return onTimer(state, event.timer);
  }
}

function onResponse(state: NonInviteClientState, response: SipResponse): NonInviteClientStep {
  // RFC 3261 17.1.2.2: Completed is there to absorb repeated final responses.
  if (!waits(state)) return stay(state);
  if (response.status < 200) {
    return { state: { ...state, name: 'proceeding' }, effects: [{ kind: 'deliver', response }] };
  }
  // RFC 3261 17.1.2.2: timer K with T4.
  return {
    state: { ...state, name: 'completed' },
    effects: [stopTimer('E'), stopTimer('F'), startTimer('K', state.timers.t4Ms), { kind: 'deliver', response }],
  };
}

function onTimer(state: NonInviteClientState, timer: NonInviteClientTimer): NonInviteClientStep {
  if (timer === 'E' && waits(state)) {
    const { t2Ms } = state.timers;
    // RFC 3261 17.1.2.2: doubling up to T2 while Trying, T2 at once in Proceeding.
    const intervalMs = state.name === 'trying' ? Math.min(state.intervalMs * 2, t2Ms) : t2Ms;
    return {
      state: { ...state, intervalMs },
      effects: [{ kind: 'send', message: state.request }, startTimer('E', intervalMs)],
    };
  }
  // RFC 3261 17.1.2.2: as if 408 had come.
  if (timer === 'F' && waits(state)) return ended(state, [{ kind: 'timeout' }]);
  if (timer === 'K' && state.name === 'completed') return ended(state, []);
  return stay(state);
}

function waits(state: NonInviteClientState): boolean {
  return state.name === 'trying' || state.name === 'proceeding';
}

function ended(state: NonInviteClientState, why: Effects): NonInviteClientStep {
  return { state: { ...state, name: 'terminated' }, effects: [...why, { kind: 'terminated' }] };
}

function stay(state: NonInviteClientState): NonInviteClientStep {
  return { state, effects: [] };
}
