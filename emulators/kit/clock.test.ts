import { describe, expect, test } from 'vitest';
import { every, systemClock } from './clock.ts';
import { simulatedClock } from './simulated-clock.ts';

describe('system clock', () => {
  test('runs an act after its delay, and not when it was taken back', async () => {
    const seen: string[] = [];
    const before = systemClock.nowMs();
    await new Promise<void>((resolve) => {
      const takeBack = systemClock.after(5, () => seen.push('taken back'));
      systemClock.after(10, () => seen.push('first'));
      systemClock.after(20, resolve);
      takeBack();
    });
    expect(seen).toEqual(['first']);
    expect(systemClock.nowMs() - before).toBeGreaterThanOrEqual(18);
  });

  test('a delay beyond what setTimeout can hold does not fire at once', async () => {
    let fired = false;
    const takeBack = systemClock.after(2 ** 40, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    takeBack();
    expect(fired).toBe(false);
  });
});

describe('every', () => {
  test('keeps its period although each act takes time', () => {
    const clock = simulatedClock();
    const at: number[] = [];
    const stop = every(clock, 20, () => at.push(clock.nowMs()));
    clock.advance(25);
    clock.sleep(17);
    clock.advance(40);
    expect(at).toEqual([20, 42, 60, 80]);
    stop();
    clock.advance(100);
    expect(at).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });

  test('can be stopped from within the act', () => {
    const clock = simulatedClock();
    let count = 0;
    const stop = every(clock, 20, () => {
      count += 1;
      stop();
    });
    clock.advance(100);
    expect(count).toBe(1);
  });
});
