import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { header, listValues } from '../../wire/sip/headers.ts';
import {
  type InviteClientEvent,
  type InviteClientState,
  type InviteClientTimer,
  inviteClient,
  startInviteClient,
} from './invite-client.ts';
import { request, response, simulate, timers, times, words } from './test-messages.ts';

const invite = request('INVITE', [{ name: 'Route', value: '<sip:10.244.0.5;lr>' }]);
const start = startInviteClient(invite, timers);
const got = (status: number, tag?: string): InviteClientEvent => ({
  kind: 'response',
  response: response(invite, status, tag),
});
const fired = (timer: InviteClientTimer): InviteClientEvent => ({ kind: 'timer', timer });
const after = (...events: InviteClientEvent[]): InviteClientState =>
  events.reduce((state, event) => inviteClient(state, event).state, start.state);

const states: Record<string, InviteClientState> = {
  calling: start.state,
  'calling, to be cancelled': after({ kind: 'cancel' }),
  proceeding: after(got(180)),
  'proceeding, cancelled': after(got(180), { kind: 'cancel' }),
  completed: after(got(486)),
  accepted: after(got(200)),
  terminated: after(fired('B')),
};
const events: Record<string, InviteClientEvent> = {
  '1xx': got(180),
  '2xx': got(200),
  '4xx': got(486),
  cancel: { kind: 'cancel' },
  'transport-error': { kind: 'transport-error' },
  A: fired('A'),
  B: fired('B'),
  D: fired('D'),
  M: fired('M'),
  cancelled: fired('cancelled'),
};

/** state, event, next state, effects; a pair that is not here changes nothing and does nothing. */
const table: [string, string, string, string[]][] = [
  ['calling', '1xx', 'proceeding', ['stop-timer A', 'stop-timer B', 'deliver']],
  ['calling', '2xx', 'accepted', ['stop-timer A', 'stop-timer B', 'start-timer M 32000', 'deliver']],
  ['calling', '4xx', 'completed', ['stop-timer A', 'stop-timer B', 'send', 'start-timer D 32000', 'deliver']],
  ['calling', 'cancel', 'calling', []],
  ['calling', 'transport-error', 'terminated', ['transport-error', 'terminated']],
  ['calling', 'A', 'calling', ['send', 'start-timer A 1000']],
  ['calling', 'B', 'terminated', ['timeout', 'terminated']],
  [
    'calling, to be cancelled',
    '1xx',
    'proceeding',
    ['stop-timer A', 'stop-timer B', 'deliver', 'send-cancel', 'start-timer cancelled 32000'],
  ],
  ['calling, to be cancelled', '2xx', 'accepted', ['stop-timer A', 'stop-timer B', 'start-timer M 32000', 'deliver']],
  [
    'calling, to be cancelled',
    '4xx',
    'completed',
    ['stop-timer A', 'stop-timer B', 'send', 'start-timer D 32000', 'deliver'],
  ],
  ['calling, to be cancelled', 'transport-error', 'terminated', ['transport-error', 'terminated']],
  ['calling, to be cancelled', 'A', 'calling', ['send', 'start-timer A 1000']],
  ['calling, to be cancelled', 'B', 'terminated', ['timeout', 'terminated']],
  ['proceeding', '1xx', 'proceeding', ['deliver']],
  ['proceeding', '2xx', 'accepted', ['start-timer M 32000', 'deliver']],
  ['proceeding', '4xx', 'completed', ['send', 'start-timer D 32000', 'deliver']],
  ['proceeding', 'cancel', 'proceeding', ['send-cancel', 'start-timer cancelled 32000']],
  ['proceeding, cancelled', '1xx', 'proceeding', ['deliver']],
  ['proceeding, cancelled', '2xx', 'accepted', ['stop-timer cancelled', 'start-timer M 32000', 'deliver']],
  ['proceeding, cancelled', '4xx', 'completed', ['stop-timer cancelled', 'send', 'start-timer D 32000', 'deliver']],
  ['proceeding, cancelled', 'cancelled', 'terminated', ['timeout', 'terminated']],
  ['completed', '4xx', 'completed', ['send']],
  ['completed', 'transport-error', 'terminated', ['transport-error', 'terminated']],
  ['completed', 'D', 'terminated', ['terminated']],
  ['accepted', '2xx', 'accepted', ['deliver']],
  ['accepted', 'M', 'terminated', ['terminated']],
];

describe('every state and event', () => {
  const pairs = Object.keys(states).flatMap((state) => Object.keys(events).map((event) => [state, event] as const));
  test.each(pairs)('%s, %s', (stateName, eventName) => {
    const state = states[stateName];
    const event = events[eventName];
    if (state === undefined || event === undefined) throw new Error('not in the tables');
    const row = table.find(([s, e]) => s === stateName && e === eventName);
    const step = inviteClient(state, event);
    expect(step.state.name).toBe(row?.[2] ?? state.name);
    expect(words(step.effects)).toEqual(row?.[3] ?? []);
    if (row === undefined) expect(step.state).toBe(state);
  });

  test('the table has no row for a pair that does not exist', () => {
    for (const [state, event] of table) expect([states[state], events[event]]).not.toContain(undefined);
  });
});

