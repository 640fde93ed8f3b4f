import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noSessionTimer,
  type SessionTimerEffect,
  type SessionTimerEvent,
  type SessionTimerState,
  sessionTimer,
} from './session-timer.ts';
import { simulate, times, words } from './test-messages.ts';

const agreed = (intervalS: number, weRefresh: boolean): SessionTimerEvent => ({
  kind: 'agreed',
  terms: { intervalS, weRefresh },
});
const unlimited: SessionTimerEvent = { kind: 'agreed', terms: undefined };
const fired = (timer: 'refresh' | 'expire'): SessionTimerEvent => ({ kind: 'timer', timer });
const failed = (status: number): SessionTimerEvent => ({ kind: 'refresh-failed', status });
const after = (...list: SessionTimerEvent[]): SessionTimerState =>
  list.reduce((state, event) => sessionTimer(state, event).state, noSessionTimer);

const states: Record<string, SessionTimerState> = {
  unlimited: noSessionTimer,
  'waiting, we refresh': after(agreed(1800, true)),
  'waiting, they refresh': after(agreed(1800, false)),
  refreshing: after(agreed(1800, true), fired('refresh')),
  over: after(agreed(1800, true), { kind: 'ended' }),
};
const events: Record<string, SessionTimerEvent> = {
  'we refresh': agreed(90, true),
  'they refresh': agreed(90, false),
  'no limit': unlimited,
  'failed 408': failed(408),
  'failed 481': failed(481),
  'failed 491': failed(491),
  ended: { kind: 'ended' },
  refresh: fired('refresh'),
  expire: fired('expire'),
};
const stop = ['stop-timer refresh', 'stop-timer expire'];
const ours = ['start-timer refresh 45000', 'start-timer expire 60000'];
const theirs = ['stop-timer refresh', 'start-timer expire 60000'];
const bye = ['stop-timer refresh', 'expire'];

/** state, event, next state, effects; a pair that is not here changes nothing and does nothing. */
const table: [string, string, string, string[]][] = [
  ['unlimited', 'we refresh', 'waiting', ours],
  ['unlimited', 'they refresh', 'waiting', theirs],
  ['unlimited', 'ended', 'over', []],
  ['waiting, we refresh', 'we refresh', 'waiting', ours],
  ['waiting, we refresh', 'they refresh', 'waiting', theirs],
  ['waiting, we refresh', 'no limit', 'unlimited', stop],
  ['waiting, we refresh', 'ended', 'over', stop],
  ['waiting, we refresh', 'refresh', 'refreshing', ['refresh']],
  ['waiting, we refresh', 'expire', 'over', bye],
  ['waiting, they refresh', 'we refresh', 'waiting', ours],
  ['waiting, they refresh', 'they refresh', 'waiting', theirs],
  ['waiting, they refresh', 'no limit', 'unlimited', stop],
  ['waiting, they refresh', 'ended', 'over', stop],
  ['waiting, they refresh', 'expire', 'over', bye],
  ['refreshing', 'we refresh', 'waiting', ours],
  ['refreshing', 'they refresh', 'waiting', theirs],
  ['refreshing', 'no limit', 'unlimited', stop],
  ['refreshing', 'failed 408', 'over', ['stop-timer expire', 'expire']],
  ['refreshing', 'failed 481', 'over', ['stop-timer expire', 'expire']],
  ['refreshing', 'failed 491', 'waiting', ['start-timer refresh 8000']],
  ['refreshing', 'ended', 'over', stop],
  ['refreshing', 'expire', 'over', bye],
];

describe('every state and event', () => {
  const pairs = Object.keys(states).flatMap((state) => Object.keys(events).map((event) => [state, event] as const));
  test.each(pairs)('%s, %s', (stateName, eventName) => {
    const state = states[stateName];
    const event = events[eventName];
    if (state === undefined || event === undefined) throw new Error('not in the tables');
    const row = table.find(([s, e]) => s === stateName && e === eventName);
    const step = sessionTimer(state, event);
    expect(step.state.name).toBe(row?.[2] ?? state.name);
    expect(words(step.effects)).toEqual(row?.[3] ?? []);
  });
});

const run = (inputs: { atMs: number; event: SessionTimerEvent }[]) =>
  simulate<SessionTimerState, SessionTimerEvent, SessionTimerEffect>(
    sessionTimer,
    { state: noSessionTimer, effects: [] },
    inputs,
  );

describe('in time (RFC 4028 10)', () => {
  test('the refresher acts at half of the interval, again and again', () => {
    const again = [0, 50_010, 100_020].map((atMs) => ({ atMs, event: agreed(100, true) }));
    const { trace } = run([...again, { atMs: 150_021, event: { kind: 'ended' } }]);
    expect(times(trace, 'refresh')).toEqual([50_000, 100_010, 150_020]);
    expect(times(trace, 'expire')).toEqual([]);
  });

  test.each([
    [1800, 1_768_000],
    [90, 60_000],
    [3, 2000],
  ])('%i s unrefreshed: BYE after %i ms', (intervalS, byeMs) => {
    expect(times(run([{ atMs: 0, event: agreed(intervalS, false) }]).trace, 'expire')).toEqual([byeMs]);
  });

  test('a refresh of the peer moves the end', () => {
    const inputs = [0, 45_000].map((atMs) => ({ atMs, event: agreed(90, false) }));
    expect(times(run(inputs).trace, 'expire')).toEqual([105_000]);
  });

  test('refreshes that fail are repeated, until the session expires', () => {
    const inputs = [0, 45_500, 53_500].map((atMs) => ({ atMs, event: atMs === 0 ? agreed(90, true) : failed(491) }));
    const { trace } = run(inputs);
    expect(times(trace, 'refresh')).toEqual([45_000, 53_000]);
    expect(times(trace, 'expire')).toEqual([60_000]);
  });
});

test('whatever comes in whatever order: at most one BYE, and nothing after it', () => {
  const event = fc.constantFrom(...Object.values(events).filter(({ kind }) => kind !== 'timer'));
  fc.assert(
    fc.property(fc.array(fc.record({ atMs: fc.nat(200_000), event }), { maxLength: 20 }), (list) => {
      const { trace, state } = run(list);
      const end = trace.findIndex(({ what }) => what === 'expire');
      if (end !== -1) expect(trace).toHaveLength(end + 1);
      expect(['over', 'unlimited', 'refreshing']).toContain(state.name);
    }),
  );
});
