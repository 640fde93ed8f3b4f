import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type NonInviteClientEvent,
  type NonInviteClientState,
  type NonInviteClientTimer,
  nonInviteClient,
  startNonInviteClient,
} from './non-invite-client.ts';
import { request, response, simulate, timers, times, words } from './test-messages.ts';

const register = request('REGISTER');
const start = startNonInviteClient(register, timers);
const got = (status: number): NonInviteClientEvent => ({ kind: 'response', response: response(register, status) });
const fired = (timer: NonInviteClientTimer): NonInviteClientEvent => ({ kind: 'timer', timer });
const after = (...events: NonInviteClientEvent[]): NonInviteClientState =>
  events.reduce((state, event) => nonInviteClient(state, event).state, start.state);

const states: Record<string, NonInviteClientState> = {
  trying: start.state,
  'trying, repeated': after(fired('E'), fired('E'), fired('E')),
  proceeding: after(got(100)),
  completed: after(got(200)),
  terminated: after(fired('F')),
};
const events: Record<string, NonInviteClientEvent> = {
  '1xx': got(100),
  '2xx': got(200),
  '4xx': got(403),
  'transport-error': { kind: 'transport-error' },
  E: fired('E'),
  F: fired('F'),
  K: fired('K'),
};
const final = ['stop-timer E', 'stop-timer F', 'start-timer K 5000', 'deliver'];

/** state, event, next state, effects; a pair that is not here changes nothing and does nothing. */
const table: [string, string, string, string[]][] = [
  ['trying', '1xx', 'proceeding', ['deliver']],
  ['trying', '2xx', 'completed', final],
  ['trying', '4xx', 'completed', final],
  ['trying', 'transport-error', 'terminated', ['transport-error', 'terminated']],
  ['trying', 'E', 'trying', ['send', 'start-timer E 1000']],
  ['trying', 'F', 'terminated', ['timeout', 'terminated']],
  ['trying, repeated', '1xx', 'proceeding', ['deliver']],
  ['trying, repeated', '2xx', 'completed', final],
  ['trying, repeated', '4xx', 'completed', final],
  ['trying, repeated', 'transport-error', 'terminated', ['transport-error', 'terminated']],
  ['trying, repeated', 'E', 'trying', ['send', 'start-timer E 4000']],
  ['trying, repeated', 'F', 'terminated', ['timeout', 'terminated']],
  ['proceeding', '1xx', 'proceeding', ['deliver']],
  ['proceeding', '2xx', 'completed', final],
  ['proceeding', '4xx', 'completed', final],
  ['proceeding', 'transport-error', 'terminated', ['transport-error', 'terminated']],
  ['proceeding', 'E', 'proceeding', ['send', 'start-timer E 4000']],
  ['proceeding', 'F', 'terminated', ['timeout', 'terminated']],
  ['completed', 'K', 'terminated', ['terminated']],
];

describe('every state and event', () => {
  const pairs = Object.keys(states).flatMap((state) => Object.keys(events).map((event) => [state, event] as const));
  test.each(pairs)('%s, %s', (stateName, eventName) => {
    const state = states[stateName];
    const event = events[eventName];
    if (state === undefined || event === undefined) throw new Error('not in the tables');
    const row = table.find(([s, e]) => s === stateName && e === eventName);
    const step = nonInviteClient(state, event);
    expect(step.state.name).toBe(row?.[2] ?? state.name);
    expect(words(step.effects)).toEqual(row?.[3] ?? []);
    if (row === undefined) expect(step.state).toBe(state);
  });
});

describe('in time', () => {
  test('nobody answers: intervals of 500, 1000, 2000 and then 4000 ms, eleven in all, given up at 64*T1', () => {
    const { trace, endMs } = simulate(nonInviteClient, start);
    expect(times(trace, 'send')).toEqual([0, 1, 3, 7, 15, 23, 31, 39, 47, 55, 63].map((n) => n * timers.t1Ms));
    expect(times(trace, 'timeout')).toEqual([32_000]);
    expect(endMs).toBe(32_000);
  });

  test('a provisional response slows the repetitions to T2 and does not stop them', () => {
    const { trace } = simulate(nonInviteClient, start, [{ atMs: 600, event: got(100) }]);
    expect(times(trace, 'send').slice(0, 4)).toEqual([0, 500, 1500, 5500]);
    expect(times(trace, 'timeout')).toEqual([32_000]);
  });

  test('repeated final responses are absorbed for T4', () => {
    const { trace } = simulate(
      nonInviteClient,
      start,
      [100, 700, 5000].map((atMs) => ({ atMs, event: got(200) })),
    );
    expect(times(trace, 'deliver')).toEqual([100]);
    expect(times(trace, 'terminated')).toEqual([5100]);
  });
});

test('whatever comes in whatever order: it ends once, by 64*T1 and T4 at the latest', () => {
  const event = fc.constantFrom(...Object.values(events).filter(({ kind }) => kind !== 'timer'));
  const inputs = fc.array(fc.record({ atMs: fc.nat(40_000), event }), { maxLength: 20 });
  fc.assert(
    fc.property(inputs, (list) => {
      const { trace } = simulate(nonInviteClient, start, list);
      const [end, ...more] = times(trace, 'terminated');
      expect(end).toBeLessThanOrEqual(37_000);
      expect(more).toEqual([]);
      expect(trace.at(-1)?.what).toBe('terminated');
    }),
  );
});
