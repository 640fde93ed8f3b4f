import type { SipRequest, SipResponse } from '../../wire/sip/message.ts';
import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { makeResponse } from './response.ts';
import { type SipTimerValues, startTimer, stopTimer, transactionLifeMs } from './timers.ts';

/** INVITE server transaction over UDP (RFC 3261 17.2.1 as changed by RFC 6026 7.1 and 8.5 to 8.7). */
export type InviteServerTimer = 'trying' | 'G' | 'H' | 'I' | 'L';

export interface InviteServerState {
  readonly name: 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';
  readonly invite: SipRequest;
  readonly timers: SipTimerValues;
  readonly intervalMs: number;
  /** What a repeated INVITE is answered with. */
  readonly last: SipResponse | undefined;
}

export type InviteServerEvent =
  /** The INVITE again. */
  | { readonly kind: 'request' }
  | { readonly kind: 'ack'; readonly ack: SipRequest }
  /** From the transaction user. */
  | { readonly kind: 'respond'; readonly response: SipResponse }
  | { readonly kind: 'transport-error' }
  | TimerFired<InviteServerTimer>;

export type InviteServerEffect =
  | { readonly kind: 'send'; readonly message: SipResponse }
  /** The ACK of a 2xx that came with the branch of the INVITE. */
  | { readonly kind: 'deliver-ack'; readonly ack: SipRequest }
  /** What the user wanted to send is not sent: the state does not allow it. */
  | { readonly kind: 'refuse'; readonly response: SipResponse }
  /** No ACK for a final response other than 2xx. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'transport-error' }
  /** The machine is over, with whatever timers still run. */
  | { readonly kind: 'terminated' }
  | StartTimer<InviteServerTimer>
  | StopTimer<InviteServerTimer>;

type Effects = readonly InviteServerEffect[];
type InviteServerStep = Step<InviteServerState, InviteServerEffect>;

/** The INVITE itself is passed to the user by the caller. `tryingAfterMs` is 200 in RFC 3261 17.2.1; 0 answers at once. */
export function startInviteServer(invite: SipRequest, timers: SipTimerValues, tryingAfterMs: number): InviteServerStep {
  const state: InviteServerState = {
    name: 'proceeding',
    invite,
    timers,
    intervalMs: timers.t1Ms,
    last: undefined,
  };
  return tryingAfterMs <= 0 ? sendTrying(state) : { state, effects: [startTimer('trying', tryingAfterMs)] };
}

export function inviteServer(state: InviteServerState, event: InviteServerEvent): InviteServerStep {
  switch (event.kind) {
    case 'request':
      return onRepeatedInvite(state);
    case 'ack':
      return onAck(state, event.ack);
    case 'respond':
      return onRespond(state, event.response);
    case 'transport-error':
      // RFC 6026 8.8: the user is told, the state stays; the timers end what nobody answers.
      return state.name === 'terminated' ? stay(state) : { state, effects: [{ kind: 'transport-error' }] };
    case 'timer':
      return onTimer(state, event.timer);
  }
}

function onRepeatedInvite(state: InviteServerState): InviteServerStep {
  switch (state.name) {
    // RFC 3261 17.2.1: the latest provisional response again, or the final one.
    case 'proceeding':
    case 'completed':
      return state.last === undefined ? stay(state) : { state, effects: [{ kind: 'send', message: state.last }] };
    // RFC 6026 7.1: absorbed; the user repeats its 2xx by itself.
    case 'accepted':
    case 'confirmed':
    case 'terminated':
      return stay(state);
  }
}

function onAck(state: InviteServerState, ack: SipRequest): InviteServerStep {
  switch (state.name) {
    case 'completed':
      // RFC 3261 17.2.1: no more repetitions; timer I absorbs further ACKs for T4.
      return {
        state: { ...state, name: 'confirmed' },
        effects: [stopTimer('G'), stopTimer('H'), startTimer('I', state.timers.t4Ms)],
      };
    case 'accepted':
      // RFC 6026 7.1: an ACK that matches in Accepted is the user's.
      return { state, effects: [{ kind: 'deliver-ack', ack }] };
    case 'proceeding':
    case 'confirmed':
    case 'terminated':
      return stay(state);
  }
}

function onRespond(state: InviteServerState, response: SipResponse): InviteServerStep {
  const { status } = response;
  const send: InviteServerEffect = { kind: 'send', message: response };
  if (state.name === 'accepted' && status >= 200 && status < 300) {
    // RFC 6026 7.1: further 2xx from the user (repeated, or of another fork) go out as they come.
    return { state, effects: [send] };
  }
  if (state.name !== 'proceeding') return { state, effects: [{ kind: 'refuse', response }] };
  const answered: Effects = [stopTimer('trying'), send];
  // RFC 3261 17.2.1: provisional responses are sent, not repeated.
  if (status < 200) return { state: { ...state, last: response }, effects: answered };
  const lifeMs = transactionLifeMs(state.timers);
  if (status < 300) {
    // RFC 6026 8.5: Accepted for 64*T1 (timer L).
    return { state: { ...state, name: 'accepted', last: response }, effects: [...answered, startTimer('L', lifeMs)] };
  }
  // RFC 3261 17.2.1: timer G repeats (unreliable transport), timer H gives up.
  return {
    state: { ...state, name: 'completed', last: response },
    effects: [...answered, startTimer('G', state.timers.t1Ms), startTimer('H', lifeMs)],
  };
}

function onTimer(state: InviteServerState, timer: InviteServerTimer): InviteServerStep {
  const { name } = state;
  if (timer === 'trying' && name === 'proceeding' && state.last === undefined) return sendTrying(state);
  if (timer === 'G' && name === 'completed' && state.last !== undefined) {
    // RFC 3261 17.2.1: intervals double up to T2.
    const intervalMs = Math.min(state.intervalMs * 2, state.timers.t2Ms);
    return {
      state: { ...state, intervalMs },
      effects: [{ kind: 'send', message: state.last }, startTimer('G', intervalMs)],
    };
  }
  // RFC 3261 17.2.1: the ACK never came.
  if (timer === 'H' && name === 'completed') return ended(state, [{ kind: 'timeout' }]);
  if (timer === 'I' && name === 'confirmed') return ended(state, []);
  if (timer === 'L' && name === 'accepted') return ended(state, []);
  return stay(state);
}

function sendTrying(state: InviteServerState): InviteServerStep {
  const trying = makeResponse(state.invite, 100);
  return { state: { ...state, last: trying }, effects: [{ kind: 'send', message: trying }] };
}

function ended(state: InviteServerState, why: Effects): InviteServerStep {
  return { state: { ...state, name: 'terminated' }, effects: [...why, { kind: 'terminated' }] };
}

function stay(state: InviteServerState): InviteServerStep {
  return { state, effects: [] };
}
