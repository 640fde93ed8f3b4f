/**
 * Time as emulators know it: monotonic milliseconds, and the only place of the cast that owns `setTimeout`. Tests hand
 * in a clock of their own.
 */
export interface Clock {
  /** Monotonic milliseconds; the zero is the start of the process. */
  readonly nowMs: () => number;
  /** Runs `act` once after `delayMs`; the answer takes it back (harmless afterwards). */
  readonly after: (delayMs: number, act: () => void) => () => void;
}

/** The longest that `setTimeout` can wait; beyond it would fire at once. */
const longestMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, act) => {
    const timer = setTimeout(act, Math.min(delayMs, longestMs));
    return () => clearTimeout(timer);
  },
};

/** A clock whose timers all end together: what is closed must not act any more. */
export function endingClock(clock: Clock): Clock & { readonly end: () => void } {
  const pending = new Set<() => void>();
  let ended = false;
  return {
    nowMs: clock.nowMs,
    after: (delayMs, act) => {
      if (ended) return () => undefined;
      const cancel = clock.after(delayMs, () => {
        pending.delete(cancel);
        act();
      });
      pending.add(cancel);
      return () => {
        pending.delete(cancel);
        cancel();
      };
    },
    end: () => {
      ended = true;
      for (const cancel of pending) cancel();
      pending.clear();
    },
  };
}

/** Runs `act` every `periodMs` until taken back; the period does not drift with the length of the act. */
export function every(clock: Clock, periodMs: number, act: () => void): () => void {
  let due = clock.nowMs() + periodMs;
  const run = () => {
    due += periodMs;
    stop = clock.after(Math.max(0, due - clock.nowMs()), run);
    act();
  };
  let stop = clock.after(periodMs, run);
  return () => stop();
}
