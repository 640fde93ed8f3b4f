import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { header } from '../../wire/sip/headers.ts';
import {
  type InviteServerEvent,
  type InviteServerState,
  type InviteServerTimer,
  inviteServer,
  startInviteServer,
} from './invite-server.ts';
import { request, response, simulate, timers, times, words } from './test-messages.ts';

const invite = request('INVITE', [{ name: 'Timestamp', value: '54' }]);
const ack = request('ACK');
const start = startInviteServer(invite, timers, 200);
const say = (status: number): InviteServerEvent => ({ kind: 'respond', response: response(invite, status) });
const fired = (timer: InviteServerTimer): InviteServerEvent => ({ kind: 'timer', timer });
const after = (...events: InviteServerEvent[]): InviteServerState =>
  events.reduce((state, event) => inviteServer(state, event).state, start.state);

const states: Record<string, InviteServerState> = {
  proceeding: start.state,
  'proceeding, 1xx sent': after(say(180)),
  completed: after(say(486)),
  confirmed: after(say(486), { kind: 'ack', ack }),
  accepted: after(say(200)),
  terminated: after(say(486), fired('H')),
};
const events: Record<string, InviteServerEvent> = {
  request: { kind: 'request' },
  ack: { kind: 'ack', ack },
  '1xx': say(183),
  '2xx': say(200),
  '4xx': say(486),
  'transport-error': { kind: 'transport-error' },
  trying: fired('trying'),
  G: fired('G'),
  H: fired('H'),
  I: fired('I'),
  L: fired('L'),
};
const told = ['transport-error'];

/** state, event, next state, effects; a pair that is not here changes nothing and does nothing. */
const table: [string, string, string, string[]][] = [
  ['proceeding', '1xx', 'proceeding', ['stop-timer trying', 'send']],
  ['proceeding', '2xx', 'accepted', ['stop-timer trying', 'send', 'start-timer L 32000']],
  ['proceeding', '4xx', 'completed', ['stop-timer trying', 'send', 'start-timer G 500', 'start-timer H 32000']],
  ['proceeding', 'transport-error', 'proceeding', told],
  ['proceeding', 'trying', 'proceeding', ['send']],
  ['proceeding, 1xx sent', 'request', 'proceeding', ['send']],
  ['proceeding, 1xx sent', '1xx', 'proceeding', ['stop-timer trying', 'send']],
  ['proceeding, 1xx sent', '2xx', 'accepted', ['stop-timer trying', 'send', 'start-timer L 32000']],
  [
    'proceeding, 1xx sent',
    '4xx',
    'completed',
    ['stop-timer trying', 'send', 'start-timer G 500', 'start-timer H 32000'],
  ],
  ['proceeding, 1xx sent', 'transport-error', 'proceeding', told],
  ['completed', 'request', 'completed', ['send']],
  ['completed', 'ack', 'confirmed', ['stop-timer G', 'stop-timer H', 'start-timer I 5000']],
  ['completed', '1xx', 'completed', ['refuse']],
  ['completed', '2xx', 'completed', ['refuse']],
  ['completed', '4xx', 'completed', ['refuse']],
  ['completed', 'transport-error', 'completed', told],
  ['completed', 'G', 'completed', ['send', 'start-timer G 1000']],
  ['completed', 'H', 'terminated', ['timeout', 'terminated']],
  ['confirmed', '1xx', 'confirmed', ['refuse']],
  ['confirmed', '2xx', 'confirmed', ['refuse']],
  ['confirmed', '4xx', 'confirmed', ['refuse']],
  ['confirmed', 'transport-error', 'confirmed', told],
  ['confirmed', 'I', 'terminated', ['terminated']],
  ['accepted', 'ack', 'accepted', ['deliver-ack']],
  ['accepted', '1xx', 'accepted', ['refuse']],
  ['accepted', '2xx', 'accepted', ['send']],
  ['accepted', '4xx', 'accepted', ['refuse']],
  ['accepted', 'transport-error', 'accepted', told],
  ['accepted', 'L', 'terminated', ['terminated']],
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
    const step = inviteServer(state, event);
    expect(step.state.name).toBe(row?.[2] ?? state.name);
    expect(words(step.effects)).toEqual(row?.[3] ?? []);
    if (row === undefined) expect(step.state).toBe(state);
  });
});

