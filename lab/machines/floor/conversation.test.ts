import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Conversation, type Name, names } from './conversation.ts';

const equal = { a1: 5, a2: 5, b1: 5, b2: 5 };

/** The same sequence of delays and losses for the same seed. */
function network(seed: number, lossPercent: () => number) {
  let word = seed | 1;
  const random = (below: number) => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return (word >>> 0) % below;
  };
  return { next: () => (random(100) < lossPercent() ? undefined : 1 + random(15)) };
}

const clean = () => network(1, () => 0);

describe('a call of two agencies', () => {
  test('who presses the button in the partner system is heard by everybody else', () => {
    const call = new Conversation(clean(), equal);
    call.agenda.runUntil(100);
    call.users.b1.do({ kind: 'press' });
    call.agenda.runUntil(700);
    expect(call.users.b1.state.name).toBe('U: has permission');
    expect([...call.talking]).toEqual(['b1']);
    expect(call.partner.state.holder).toBe('b1');
    for (const listener of ['a1 < n', 'a2 < n', 'b2 < partner']) expect(call.heard.get(listener)).toBeGreaterThan(20);
    expect([...call.heard.keys()].some((key) => key.startsWith('b1'))).toBe(false);
    call.users.b1.do({ kind: 'let-go' });
    call.agenda.runUntil(1000);
    expect(call.server.state.general).toBe('G: Floor Idle');
    expect(call.users.b1.state.name).toBe('U: has no permission');
  });

  test('a request across the border waits in the queue and follows', () => {
    const call = new Conversation(clean(), equal);
    call.users.a1.do({ kind: 'press' });
    call.agenda.runUntil(200);
    call.users.b2.do({ kind: 'press' });
    call.agenda.runUntil(400);
    expect(call.users.b2.state.name).toBe('U: queued');
    call.users.a1.do({ kind: 'let-go' });
    call.agenda.runUntil(600);
    expect(call.users.b2.state.name).toBe('U: has permission');
    expect([...call.talking]).toEqual(['b2']);
  });

  test('a pre-emptive request across the border takes the floor', () => {
    const call = new Conversation(clean(), { ...equal, b1: 220 });
    call.users.a1.do({ kind: 'press' });
    call.agenda.runUntil(300);
    call.users.b1.do({ kind: 'press' });
    call.agenda.runUntil(500);
    expect([...call.talking]).toEqual(['b1']);
    expect(call.users.a1.state.name).toBe('U: has no permission');
  });

  test('a talker who vanishes blocks nobody: T1 passes the floor on', () => {
    let loss = 0;
    const call = new Conversation(
      network(3, () => loss),
      equal,
    );
    call.users.a1.do({ kind: 'press' });
    call.agenda.runUntil(300);
    loss = 100;
    call.agenda.runUntil(320);
    call.talking.delete('a1');
    loss = 0;
    call.agenda.runUntil(900);
    expect(call.server.state.general).toBe('G: Floor Idle');
  });
});

test('a Floor Granted that arrives behind the Floor Idle that ended it makes nobody the talker for ever', () => {
  let loss = 17;
  const call = new Conversation(
    network(-933504053, () => loss),
    { a1: 0, a2: 0, b1: 0, b2: 0 },
  );
  call.agenda.runUntil(60);
  call.users.a1.do({ kind: 'query-queue' });
  call.agenda.runUntil(196);
  call.users.b1.do({ kind: 'press' });
  call.agenda.runUntil(625);
  expect([call.server.state.general, call.partner.state.holder]).toEqual(['G: Floor Idle', 'b1']);
  loss = 0;
  call.agenda.runUntil(2000);
  expect(call.partner.state.holder).toBeUndefined();
});

interface Thumb {
  readonly afterMs: number;
  readonly who: Name;
  readonly does: 'press' | 'let-go' | 'query-queue';
}

const anyThumbs: fc.Arbitrary<Thumb[]> = fc.array(
  fc.record({
    afterMs: fc.nat(400),
    who: fc.constantFrom(...names),
    does: fc.constantFrom('press' as const, 'press' as const, 'let-go' as const, 'query-queue' as const),
  }),
  { maxLength: 40 },
);

describe('whoever presses whenever, and a third of all datagrams lost', () => {
  test('when the buttons are up and the losses over, nobody has the floor and all of them know it', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(35),
        anyThumbs,
        fc.record({ a1: fc.nat(255), a2: fc.nat(255), b1: fc.nat(255), b2: fc.nat(255) }),
        (seed, lossPercent, thumbs, priorities) => {
          let loss = lossPercent;
          const call = new Conversation(
            network(seed, () => loss),
            priorities,
          );
          let nowMs = 0;
          for (const { afterMs, who, does } of thumbs) {
            nowMs += afterMs;
            call.agenda.runUntil(nowMs);
            call.users[who].do({ kind: does });
          }
          call.agenda.runUntil(nowMs + 500);
          loss = 0;
          for (const name of names) call.users[name].do({ kind: 'let-go' });
          call.agenda.runUntil(nowMs + 8000);
          expect(call.server.state.general).toBe('G: Floor Idle');
          expect(call.server.state.queue).toEqual([]);
          expect(call.partner.state.holder).toBeUndefined();
          expect(call.talking.size).toBe(0);
          for (const name of names) expect([name, call.users[name].state.name]).toEqual([name, 'U: has no permission']);
          expect(call.partner.running).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
