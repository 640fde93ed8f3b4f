/**
 * The shape of every machine here: a pure function from a state and an event to the next state and the effects that the
 * caller performs, in their order. No clocks, sockets or timers inside; `nowMs` is monotonic.
 */
export interface Step<S, F> {
  readonly state: S;
  readonly effects: readonly F[];
}

export type Machine<S, E, F> = (state: S, event: E, nowMs: number) => Step<S, F>;

/** Effect: (re)starts the timer of that name; what was running under the name is forgotten. */
export interface StartTimer<N extends string> {
  readonly kind: 'start-timer';
  readonly timer: N;
  readonly delayMs: number;
}

/** Effect: the timer of that name, if it runs, will not fire. */
export interface StopTimer<N extends string> {
  readonly kind: 'stop-timer';
  readonly timer: N;
}

/** Event: that timer fired. A machine ignores a timer that its state does not wait for. */
export interface TimerFired<N extends string> {
  readonly kind: 'timer';
  readonly timer: N;
}
