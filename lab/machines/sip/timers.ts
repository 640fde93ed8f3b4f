import type { StartTimer, StopTimer } from '../step.ts';

/** RFC 3261 17.1.1.1, 17.1.2.2: round-trip estimate, longest interval of repetition, life of a message in the network. */
export interface SipTimerValues {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t4Ms: number;
}

/** RFC 3261 table 4: the values that hold unless configuration says otherwise. */
export const standardTimers: SipTimerValues = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

/** 64*T1: timers B, F, H, J, L and M, and what the user agent core waits for an ACK. */
export function transactionLifeMs(timers: SipTimerValues): number {
  return 64 * timers.t1Ms;
}

export function startTimer<N extends string>(timer: N, delayMs: number): StartTimer<N> {
  return { kind: 'start-timer', timer, delayMs };
}

export function stopTimer<N extends string>(timer: N): StopTimer<N> {
  return { kind: 'stop-timer', timer };
}
