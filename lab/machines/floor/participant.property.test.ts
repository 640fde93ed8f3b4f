import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FloorField, FloorMessage } from '../../wire/floor/message.ts';
import { FLOOR_MESSAGE_NAMES } from '../../wire/floor/subtypes.ts';
import { participant, startParticipant } from './participant.ts';
import type { ParticipantEvent, ParticipantTimer } from './participant-state.ts';

const settings = {
  ssrc: 1,
  priority: 5,
  indicator: 0x8400,
  timers: { t100Ms: 1, t101Ms: 1, t103Ms: 1, t104Ms: 1, t132Ms: 1 },
};

const anyField: fc.Arbitrary<FloorField> = fc.oneof(
  fc.record({ id: fc.constant('SSRC' as const), ssrc: fc.nat() }),
  fc.record({ id: fc.constant('Permission to Request the Floor' as const), permission: fc.nat(1) }),
  fc.record({ id: fc.constant('Queue Info' as const), position: fc.nat(255), priority: fc.nat(255) }),
  fc.record({ id: fc.constant('Reject Cause' as const), cause: fc.nat(255), phrase: fc.constant('') }),
);
const anyMessage: fc.Arbitrary<FloorMessage> = fc.record({
  name: fc.constantFrom(...FLOOR_MESSAGE_NAMES),
  ackRequired: fc.boolean(),
  ssrc: fc.nat(),
  fields: fc.array(anyField, { maxLength: 3 }),
});

const timers: readonly ParticipantTimer[] = ['T100', 'T101', 'T103', 'T104', 'T132'];

/** `expire`: the timer fires if it runs; a runner fires no other. */
type Happening = ParticipantEvent | { readonly kind: 'expire'; readonly timer: ParticipantTimer };

const anything: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: anyMessage.map((message) => ({ kind: 'message', message }) as const) },
  { weight: 4, arbitrary: fc.constantFrom(...timers).map((timer) => ({ kind: 'expire', timer }) as const) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<ParticipantEvent>(
      { kind: 'press' },
      { kind: 'let-go' },
      { kind: 'query-queue' },
      { kind: 'rtp' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ParticipantEvent>(
      { kind: 'invite-sent', implicitRequest: true },
      { kind: 'release-call' },
      { kind: 'call-released' },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('call-established' as const),
      accepted: fc.boolean(),
      granted: fc.boolean(),
      ssrc: fc.constant(undefined),
      priority: fc.nat(255),
      indicator: fc.constantFrom(0x8000, 0x8400),
    }),
  },
);

describe('whatever happens to a floor participant', () => {
  test('it never throws, each timer runs in the states that wait for it alone, and media follows permission', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (happenings) => {
        let state = startParticipant(settings);
        const running = new Set<ParticipantTimer>();
        let media = false;
        for (const happening of happenings) {
          if (happening.kind === 'expire' && !running.delete(happening.timer)) continue;
          const event: ParticipantEvent = happening.kind === 'expire' ? { ...happening, kind: 'timer' } : happening;
          const step = participant(state, event, 0);
          state = step.state;
          for (const effect of step.effects) {
            if (effect.kind === 'start-timer') running.add(effect.timer);
            if (effect.kind === 'stop-timer') running.delete(effect.timer);
            if (effect.kind === 'media') media = effect.on;
          }
          expect(running.has('T101')).toBe(state.name === 'U: pending Request');
          expect(running.has('T100')).toBe(state.name === 'U: pending Release');
          expect(running.has('T132')).toBe(state.offered);
          expect(running.has('T103')).toBe(state.hearing);
          if (running.has('T104')) expect(state).toMatchObject({ name: 'U: queued', offered: false });
          if (state.offered) expect(state.name).toBe('U: queued');
          expect(media).toBe(state.name === 'U: has permission');
        }
      }),
      { numRuns: 500 },
    );
  });
});
