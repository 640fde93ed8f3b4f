import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type NonInviteServerEvent,
  type NonInviteServerState,
  type NonInviteServerTimer,
  nonInviteServer,
  startNonInviteServer,
} from './non-invite-server.ts';
import { request, response, simulate, timers, times, words } from './test-messages.ts';

const bye = request('BYE');
const start = startNonInviteServer(bye, timers);
const say = (status: number): NonInviteServerEvent => ({ kind: 'respond', response: response(bye, status) });
const fired = (timer: NonInviteServerTimer): NonInviteServerEvent => ({ kind: 'timer', timer });
const after = (...events: NonInviteServerEvent[]): NonInviteServerState =>
  events.reduce((state, event) => nonInviteServer(state, event).state, start.state);

const states: Record<string, NonInviteServerState> = {
  trying: start.state,
  proceeding: after(say(100)),
  completed: after(say(200)),
  terminated: after(say(200), fired('J')),
};
const events: Record<string, NonInviteServerEvent> = {
  request: { kind: 'request' },
  '1xx': say(100),
  '2xx': say(200),
  '4xx': say(481),
  'transport-error': { kind: 'transport-error' },
  J: fired('J'),
  unanswered: fired('unanswered'),
};
const final = ['send', 'stop-timer unanswered', 'start-timer J 32000'];

/** state, event, next state, effects; a pair that is not here changes nothing and does nothing. */
const table: [string, string, string, string[]][] = [
  ['trying', '1xx', 'proceeding', ['send']],
  ['trying', '2xx', 'completed', final],
  ['trying', '4xx', 'completed', final],
  ['trying', 'transport-error', 'trying', ['transport-error']],
  ['trying', 'unanswered', 'terminated', ['terminated']],
  ['proceeding', 'request', 'proceeding', ['send']],
  ['proceeding', '1xx', 'proceeding', ['send']],
  ['proceeding', '2xx', 'completed', final],
  ['proceeding', '4xx', 'completed', final],
  ['proceeding', 'transport-error', 'proceeding', ['transport-error']],
  ['proceeding', 'unanswered', 'terminated', ['terminated']],
  ['completed', 'request', 'completed', ['send']],
  ['completed', '1xx', 'completed', ['refuse']],
  ['completed', '2xx', 'completed', ['refuse']],
  ['completed', '4xx', 'completed', ['refuse']],
  ['completed', 'transport-error', 'completed', ['transport-error']],
  ['completed', 'J', 'terminated', ['terminated']],
  ['terminated', '1xx', 'terminated', ['refuse']],
  ['terminated', '2xx', 'terminated', ['refuse']],
  ['terminated', '4xx', 'terminated', ['refuse']],
];

describe('every state and event', () => {
  const pairs = Object.keys(states).flatMap((state) => Object.keys(events).map((event) => [state, event] as const));
  test.each(pairs)('%s, %s', (stateName, eventName) => {
    const state = states[stateName];
    const event = events[eventName];
    if (state === undefined || event === undefined) throw new Error('not in the tables');
    const row = table.find(([s, e]) => s === stateName && e === eventName);
    const step = nonInviteServer(state, event);
    expect(step.state.name).toBe(row?.[2] ?? state.name);
    expect(words(step.effects)).toEqual(row?.[3] ?? []);
    if (row === undefined) expect(step.state).toBe(state);
  });
});

test('a repeated request gets the final response again, for 64*T1', () => {
  const again = [200, 700, 31_000, 32_300].map((atMs) => ({ atMs, event: { kind: 'request' } as const }));
  const { trace } = simulate(nonInviteServer, start, [{ atMs: 100, event: say(200) }, ...again]);
  expect(times(trace, 'send')).toEqual([100, 200, 700, 31_000]);
  expect(times(trace, 'terminated')).toEqual([32_100]);
});

test('what is sent again is what was sent last', () => {
  const step = nonInviteServer(after(say(100), say(481)), { kind: 'request' });
  expect(step.effects).toMatchObject([{ kind: 'send', message: { status: 481 } }]);
});

test('whatever comes in whatever order: it ends once, by 128*T1 at the latest', () => {
  const event = fc.constantFrom(...Object.values(events).filter(({ kind }) => kind !== 'timer'));
  const inputs = fc.array(fc.record({ atMs: fc.nat(40_000), event }), { maxLength: 20 });
  fc.assert(
    fc.property(inputs, (list) => {
      const { trace } = simulate(nonInviteServer, start, list);
      const [end, ...more] = times(trace, 'terminated');
      expect(end).toBeLessThanOrEqual(64_000);
      expect(more).toEqual([]);
    }),
  );
});
