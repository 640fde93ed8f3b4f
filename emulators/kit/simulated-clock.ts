import type { Clock } from './clock.ts';

/** A clock that only moves when told to: for tests of what runs on `Clock`. */
export interface SimulatedClock extends Clock {
  /** Lets time pass, every due act at its own time. */
  advance(ms: number): void;
  /** Lets time pass while the process is busy: what was due comes late, at the end of it. */
  sleep(ms: number): void;
  /** Acts that still wait. */
  readonly pending: number;
}

export function simulatedClock(): SimulatedClock {
  let now = 0;
  let order = 0;
  const waiting = new Map<number, { readonly dueMs: number; readonly act: () => void }>();

  const runDue = (untilMs: number, jump: boolean) => {
    for (;;) {
      const due = [...waiting].filter(([, { dueMs }]) => dueMs <= untilMs);
      const first = due.sort((a, b) => a[1].dueMs - b[1].dueMs || a[0] - b[0])[0];
      if (first === undefined) return;
      waiting.delete(first[0]);
      if (!jump) now = Math.max(now, first[1].dueMs);
      first[1].act();
    }
  };
  return {
    nowMs: () => now,
    after: (delayMs, act) => {
      order += 1;
      const id = order;
      waiting.set(id, { dueMs: now + Math.max(0, delayMs), act });
      return () => waiting.delete(id);
    },
    advance: (ms) => {
      const target = now + ms;
      runDue(target, false);
      now = target;
    },
    sleep: (ms) => {
      now += ms;
      runDue(now, true);
    },
    get pending() {
      return waiting.size;
    },
  };
}
