import { header } from '../../wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../wire/sip/message.ts';
import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { ackOfFailure } from './request.ts';
import { type SipTimerValues, startTimer, stopTimer, transactionLifeMs } from './timers.ts';

/**
 * INVITE client transaction over UDP (RFC 3261 17.1.1 as changed by RFC 6026 7.2 and 8.4), and what RFC 3261 9.1 asks of
 * one that is to be cancelled.
 */
export type InviteClientTimer = 'A' | 'B' | 'D' | 'M' | 'cancelled';

export interface InviteClientState {
  readonly name: 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';
  /** As it is on the wire, own Via on top. */
  readonly invite: SipRequest;
  readonly timers: SipTimerValues;
  readonly intervalMs: number;
  /** The ACK of the non-2xx final response, once there is one. */
  readonly ack: SipRequest | undefined;
  /** `wanted`: until a provisional response allows the CANCEL. */
  readonly cancel: 'no' | 'wanted' | 'sent';
}

export type InviteClientEvent =
  | { readonly kind: 'response'; readonly response: SipResponse }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'transport-error' }
  | TimerFired<InviteClientTimer>;

export type InviteClientEffect =
  | { readonly kind: 'send'; readonly message: SipRequest }
  | { readonly kind: 'deliver'; readonly response: SipResponse }
  /** The CANCEL, a transaction of its own, may go now. */
  | { readonly kind: 'send-cancel' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'transport-error' }
  /** The machine is over, with whatever timers still run. */
  | { readonly kind: 'terminated' }
  | StartTimer<InviteClientTimer>
  | StopTimer<InviteClientTimer>;

type Effects = readonly InviteClientEffect[];
type InviteClientStep = Step<InviteClientState, InviteClientEffect>;

export function startInviteClient(invite: SipRequest, timers: SipTimerValues): InviteClientStep {
  // RFC 3261 17.1.1.2: sent once, timer A with T1 (unreliable transport), timer B with 64*T1.
  return {
    state: { name: 'calling', invite, timers, intervalMs: timers.t1Ms, ack: undefined, cancel: 'no' },
    effects: [
      { kind: 'send', message: invite },
      startTimer('A', timers.t1Ms),
      startTimer('B', transactionLifeMs(timers)),
    ],
  };
}

export function inviteClient(state: InviteClientState, event: InviteClientEvent): InviteClientStep {
  switch (event.kind) {
    case 'response':
      return onResponse(state, event.response);
    case 'cancel':
      return onCancel(state);
    case 'transport-error':
      return onTransportError(state);
    case 'timer':
      return onTimer(state, event.timer);
  }
}

function onResponse(state: InviteClientState, response: SipResponse): InviteClientStep {
  const { status } = response;
  switch (state.name) {
    case 'calling':
    case 'proceeding':
      if (status < 200) return onProvisional(state, response);
      return status < 300 ? onSuccess(state, response) : onFailure(state, response);
    case 'completed':
      // RFC 3261 17.1.1.2: a repeated final response is answered with the ACK again, and not passed up.
      if (status < 300 || state.ack === undefined) return stay(state);
      return { state, effects: [{ kind: 'send', message: state.ack }] };
    case 'accepted':
      // RFC 6026 7.2: every 2xx, repeated or from another fork, is passed up; whatever else comes is absorbed.
      return status >= 200 && status < 300 ? { state, effects: [{ kind: 'deliver', response }] } : stay(state);
    case 'terminated':
      return stay(state);
  }
}

function onProvisional(state: InviteClientState, response: SipResponse): InviteClientStep {
  // RFC 3261 17.1.1.2: no more repetitions, and no timer B: a proxy has timer C, a caller has patience.
  const entered: Effects = state.name === 'calling' ? [stopTimer('A'), stopTimer('B')] : [];
  const proceeding: InviteClientState = { ...state, name: 'proceeding' };
  const effects: Effects = [...entered, { kind: 'deliver', response }];
  // RFC 3261 9.1: the first provisional response lets a waiting CANCEL go.
  if (state.cancel !== 'wanted') return { state: proceeding, effects };
  const cancelling = sendCancel(proceeding);
  return { state: cancelling.state, effects: [...effects, ...cancelling.effects] };
}

