import type { SipResponse } from '../../wire/sip/message.ts';
import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { type SipTimerValues, startTimer, stopTimer, transactionLifeMs } from './timers.ts';

/**
 * RFC 3261 13.3.1.4: the user agent server itself repeats its 2xx to an INVITE, at intervals of T1 that double up to T2,
 * until the ACK comes; after 64*T1 without one it gives the session up (with a BYE, which is the caller's).
 */
export type Uas2xxTimer = 'repeat' | 'give-up';

export interface Uas2xxState {
  readonly name: 'waiting' | 'acknowledged' | 'given-up';
  readonly response: SipResponse;
  readonly timers: SipTimerValues;
  readonly intervalMs: number;
}

export type Uas2xxEvent = TimerFired<Uas2xxTimer> | { readonly kind: 'ack' };

export type Uas2xxEffect =
  | { readonly kind: 'send'; readonly message: SipResponse }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'give-up' }
  | StartTimer<Uas2xxTimer>
  | StopTimer<Uas2xxTimer>;

type Uas2xxStep = Step<Uas2xxState, Uas2xxEffect>;

export function startUas2xx(response: SipResponse, timers: SipTimerValues): Uas2xxStep {
  return {
    state: { name: 'waiting', response, timers, intervalMs: timers.t1Ms },
    effects: [
      { kind: 'send', message: response },
      startTimer('repeat', timers.t1Ms),
      startTimer('give-up', transactionLifeMs(timers)),
    ],
  };
}

export function uas2xx(state: Uas2xxState, event: Uas2xxEvent): Uas2xxStep {
  // Further ACKs answer further copies of the 2xx.
  if (state.name !== 'waiting') return { state, effects: [] };
  if (event.kind === 'ack') {
    return {
      state: { ...state, name: 'acknowledged' },
      effects: [stopTimer('repeat'), stopTimer('give-up'), { kind: 'acknowledged' }],
    };
  }
  if (event.timer === 'give-up') {
    return { state: { ...state, name: 'given-up' }, effects: [stopTimer('repeat'), { kind: 'give-up' }] };
  }
  const intervalMs = Math.min(state.intervalMs * 2, state.timers.t2Ms);
  return {
    state: { ...state, intervalMs },
    effects: [{ kind: 'send', message: state.response }, startTimer('repeat', intervalMs)],
  };
}
