import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { startTimer, stopTimer } from './timers.ts';

/**
 * The watch over a session whose length was agreed (RFC 4028 10): the refresher sends INVITE or UPDATE when half of the
 * interval is over, the other side ends the session shortly before it expires if no refresh came.
 */
export type SessionTimer = 'refresh' | 'expire';

export interface SessionTimerState {
  readonly name: 'unlimited' | 'waiting' | 'refreshing' | 'over';
  readonly intervalMs: number;
  readonly weRefresh: boolean;
}

export type SessionTimerEvent =
  /** A 2xx to INVITE or UPDATE was sent or received; undefined terms: it had no Session-Expires. */
  | {
      readonly kind: 'agreed';
      readonly terms: { readonly intervalS: number; readonly weRefresh: boolean } | undefined;
    }
  /** Our refresh got a final response other than 2xx, or none at all (408). */
  | { readonly kind: 'refresh-failed'; readonly status: number }
  /** The session ended for another reason. */
  | { readonly kind: 'ended' }
  | TimerFired<SessionTimer>;

export type SessionTimerEffect =
  /** Send UPDATE or INVITE with the same terms; its outcome comes back as `agreed` or `refresh-failed`. */
  | { readonly kind: 'refresh' }
  /** Send BYE. */
  | { readonly kind: 'expire' }
  | StartTimer<SessionTimer>
  | StopTimer<SessionTimer>;

type Effects = readonly SessionTimerEffect[];
type SessionTimerStep = Step<SessionTimerState, SessionTimerEffect>;

export const noSessionTimer: SessionTimerState = { name: 'unlimited', intervalMs: 0, weRefresh: false };

const stopBoth: Effects = [stopTimer('refresh'), stopTimer('expire')];

export function sessionTimer(state: SessionTimerState, event: SessionTimerEvent): SessionTimerStep {
  if (state.name === 'over') return { state, effects: [] };
  switch (event.kind) {
    case 'agreed':
      return onAgreed(state, event.terms);
    case 'refresh-failed':
      return onRefreshFailed(state, event.status);
    case 'ended':
      return { state: { ...state, name: 'over' }, effects: state.name === 'unlimited' ? [] : stopBoth };
    case 'timer':
      return event.timer === 'refresh' ? onRefresh(state) : onExpire(state);
  }
}

function onAgreed(
  state: SessionTimerState,
  terms: { readonly intervalS: number; readonly weRefresh: boolean } | undefined,
): SessionTimerStep {
  // RFC 4028 7.2: without Session-Expires in the 2xx the session does not expire, even if it did before.
  if (terms === undefined) return { state: noSessionTimer, effects: state.name === 'unlimited' ? [] : stopBoth };
  const intervalMs = terms.intervalS * 1000;
  const next: SessionTimerState = { name: 'waiting', intervalMs, weRefresh: terms.weRefresh };
  // RFC 4028 10: the refresh at half of the interval; the end before it is over, for both sides.
  const refresh = terms.weRefresh ? startTimer('refresh' as const, intervalMs / 2) : stopTimer('refresh' as const);
  return { state: next, effects: [refresh, startTimer('expire', intervalMs - marginMs(intervalMs))] };
}

/** RFC 4028 10: the smaller of 32 seconds and a third of the interval. */
function marginMs(intervalMs: number): number {
  return Math.min(32_000, intervalMs / 3);
}

function onRefresh(state: SessionTimerState): SessionTimerStep {
  if (state.name !== 'waiting' || !state.weRefresh) return { state, effects: [] };
  return { state: { ...state, name: 'refreshing' }, effects: [{ kind: 'refresh' }] };
}

function onRefreshFailed(state: SessionTimerState, status: number): SessionTimerStep {
  if (state.name !== 'refreshing') return { state, effects: [] };
  // RFC 4028 10: the peer is gone.
  if (status === 408 || status === 481) return over(state, [stopTimer('expire')]);
  // RFC 4028 10: any other failure (491, 500) leaves the session as it was: tried again while there is time.
  return { state: { ...state, name: 'waiting' }, effects: [startTimer('refresh', marginMs(state.intervalMs) / 4)] };
}

function onExpire(state: SessionTimerState): SessionTimerStep {
  if (state.name === 'unlimited') return { state, effects: [] };
  // RFC 4028 10: BYE, slightly before the session expires.
  return over(state, [stopTimer('refresh')]);
}

function over(state: SessionTimerState, effects: Effects): SessionTimerStep {
  return { state: { ...state, name: 'over' }, effects: [...effects, { kind: 'expire' }] };
}
