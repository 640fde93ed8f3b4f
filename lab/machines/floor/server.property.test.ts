import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FloorField, FloorMessage } from '../../wire/floor/message.ts';
import { FLOOR_MESSAGE_NAMES } from '../../wire/floor/subtypes.ts';
import { leg, Script } from './server-script.ts';
import type { FloorServerEvent } from './server-state.ts';

const ids = ['a', 'b', 'c', 'n'] as const;
const anyId = fc.constantFrom(...ids);

const anyField: fc.Arbitrary<FloorField> = fc.oneof(
  fc.record({ id: fc.constant('Floor Priority' as const), priority: fc.nat(255) }),
  fc.record({
    id: fc.constant('Floor Indicator' as const),
    bits: fc.constantFrom(0x8000, 0x9000, 0x8800),
  }),
  fc.record({
    id: fc.constant('Track Info' as const),
    queueing: fc.nat(1),
    participantType: fc.constant('x'),
    references: fc.array(fc.nat(2), { maxLength: 2 }),
  }),
  fc.record({ id: fc.constant('Message Type' as const), type: fc.nat(15) }),
);
const anyMessage: fc.Arbitrary<FloorMessage> = fc.record({
  name: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('Floor Request' as const, 'Floor Release' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...FLOOR_MESSAGE_NAMES) },
  ),
  ackRequired: fc.boolean(),
  ssrc: fc.nat(),
  fields: fc.array(anyField, { maxLength: 3 }),
});

/** `expire`: the so-manieth of the running timers fires. */
type Happening = FloorServerEvent | { readonly kind: 'expire'; readonly which: number };

const anything: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('message' as const), leg: anyId, message: anyMessage }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('rtp' as const), leg: anyId }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('expire' as const), which: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ id: anyId, queueing: fc.boolean(), receiveOnly: fc.boolean() }).map(
      ({ id, ...more }): FloorServerEvent => ({
        kind: 'join',
        participant: leg(id, { ...more, kind: id === 'n' ? 'non-controlling' : 'participant' }),
      }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), leg: anyId }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('initialise' as const),
      implicitRequest: fc.option(anyId, { nil: undefined }),
    }),
  },
);

function check(server: Script): void {
  const { general, holder, legs, queue, settings } = server.state;
  const has = (timer: string) => server.running().includes(timer);
  const permitted = legs.filter(({ state }) => state === 'U: permitted' || state === 'U: pending Floor Revoke');
  // At most one has the floor, and it is the one that the general machine knows.
  expect(permitted.map(({ id }) => id)).toEqual(holder === undefined ? [] : [holder.leg]);
  expect(holder !== undefined).toBe(general === 'G: Floor Taken' || general === 'G: pending Floor Revoke');
  // Every timer belongs to the state that waits for it.
  expect(has('T1')).toBe(general === 'G: Floor Taken');
  expect(has('T3')).toBe(general === 'G: pending Floor Revoke');
  if (has('T2')) expect(general).toBe('G: Floor Taken');
  if (has('T20')) expect(general).toBe('G: Floor Taken');
  if (has('T4') || has('T7')) expect(general).toBe('G: Floor Idle');
  for (const timer of server.running()) {
    const [name, id] = timer.split(':');
    const of = id === undefined ? undefined : server.leg(id);
    if (name === 'Ack') expect(of?.unacked).toBeDefined();
    if (name === 'T8') expect(of?.state).toMatch(/pending Floor Revoke|but sends media/);
  }
  for (const { id, state, unacked } of legs) {
    if (unacked !== undefined) expect(has(`Ack:${id}`)).toBe(true);
    if (state === 'U: pending Floor Revoke' || state === 'U: not permitted but sends media')
      expect(has(`T8:${id}`)).toBe(true);
  }
  expect(queue.length).toBeLessThanOrEqual(settings.queueLimit);
  expect(queue.every((entry) => server.leg(entry.leg) !== undefined)).toBe(true);
}

/** A call that is up, most of what can happen happens there; or nothing yet. */
const begin: fc.Arbitrary<readonly FloorServerEvent[]> = fc.constantFrom(
  [],
  [
    ...ids.map((id) => ({
      kind: 'join' as const,
      participant: leg(id, { kind: id === 'n' ? 'non-controlling' : 'participant' }),
    })),
    { kind: 'initialise', implicitRequest: undefined },
  ],
);

describe('whatever happens to a floor control server', () => {
  test('it never throws, one at most has the floor, media of the others stays, and no timer is left over', () => {
    fc.assert(
      fc.property(begin, fc.array(anything, { maxLength: 80 }), (first, happenings) => {
        const server = new Script({ preemptivePriority: 128 });
        for (const happening of [...first, ...happenings]) {
          server.nowMs += 50;
          const running = server.running();
          if (happening.kind === 'expire') {
            const timer = running[happening.which % Math.max(1, running.length)];
            if (timer !== undefined) server.fires(timer as Parameters<Script['fires']>[0]);
          } else {
            const before = server.state.holder?.leg;
            server.do(happening);
            for (const effect of server.effects) {
              if (effect.kind !== 'forward') continue;
              expect(effect.from).toBe(before);
              expect(effect.to).not.toContain(before);
              expect(new Set([...effect.to, before])).toEqual(new Set(server.state.legs.map(({ id }) => id)));
            }
          }
          check(server);
        }
        server.do({ kind: 'release' });
        expect(server.running()).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test('Message Sequence Number: in Floor Taken and Floor Idle alone, one more for each new event', () => {
    fc.assert(
      fc.property(begin, fc.array(anything, { maxLength: 60 }), (first, happenings) => {
        const server = new Script();
        for (const happening of [...first, ...happenings]) {
          if (happening.kind === 'expire') continue;
          const before = server.state.sequence;
          server.do(happening);
          const now = server.state.sequence;
          expect(now === before || now === before + 1).toBe(true);
          for (const effect of server.effects) {
            if (effect.kind !== 'send') continue;
            const numbered = effect.message.fields.flatMap((field) =>
              field.id === 'Message Sequence Number' ? [field.sequence] : [],
            );
            const takenOrIdle = effect.message.name === 'Floor Taken' || effect.message.name === 'Floor Idle';
            expect(numbered).toHaveLength(takenOrIdle ? 1 : 0);
            for (const number of numbered) expect(number).toBe(now);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
