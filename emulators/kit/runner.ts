import type { Machine, StartTimer, Step, StopTimer, TimerFired } from '../../lab/machines/step.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** A pure machine set against real time: its timers run on the clock, its other effects are performed in their order. */
export interface Running<S, E> {
  /** An event that comes while effects are performed waits until they are done. */
  dispatch(event: E): void;
  readonly state: S;
  /** No timer fires and no event counts any more. */
  stop(): void;
}

type TimerEffect = StartTimer<string> | StopTimer<string>;
type Kinded = { readonly kind: string };
/** The effects of a machine that are not about timers. */
export type Performed<F extends Kinded> = Exclude<F, TimerEffect>;

export interface RunnerOptions<S, E, F extends Kinded> {
  readonly machine: Machine<S, E | TimerFired<TimerOf<F>>, F>;
  readonly start: Step<S, F>;
  /** What it throws is logged as a fault; the effects after it are still performed. */
  readonly perform: (effect: Performed<F>) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** `dueMs`: when the timer should have fired; what its step starts counts from there, so that lateness does not add up. */
interface Waiting<E> {
  readonly event: E;
  readonly dueMs: number | undefined;
}

type TimerOf<F> = F extends StartTimer<infer N> ? N : never;

/** The first effects are performed before this returns, so `perform` must not lean on the answer. */
export function runMachine<S, E, F extends Kinded>(options: RunnerOptions<S, E, F>): Running<S, E> {
  const { clock, log } = options;
  const timers = new Map<string, () => void>();
  const waiting: Waiting<E | TimerFired<TimerOf<F>>>[] = [];
  let state = options.start.state;
  let stopped = false;
  let busy = false;
  let dueNow: number | undefined;

  const apply = (effect: F) => {
    if (isStart(effect)) {
      const { timer } = effect;
      const now = clock.nowMs();
      const from = dueNow !== undefined && now - dueNow < effect.delayMs ? dueNow : now;
      const due = from + effect.delayMs;
      timers.get(timer)?.();
      timers.set(
        timer,
        clock.after(due - now, () => {
          timers.delete(timer);
          enter({ kind: 'timer', timer: timer as TimerOf<F> }, due);
        }),
      );
    } else if (isStop(effect)) {
      timers.get(effect.timer)?.();
      timers.delete(effect.timer);
    } else {
      options.perform(effect as Performed<F>);
    }
  };

  const performAll = (effects: readonly F[]) => {
    for (const effect of effects) {
      if (stopped) return;
      try {
        apply(effect);
      } catch (error) {
        log.fault('effect failed', error, { effect: effect.kind });
      }
    }
  };

  const drain = () => {
    for (let next = waiting.shift(); next !== undefined && !stopped; next = waiting.shift()) {
      const step = options.machine(state, next.event, clock.nowMs());
      state = step.state;
      dueNow = next.dueMs;
      performAll(step.effects);
    }
  };

  const enter = (event: E | TimerFired<TimerOf<F>>, dueMs?: number) => {
    if (stopped) return;
    waiting.push({ event, dueMs });
    if (busy) return;
    busy = true;
    try {
      drain();
    } finally {
      busy = false;
    }
  };

  busy = true;
  performAll(options.start.effects);
  drain();
  busy = false;
  return {
    dispatch: (event) => enter(event),
    get state() {
      return state;
    },
    stop: () => {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

function isStart(effect: Kinded): effect is StartTimer<string> {
  return effect.kind === 'start-timer';
}

function isStop(effect: Kinded): effect is StopTimer<string> {
  return effect.kind === 'stop-timer';
}
