import { describe, expect, test } from 'vitest';
import type { StartTimer, StopTimer, TimerFired } from '../../lab/machines/step.ts';
import { openLog, silentLog } from './log.ts';
import { runMachine } from './runner.ts';
import { simulatedClock } from './simulated-clock.ts';

type Event = { kind: 'say'; text: string } | { kind: 'stop' } | TimerFired<'tick'>;
type Effect = { kind: 'said'; text: string } | StartTimer<'tick'> | StopTimer<'tick'>;

/** Ticks every 10 ms, repeats what it is told, stops on demand. */
function machine(state: number, event: Event) {
  const effects: Effect[] = [];
  if (event.kind === 'say') effects.push({ kind: 'said', text: event.text });
  if (event.kind === 'stop') effects.push({ kind: 'stop-timer', timer: 'tick' });
  if (event.kind === 'timer') {
    effects.push({ kind: 'said', text: `tick ${state}` }, { kind: 'start-timer', timer: 'tick', delayMs: 10 });
  }
  return { state: event.kind === 'timer' ? state + 1 : state, effects };
}

const start = { state: 0, effects: [{ kind: 'start-timer', timer: 'tick', delayMs: 10 }] satisfies Effect[] };

describe('runner', () => {
  test('performs effects in order and fires timers', () => {
    const clock = simulatedClock();
    const said: string[] = [];
    const perform = (effect: { text: string }) => said.push(`${clock.nowMs()} ${effect.text}`);
    const running = runMachine<number, Event, Effect>({ machine, start, perform, clock, log: silentLog });
    clock.advance(25);
    running.dispatch({ kind: 'say', text: 'x' });
    expect(said).toEqual(['10 tick 0', '20 tick 1', '25 x']);
    expect(running.state).toBe(2);
    running.dispatch({ kind: 'stop' });
    clock.advance(100);
    expect(said).toHaveLength(3);
  });

  test('an event from within an effect waits for the effects before it', () => {
    const said: string[] = [];
    const running = runMachine<number, Event, Effect>({
      machine: (state, event) =>
        event.kind === 'say' && event.text === 'both'
          ? {
              state,
              effects: [
                { kind: 'said', text: 'first' },
                { kind: 'said', text: 'second' },
              ],
            }
          : machine(state, event),
      start: { state: 0, effects: [] },
      perform: ({ text }) => {
        said.push(text);
        if (text === 'first') running.dispatch({ kind: 'say', text: 'nested' });
      },
      clock: simulatedClock(),
      log: silentLog,
    });
    running.dispatch({ kind: 'say', text: 'both' });
    expect(said).toEqual(['first', 'second', 'nested']);
  });

  test('an effect that throws is a fault; the next ones are performed, the machine lives', () => {
    const clock = simulatedClock();
    const log = openLog('x', () => {});
    const said: string[] = [];
    const perform = ({ text }: { text: string }) => {
      if (text === 'tick 0') throw new Error('bug');
      said.push(text);
    };
    runMachine<number, Event, Effect>({ machine, start, perform, clock, log });
    clock.advance(30);
    expect(said).toEqual(['tick 1', 'tick 2']);
    expect(log.faults).toBe(1);
  });

  test('lateness does not add up, and a long sleep is not caught up with', () => {
    const clock = simulatedClock();
    const at: number[] = [];
    const perform = () => at.push(clock.nowMs());
    runMachine<number, Event, Effect>({ machine, start, perform, clock, log: silentLog });
    clock.advance(9);
    clock.sleep(4);
    clock.advance(50 - 13);
    expect(at).toEqual([13, 20, 30, 40, 50]);
    clock.sleep(45);
    clock.advance(20);
    expect(at.slice(5)).toEqual([95, 105, 115]);
  });

  test('nothing happens after stop', () => {
    const clock = simulatedClock();
    const said: string[] = [];
    const perform = ({ text }: { text: string }) => said.push(text);
    const running = runMachine<number, Event, Effect>({ machine, start, perform, clock, log: silentLog });
    running.stop();
    running.dispatch({ kind: 'say', text: 'x' });
    clock.advance(100);
    expect(said).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
