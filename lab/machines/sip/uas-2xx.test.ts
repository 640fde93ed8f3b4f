import { describe, expect, test } from 'vitest';
import { request, response, simulate, timers, times, words } from './test-messages.ts';
import { startUas2xx, type Uas2xxEvent, type Uas2xxState, uas2xx } from './uas-2xx.ts';

const start = startUas2xx(response(request('INVITE'), 200), timers);
const after = (event: Uas2xxEvent): Uas2xxState => uas2xx(start.state, event).state;

const states: Record<string, Uas2xxState> = {
  waiting: start.state,
  acknowledged: after({ kind: 'ack' }),
  'given-up': after({ kind: 'timer', timer: 'give-up' }),
};
const events: Record<string, Uas2xxEvent> = {
  ack: { kind: 'ack' },
  repeat: { kind: 'timer', timer: 'repeat' },
  'give-up': { kind: 'timer', timer: 'give-up' },
};

describe('every state and event', () => {
  test.each([
    ['waiting', 'ack', 'acknowledged', ['stop-timer repeat', 'stop-timer give-up', 'acknowledged']],
    ['waiting', 'repeat', 'waiting', ['send', 'start-timer repeat 1000']],
    ['waiting', 'give-up', 'given-up', ['stop-timer repeat', 'give-up']],
    ['acknowledged', 'ack', 'acknowledged', []],
    ['acknowledged', 'repeat', 'acknowledged', []],
    ['acknowledged', 'give-up', 'acknowledged', []],
    ['given-up', 'ack', 'given-up', []],
    ['given-up', 'repeat', 'given-up', []],
    ['given-up', 'give-up', 'given-up', []],
  ])('%s, %s', (state, event, next, effects) => {
    const step = uas2xx(states[state] ?? start.state, events[event] ?? { kind: 'ack' });
    expect(step.state.name).toBe(next);
    expect(words(step.effects)).toEqual(effects);
  });
});

describe('in time (RFC 3261 13.3.1.4)', () => {
  test('no ACK: eleven 2xx at T1 doubling to T2, given up at 64*T1', () => {
    const { trace, endMs } = simulate(uas2xx, start);
    expect(times(trace, 'send')).toEqual([0, 1, 3, 7, 15, 23, 31, 39, 47, 55, 63].map((n) => n * timers.t1Ms));
    expect(times(trace, 'give-up')).toEqual([32_000]);
    expect(endMs).toBe(32_000);
  });

  test('the same number of copies at the fast timers of the lab', () => {
    const fast = startUas2xx(start.state.response, { t1Ms: 100, t2Ms: 800, t4Ms: 1000 });
    expect(times(simulate(uas2xx, fast).trace, 'send')).toHaveLength(11);
  });

  test('the ACK ends it', () => {
    const { trace, endMs } = simulate(uas2xx, start, [{ atMs: 1600, event: { kind: 'ack' } }]);
    expect(times(trace, 'send')).toEqual([0, 500, 1500]);
    expect(times(trace, 'acknowledged')).toEqual([1600]);
    expect(endMs).toBe(1600);
  });
});
