import type { SipRequest, SipResponse } from '../../wire/sip/message.ts';
import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { type SipTimerValues, startTimer, stopTimer, transactionLifeMs } from './timers.ts';

/** Server transaction of every method but INVITE and ACK, over UDP (RFC 3261 17.2.2). */
export type NonInviteServerTimer = 'J' | 'unanswered';

export interface NonInviteServerState {
  readonly name: 'trying' | 'proceeding' | 'completed' | 'terminated';
  readonly request: SipRequest;
  readonly timers: SipTimerValues;
  /** What a repeated request is answered with. */
  readonly last: SipResponse | undefined;
}

export type NonInviteServerEvent =
  /** The request again. */
  | { readonly kind: 'request' }
  /** From the transaction user. */
  | { readonly kind: 'respond'; readonly response: SipResponse }
  | { readonly kind: 'transport-error' }
  | TimerFired<NonInviteServerTimer>;

export type NonInviteServerEffect =
  | { readonly kind: 'send'; readonly message: SipResponse }
  /** What the user wanted to send is not sent: a final response was given already. */
  | { readonly kind: 'refuse'; readonly response: SipResponse }
  | { readonly kind: 'transport-error' }
  /** The machine is over, with whatever timers still run. */
  | { readonly kind: 'terminated' }
  | StartTimer<NonInviteServerTimer>
  | StopTimer<NonInviteServerTimer>;

type NonInviteServerStep = Step<NonInviteServerState, NonInviteServerEffect>;

/** The request itself is passed to the user by the caller. */
export function startNonInviteServer(request: SipRequest, timers: SipTimerValues): NonInviteServerStep {
  // RFC 4320 4.2: after 64*T1 the client has given up and an answer helps nobody; a user that never answers must not
  // keep the transaction for ever.
  return {
    state: { name: 'trying', request, timers, last: undefined },
    effects: [startTimer('unanswered', transactionLifeMs(timers))],
  };
}

export function nonInviteServer(state: NonInviteServerState, event: NonInviteServerEvent): NonInviteServerStep {
  switch (event.kind) {
    case 'request':
      // RFC 3261 17.2.2: nothing in Trying; the provisional or the final response again later on.
      if (state.last === undefined || state.name === 'terminated') return stay(state);
      return { state, effects: [{ kind: 'send', message: state.last }] };
    case 'respond':
      return onRespond(state, event.response);
    case 'transport-error':
      // RFC 6026 8.8: the user is told, the state stays.
      return state.name === 'terminated' ? stay(state) : { state, effects: [{ kind: 'transport-error' }] };
    case 'timer':
      return onTimer(state, event.timer);
  }
}

function onRespond(state: NonInviteServerState, response: SipResponse): NonInviteServerStep {
  // RFC 3261 17.2.2: in Completed whatever the user still gives is thrown away.
  if (state.name === 'completed' || state.name === 'terminated') {
    return { state, effects: [{ kind: 'refuse', response }] };
  }
  const send: NonInviteServerEffect = { kind: 'send', message: response };
  if (response.status < 200) return { state: { ...state, name: 'proceeding', last: response }, effects: [send] };
  // RFC 3261 17.2.2: timer J with 64*T1 (unreliable transport) absorbs repetitions of the request.
  return {
    state: { ...state, name: 'completed', last: response },
    effects: [send, stopTimer('unanswered'), startTimer('J', transactionLifeMs(state.timers))],
  };
}

function onTimer(state: NonInviteServerState, timer: NonInviteServerTimer): NonInviteServerStep {
  const over = timer === 'J' ? state.name === 'completed' : state.name === 'trying' || state.name === 'proceeding';
  if (!over) return stay(state);
  return { state: { ...state, name: 'terminated' }, effects: [{ kind: 'terminated' }] };
}

function stay(state: NonInviteServerState): NonInviteServerStep {
  return { state, effects: [] };
}