test.each([
  [199, 'proceeding', ['stop-timer A', 'stop-timer B', 'deliver']],
  [299, 'accepted', ['stop-timer A', 'stop-timer B', 'start-timer M 32000', 'deliver']],
  [300, 'completed', ['stop-timer A', 'stop-timer B', 'send', 'start-timer D 32000', 'deliver']],
])('status %i while calling: %s', (status, name, effects) => {
  const step = inviteClient(start.state, got(status));
  expect(step.state.name).toBe(name);
  expect(words(step.effects)).toEqual(effects);
});

test.each([
  ['accepted', 199, []],
  ['accepted', 299, ['deliver']],
  ['accepted', 300, []],
  ['completed', 299, []],
  ['completed', 300, ['send']],
])('%s: status %i', (name, status, effects) => {
  expect(words(inviteClient(states[name] ?? start.state, got(status)).effects)).toEqual(effects);
});

describe('in time', () => {
  test('nobody answers: sent at 0, 1, 3, 7, 15, 31 and 63 T1, given up at 64*T1', () => {
    const { trace, endMs } = simulate(inviteClient, start);
    expect(times(trace, 'send')).toEqual([0, 1, 3, 7, 15, 31, 63].map((n) => n * timers.t1Ms));
    expect(times(trace, 'timeout')).toEqual([32_000]);
    expect(endMs).toBe(32_000);
  });

  test('repeated 2xx are passed up until 64*T1 after the first (RFC 6026 8.4)', () => {
    const at = [100, 600, 1600, 32_099, 32_101];
    const { trace } = simulate(
      inviteClient,
      start,
      at.map((atMs) => ({ atMs, event: got(200) })),
    );
    expect(times(trace, 'deliver')).toEqual([100, 600, 1600, 32_099]);
    expect(times(trace, 'terminated')).toEqual([32_100]);
    expect(times(trace, 'send')).toEqual([0]);
  });

  test('a cancelled INVITE without a final response is over 64*T1 after the CANCEL', () => {
    const inputs = [
      { atMs: 10, event: { kind: 'cancel' } as const },
      { atMs: 200, event: got(100) },
      { atMs: 300, event: { kind: 'cancel' } as const },
    ];
    const { trace } = simulate(inviteClient, start, inputs);
    expect(times(trace, 'send-cancel')).toEqual([200]);
    expect(times(trace, 'timeout')).toEqual([32_200]);
  });
});

describe('the ACK of a failure (RFC 3261 17.1.1.3)', () => {
  const step = inviteClient(start.state, got(486));
  const [ack] = step.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));

  test('repeats what the INVITE had, with the To of the response', () => {
    if (ack === undefined) throw new Error('no ACK');
    expect(ack.method).toBe('ACK');
    expect(ack.uri).toBe(invite.uri);
    expect(listValues(ack, 'via')).toEqual(listValues(invite, 'via').slice(0, 1));
    expect(listValues(ack, 'route')).toEqual(listValues(invite, 'route'));
    for (const name of ['call-id', 'from']) expect(header(ack, name)).toBe(header(invite, name));
    expect(header(ack, 'to')).toBe('<sip:pf@a.mcx.test>;tag=callee');
    expect(header(ack, 'cseq')).toBe('7 ACK');
    expect(ack.body).toHaveLength(0);
  });

  test('stays the same for a repeated response', () => {
    const again = inviteClient(step.state, got(486, 'other'));
    expect(again.effects).toEqual([{ kind: 'send', message: ack }]);
  });
});

test('whatever comes in whatever order: one final outcome, an end in time, nothing after it', () => {
  const event = fc.constantFrom(...Object.values(events).filter(({ kind }) => kind !== 'timer'));
  const inputs = fc.array(fc.record({ atMs: fc.nat(40_000), event }), { maxLength: 20 });
  fc.assert(
    fc.property(inputs, (list) => {
      const { trace, state, endMs } = simulate(inviteClient, start, list);
      const latest = Math.max(0, ...list.map(({ atMs }) => atMs));
      const unanswered = state.name === 'proceeding' && state.cancel !== 'sent';
      // In Proceeding the user decides how long to wait (timer C of a proxy).
      if (!unanswered) expect(times(trace, 'terminated')).toHaveLength(1);
      expect(endMs).toBeLessThanOrEqual(Math.max(latest, 32_000) + 64_000);
      const end = trace.findIndex(({ what }) => what === 'terminated');
      if (end !== -1) expect(trace).toHaveLength(end + 1);
      expect(times(trace, 'send-cancel').length).toBeLessThanOrEqual(1);
      expect(times(trace, 'timeout').length + times(trace, 'transport-error').length).toBeLessThanOrEqual(1);
    }),
  );
});
