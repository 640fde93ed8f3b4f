import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FloorField, FloorMessage } from '../../wire/floor/message.ts';
import { FLOOR_MESSAGE_NAMES } from '../../wire/floor/subtypes.ts';
import { nonControlling, startNonControlling } from './non-controlling.ts';
import type { NonControllingEvent } from './non-controlling-state.ts';

const ids = ['x', 'y', 'z'] as const;
const anyId = fc.constantFrom(...ids);

const anyField: fc.Arbitrary<FloorField> = fc.oneof(
  fc.record({ id: fc.constant('Floor Priority' as const), priority: fc.nat(255) }),
  fc.record({ id: fc.constant('Message Sequence Number' as const), sequence: fc.nat(3) }),
  fc.record({ id: fc.constant('SSRC' as const), ssrc: fc.nat() }),
  fc.record({ id: fc.constant('Message Type' as const), type: fc.constantFrom(2, 5) }),
  fc.record({
    id: fc.constant('Track Info' as const),
    queueing: fc.nat(1),
    participantType: fc.constant('x'),
    references: fc.array(fc.integer({ min: 100, max: 104 }), { maxLength: 2 }),
  }),
);
const anyMessage: fc.Arbitrary<FloorMessage> = fc.record({
  name: fc.constantFrom(...FLOOR_MESSAGE_NAMES),
  ackRequired: fc.boolean(),
  ssrc: fc.nat(),
  fields: fc.array(anyField, { maxLength: 4 }),
});

/** `expire`: one of the running timers fires. */
type Happening = NonControllingEvent | { readonly kind: 'expire'; readonly which: number };

const anything: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('from-client' as const), client: anyId, message: anyMessage }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('from-controlling' as const), message: anyMessage }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rtp-from-client' as const), client: anyId }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rtp-from-controlling' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('expire' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), client: anyId }) },
  { weight: 2, arbitrary: anyId.map((id) => ({ kind: 'join', client: ownClient(id) }) as const) },
);

function ownClient(id: string) {
  return { id, reference: 100 + id.charCodeAt(0) - 120, uri: undefined, queueing: true, priority: 5 };
}

const settings = {
  ssrc: 0xb001,
  timers: { t8Ms: 1 },
  indicator: 0x0100,
  participantType: 'dispatcher',
  takenAck: true,
};

describe('whatever happens to a non-controlling function', () => {
  test('it never throws, own clients see its SSRC and numbers and never a trail, media goes to who is there', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(anything, { maxLength: 80 }), (localFiltering, happenings) => {
        let state = startNonControlling({ ...settings, localFiltering });
        const running = new Set<string>();
        const joins = ids.map((id) => ({ kind: 'join', client: ownClient(id) }) as const);
        let nowMs = 0;
        for (const happening of [...joins, ...happenings]) {
          nowMs += 50;
          const timer = [...running][happening.kind === 'expire' ? happening.which % Math.max(1, running.size) : 0];
          if (happening.kind === 'expire' && timer === undefined) continue;
          if (happening.kind === 'expire') running.delete(timer ?? '');
          const event: NonControllingEvent =
            happening.kind === 'expire' ? { kind: 'timer', timer: timer as `Ack:${string}` } : happening;
          const before = state;
          const step = nonControlling(state, event, nowMs);
          state = step.state;
          for (const effect of step.effects) {
            if (effect.kind === 'start-timer') running.add(effect.timer);
            if (effect.kind === 'stop-timer') running.delete(effect.timer);
            if (effect.kind === 'send') {
              expect(effect.message.ssrc).toBe(0xb001);
              expect(effect.message.fields.some(({ id }) => id === 'Track Info')).toBe(false);
              const [number] = effect.message.fields.flatMap((one) =>
                one.id === 'Message Sequence Number' ? [one.sequence] : [],
              );
              if (effect.message.name === 'Floor Taken' && event.kind !== 'timer') expect(number).toBe(state.sequence);
            }
            if (effect.kind === 'send-up') expect(effect.message.ssrc).toBe(0xb001);
            if (effect.kind === 'forward') {
              const here = before.clients.map(({ id }) => id);
              expect(effect.to.every((id) => here.includes(id) && id !== before.holder)).toBe(true);
              if (effect.up) expect(event).toMatchObject({ client: before.holder });
            }
          }
          // A timer for each Floor Taken that waits, and for nothing else.
          const waiting = state.clients.filter(({ unacked }) => unacked !== undefined).map(({ id }) => `Ack:${id}`);
          expect([...running].sort()).toEqual(waiting.sort());
          if (state.holder !== undefined) expect(state.clients.map(({ id }) => id)).toContain(state.holder);
        }
      }),
      { numRuns: 400 },
    );
  });
});