test.each([
  ['proceeding', 199, 'proceeding', 'send'],
  ['proceeding', 299, 'accepted', 'send'],
  ['proceeding', 300, 'completed', 'send'],
  ['accepted', 199, 'accepted', 'refuse'],
  ['accepted', 299, 'accepted', 'send'],
  ['accepted', 300, 'accepted', 'refuse'],
])('%s: the user says %i: %s, %s', (before, status, name, effect) => {
  const step = inviteServer(states[before] ?? start.state, say(status));
  expect(step.state.name).toBe(name);
  expect(words(step.effects)).toContain(effect);
});

describe('in time', () => {
  test('a 486 without ACK: sent eleven times at T1 doubling to T2, given up at 64*T1', () => {
    const { trace } = simulate(inviteServer, start, [{ atMs: 100, event: say(486) }]);
    const expected = [0, 1, 3, 7, 15, 23, 31, 39, 47, 55, 63].map((n) => 100 + n * timers.t1Ms);
    expect(times(trace, 'send')).toEqual(expected);
    expect(times(trace, 'timeout')).toEqual([32_100]);
  });

  test('a 486 with ACK: no more repetitions, further ACKs absorbed for T4', () => {
    const inputs = [
      { atMs: 100, event: say(486) },
      { atMs: 700, event: { kind: 'ack', ack } as const },
      { atMs: 900, event: { kind: 'ack', ack } as const },
    ];
    const { trace } = simulate(inviteServer, start, inputs);
    expect(times(trace, 'send')).toEqual([100, 600]);
    expect(times(trace, 'terminated')).toEqual([5700]);
    expect(times(trace, 'deliver-ack')).toEqual([]);
  });

  test('a 200: repeated INVITEs are absorbed, repeated 200s of the user go out, for 64*T1', () => {
    const inputs = [
      { atMs: 0, event: say(200) },
      { atMs: 10, event: { kind: 'request' } as const },
      { atMs: 500, event: say(200) },
      { atMs: 31_999, event: say(200) },
      { atMs: 32_001, event: say(200) },
    ];
    const { trace } = simulate(inviteServer, start, inputs);
    expect(times(trace, 'send')).toEqual([0, 500, 31_999]);
    expect(times(trace, 'terminated')).toEqual([32_000]);
    expect(times(trace, 'refuse')).toEqual([32_001]);
  });

  test('100 comes after the given time, at once when it is 0, not at all after another response', () => {
    const slow = simulate(inviteServer, start);
    expect(times(slow.trace, 'send')).toEqual([200]);
    expect(words(startInviteServer(invite, timers, 0).effects)).toEqual(['send']);
    const quick = simulate(inviteServer, start, [{ atMs: 50, event: say(180) }]);
    expect(times(quick.trace, 'send')).toEqual([50]);
  });

  test('the 100 has no To tag and repeats Timestamp (RFC 3261 8.2.6)', () => {
    const [effect] = inviteServer(start.state, fired('trying')).effects;
    if (effect?.kind !== 'send') throw new Error('no 100');
    expect(effect.message.status).toBe(100);
    expect(header(effect.message, 'to')).toBe(header(invite, 'to'));
    expect(header(effect.message, 'timestamp')).toBe('54');
  });
});

test('whatever comes in whatever order: once answered it ends in time, and sends no two different final classes', () => {
  const event = fc.constantFrom(...Object.values(events).filter(({ kind }) => kind !== 'timer'));
  const inputs = fc.array(fc.record({ atMs: fc.nat(40_000), event }), { maxLength: 20 });
  fc.assert(
    fc.property(inputs, (list) => {
      const finals = new Set<number>();
      const watched: typeof inviteServer = (state, next) => {
        const step = inviteServer(state, next);
        for (const effect of step.effects) {
          if (effect.kind === 'send' && effect.message.status >= 200) finals.add(effect.message.status);
        }
        return step;
      };
      const { trace } = simulate(watched, start, list);
      const first = list
        .filter(({ event: { kind } }) => kind === 'respond')
        .filter(({ event: next }) => next.kind === 'respond' && next.response.status >= 200);
      const answeredMs = first.length === 0 ? undefined : Math.min(...first.map(({ atMs }) => atMs));
      expect(finals.size).toBeLessThanOrEqual(1);
      if (answeredMs === undefined) return;
      const [end] = times(trace, 'terminated');
      expect(end).toBeLessThanOrEqual(answeredMs + 32_000 + 5000);
    }),
  );
});