function onSuccess(state: InviteClientState, response: SipResponse): InviteClientStep {
  // RFC 6026 8.4: Accepted, where timer M lets further 2xx through for 64*T1.
  return {
    state: { ...state, name: 'accepted' },
    effects: [...stopWaiting(state), startTimer('M', transactionLifeMs(state.timers)), { kind: 'deliver', response }],
  };
}

function onFailure(state: InviteClientState, response: SipResponse): InviteClientStep {
  // RFC 3261 17.1.1.3: the transaction makes the ACK, its To is the response's. Timer D is at least 32 s at the
  // standard T1, as long as the server repeats (timer H).
  const ack = ackOfFailure(state.invite, header(response, 'to') ?? '');
  return {
    state: { ...state, name: 'completed', ack },
    effects: [
      ...stopWaiting(state),
      { kind: 'send', message: ack },
      startTimer('D', transactionLifeMs(state.timers)),
      { kind: 'deliver', response },
    ],
  };
}

function stopWaiting(state: InviteClientState): Effects {
  const waiting: Effects = state.name === 'calling' ? [stopTimer('A'), stopTimer('B')] : [];
  return state.cancel === 'sent' ? [...waiting, stopTimer('cancelled')] : waiting;
}

function onCancel(state: InviteClientState): InviteClientStep {
  if (state.cancel !== 'no') return stay(state);
  switch (state.name) {
    case 'calling':
      // RFC 3261 9.1: no CANCEL before a provisional response.
      return { state: { ...state, cancel: 'wanted' }, effects: [] };
    case 'proceeding':
      return sendCancel(state);
    // RFC 3261 9.1: a CANCEL after the final response has no effect; a session is ended with BYE.
    case 'completed':
    case 'accepted':
    case 'terminated':
      return stay(state);
  }
}

function sendCancel(state: InviteClientState): InviteClientStep {
  // RFC 3261 9.1: without a final response within 64*T1 the INVITE counts as cancelled.
  return {
    state: { ...state, cancel: 'sent' },
    effects: [{ kind: 'send-cancel' }, startTimer('cancelled', transactionLifeMs(state.timers))],
  };
}

function onTransportError(state: InviteClientState): InviteClientStep {
  switch (state.name) {
    // RFC 3261 17.1.1.2: the user is told, the transaction is over.
    case 'calling':
    case 'completed':
      return ended(state, [{ kind: 'transport-error' }]);
    // Nothing is sent in these states.
    case 'proceeding':
    case 'accepted':
    case 'terminated':
      return stay(state);
  }
}

function onTimer(state: InviteClientState, timer: InviteClientTimer): InviteClientStep {
  const { name } = state;
  if (timer === 'A' && name === 'calling') {
    // RFC 3261 17.1.1.2: repeated at intervals that double without a limit.
    const intervalMs = state.intervalMs * 2;
    return {
      state: { ...state, intervalMs },
      effects: [{ kind: 'send', message: state.invite }, startTimer('A', intervalMs)],
    };
  }
  // RFC 3261 17.1.1.2: timer B in Calling, and 9.1 after a CANCEL: as if 408 had come.
  if (timer === 'B' && name === 'calling') return ended(state, [{ kind: 'timeout' }]);
  const givenUp = timer === 'cancelled' && name === 'proceeding' && state.cancel === 'sent';
  if (givenUp) return ended(state, [{ kind: 'timeout' }]);
  // RFC 3261 17.1.1.2 and RFC 6026 8.4: nothing more can come.
  if (timer === 'D' && name === 'completed') return ended(state, []);
  if (timer === 'M' && name === 'accepted') return ended(state, []);
  return stay(state);
}

function ended(state: InviteClientState, why: Effects): InviteClientStep {
  return { state: { ...state, name: 'terminated' }, effects: [...why, { kind: 'terminated' }] };
}

function stay(state: InviteClientState): InviteClientStep {
  return { state, effects: [] };
}
