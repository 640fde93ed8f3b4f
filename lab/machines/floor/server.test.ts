import { beforeEach, describe, expect, test } from 'vitest';
import { field } from '../../wire/floor/fields.ts';
import { ackOf, leg, message, request, Script } from './server-script.ts';
import type { ServerTimer } from './server-state.ts';

let server: Script;
beforeEach(() => {
  server = new Script();
});

/** a and b are in the call, the floor is idle: sequence 1. */
function idle(): void {
  server.join('a', 'b', 'c');
  server.do({ kind: 'initialise', implicitRequest: undefined });
}

/** a has the floor: sequence 2. */
function taken(): void {
  idle();
  server.says('a', request());
}

const release = message('Floor Release');

describe('the call begins (6.3.4.2, 6.3.5.2)', () => {
  test('nothing is said before it is up', () => {
    expect(server.join('a', 'b')).toEqual([]);
    expect(server.says('a', request())).toEqual([]);
    expect(server.rtp('a')).toEqual([]);
    expect(server.leg('a')?.state).toBe('U: not permitted and initiating');
  });

  test('without an implicit request the floor is idle, and T4 and T7 run', () => {
    server.join('a', 'b');
    expect(server.do({ kind: 'initialise', implicitRequest: undefined })).toEqual([
      'a: Idle 1',
      'b: Idle 1',
      'tell idle',
    ]);
    expect(server.running()).toEqual(['T4', 'T7']);
    expect(server.leg('b')?.state).toBe('U: not permitted and Floor Idle');
  });

  test('an implicit request is granted, and the others are told with an acknowledgement asked for', () => {
    server.join('a', 'b', 'c');
    expect(server.do({ kind: 'initialise', implicitRequest: 'a' })).toEqual([
      'a: Granted',
      'b: Taken 1 ack',
      'c: Taken 1 ack',
      'tell taken',
    ]);
    expect(server.running()).toEqual(['Ack:b', 'Ack:c', 'T1']);
    expect(server.leg('a')?.state).toBe('U: permitted');
  });

  test('who is alone, or may only receive, gets no floor from it', () => {
    server.join('a');
    expect(server.do({ kind: 'initialise', implicitRequest: 'a' })).toEqual(['a: Deny 3', 'a: Idle 1', 'tell idle']);
    const other = new Script();
    other.join(leg('a', { receiveOnly: true }), 'b');
    expect(other.do({ kind: 'initialise', implicitRequest: 'a' })[0]).toBe('a: Deny 5');
  });

  test('a non-controlling leg alone is company enough', () => {
    server.join('a', leg('n', { kind: 'non-controlling' }));
    server.do({ kind: 'leave', leg: 'a' });
    server.do({ kind: 'initialise', implicitRequest: undefined });
    expect(server.says('n', request())[0]).toBe('n: Granted');
  });

  test('an implicit request asks with what was negotiated for its leg and its call', () => {
    server.join(leg('a', { priority: 210 }), 'b');
    server.do({ kind: 'initialise', implicitRequest: 'a' });
    const [granted = message('Floor Granted')] = server.sent('a');
    expect(field(granted, 'Floor Priority')?.priority).toBe(210);
    expect(field(granted, 'Floor Indicator')?.bits).toBe(0x8500);
    expect(server.says('b', request(205))).toEqual(['b: Queue Position Info 1']);
    const emergency = new Script({ indicator: 0x9500 });
    emergency.join(leg('a', { priority: 5 }), 'b');
    emergency.do({ kind: 'initialise', implicitRequest: 'a' });
    expect(emergency.says('b', request(255))).toEqual(['b: Queue Position Info 1']);
  });

  test('it begins once', () => {
    idle();
    expect(server.do({ kind: 'initialise', implicitRequest: 'a' })).toEqual([]);
  });

  test('an implicit request of a leg that is gone is none', () => {
    server.join('a', 'b');
    expect(server.do({ kind: 'initialise', implicitRequest: 'z' })).toContain('tell idle');
  });

  test('a late joiner hears of the event there is, by the same number', () => {
    idle();
    expect(server.join('d')).toEqual(['d: Idle 1']);
    server.says('a', request());
    expect(server.join('e')).toEqual(['e: Taken 2 ack']);
    expect(server.leg('e')?.state).toBe('U: not permitted and Floor Taken');
    expect(server.join('e')).toEqual([]);
  });
});

describe('G: Floor Idle (6.3.4.3)', () => {
  beforeEach(idle);

  test('a request takes the floor', () => {
    expect(server.says('a', request())).toEqual(['a: Granted', 'b: Taken 2 ack', 'c: Taken 2 ack', 'tell taken']);
    expect(server.running()).toEqual(['Ack:b', 'Ack:c', 'T1']);
  });

  test('what Floor Granted and Floor Taken carry', () => {
    server.says('a', request(7));
    expect(server.sent('a')[0]).toEqual({
      name: 'Floor Granted',
      ackRequired: false,
      ssrc: 0x9999,
      fields: [
        { id: 'Duration', seconds: 30 },
        { id: 'SSRC', ssrc: server.leg('a')?.mediaSsrc },
        { id: 'Floor Priority', priority: 7 },
        { id: 'Floor Indicator', bits: 0x8500 },
      ],
    });
    expect(server.sent('b')[0]).toEqual({
      name: 'Floor Taken',
      ackRequired: true,
      ssrc: 0x9999,
      fields: [
        { id: "Granted Party's Identity", uri: 'sip:a@a.mcx.test' },
        { id: 'Permission to Request the Floor', permission: 1 },
        { id: 'Message Sequence Number', sequence: 2 },
        { id: 'Floor Indicator', bits: 0x8500 },
        { id: 'SSRC', ssrc: server.leg('a')?.mediaSsrc },
      ],
    });
  });

  test.each([
    ['who only receives', {}, { receiveOnly: true }],
    ['anybody in a broadcast call', { indicator: 0x4000 }, {}],
  ])('Floor Taken tells %s not to ask (8.2.3.7)', (_who, call, listener) => {
    const other = new Script(call);
    other.join('a', leg('b', listener));
    other.do({ kind: 'initialise', implicitRequest: 'a' });
    const [told = message('Floor Taken')] = other.sent('b');
    expect(field(told, 'Permission to Request the Floor')?.permission).toBe(0);
  });

  test('where no acknowledgement is asked for, Floor Taken is said once', () => {
    const other = new Script({ takenAck: false });
    other.join('a', 'b');
    other.do({ kind: 'initialise', implicitRequest: 'a' });
    expect(other.sent('b')).toMatchObject([{ name: 'Floor Taken', ackRequired: false }]);
    expect(other.running()).toEqual(['T1']);
  });

  test('denied: 3 alone, 5 receive only', () => {
    server.do({ kind: 'leave', leg: 'b' });
    server.do({ kind: 'leave', leg: 'c' });
    expect(server.says('a', request())).toEqual(['a: Deny 3']);
    server.join(leg('d', { receiveOnly: true }));
    expect(server.says('d', request())).toEqual(['d: Deny 5']);
  });

  test('T7 repeats Floor Idle with its number, C7 times in all', () => {
    for (let c7 = 2; c7 <= 10; c7 += 1) expect(server.fires('T7')).toEqual(['a: Idle 1', 'b: Idle 1', 'c: Idle 1']);
    expect(server.fires('T7')).toEqual([]);
    expect(server.running()).toEqual(['T4']);
  });

  test('T4 is told to call control', () => {
    expect(server.fires('T4')).toEqual(['tell inactivity']);
    expect(server.state.general).toBe('G: Floor Idle');
  });

  test('a release of one who has no floor is answered with Floor Idle', () => {
    expect(server.says('b', release)).toEqual(['b: Idle 1']);
  });
});

describe('G: Floor Taken (6.3.4.4)', () => {
  beforeEach(taken);

  test('media of the talker goes to all others; T1 starts with each packet, T2 with the first', () => {
    expect(server.rtp('a')).toEqual(['a > b c']);
    server.nowMs = 20;
    server.rtp('a');
    expect(server.timers.get('T1')).toBe(20);
    expect(server.timers.get('T2')).toBe(0);
  });

  test('the talker releases: the floor is idle, with the next number', () => {
    server.rtp('a');
    expect(server.says('a', release)).toEqual(['a: Idle 3', 'b: Idle 3', 'c: Idle 3', 'tell idle']);
    expect(server.running()).toEqual(['T4', 'T7']);
  });

  test('T1: the talker has fallen silent', () => {
    expect(server.fires('T1')).toContain('a: Idle 3');
  });

  test('T2: the burst is too long', () => {
    server.rtp('a');
    expect(server.fires('T2')).toEqual(['a: Revoke 2']);
    expect(server.state.general).toBe('G: pending Floor Revoke');
    expect(server.running()).toEqual(['Ack:b', 'Ack:c', 'T3', 'T8:a']);
  });

  test('a repeated request is granted again, Duration being what is left of T2', () => {
    server.rtp('a');
    server.nowMs = 10_500;
    expect(server.says('a', request())).toEqual(['a: Granted']);
    expect(field(server.sent('a')[0] ?? { fields: [] }, 'Duration')?.seconds).toBe(20);
  });

  test.each([
    ['never less than none', 30_000, 31_000, 0],
    ['never more than 16 bits', 100_000_000, 0, 0xffff],
    ['whole before the first packet', 30_000, undefined, 30],
  ])('Duration is %s', (_what, t2Ms, spentMs, seconds) => {
    const { timers } = server.state.settings;
    server.state = { ...server.state, settings: { ...server.state.settings, timers: { ...timers, t2Ms } } };
    if (spentMs !== undefined) server.rtp('a');
    server.nowMs = spentMs ?? 5000;
    server.says('a', request());
    expect(field(server.sent('a')[0] ?? { fields: [] }, 'Duration')?.seconds).toBe(seconds);
  });

  test('a request of another: queued, denied without queueing (1), denied when the queue is full (7)', () => {
    server.join(leg('q', { queueing: false }), 'd');
    expect(server.says('b', request())).toEqual(['b: Queue Position Info 1']);
    expect(server.says('q', request())).toEqual(['q: Deny 1']);
    expect(server.says('c', request())).toEqual(['c: Queue Position Info 2']);
    expect(server.says('d', request())).toEqual(['d: Deny 7']);
    expect(server.says('b', request())).toEqual(['b: Queue Position Info 1']);
  });

  test('the holder that leaves leaves the floor', () => {
    expect(server.do({ kind: 'leave', leg: 'a' })).toEqual(['b: Idle 3', 'c: Idle 3', 'tell idle']);
  });

  test('a release of another is answered with Floor Taken', () => {
    expect(server.says('b', release)).toEqual(['b: Taken 2']);
  });

  test('Floor Taken is sent again until it is acknowledged, three times in all', () => {
    expect(server.fires('Ack:b')).toEqual(['b: Taken 2 ack']);
    expect(server.says('b', ackOf(5))).toEqual([]);
    expect(server.running()).toContain('Ack:b');
    server.says('b', ackOf(2));
    expect(server.running()).not.toContain('Ack:b');
    expect(server.fires('Ack:c')).toEqual(['c: Taken 2 ack']);
    expect(server.fires('Ack:c')).toEqual(['c: Taken 2 ack']);
    expect(server.fires('Ack:c')).toEqual([]);
    expect(server.running()).not.toContain('Ack:c');
  });

  test('Floor Taken of the past is not repeated', () => {
    server.says('a', release);
    expect(server.running()).toEqual(['T4', 'T7']);
  });

  test('the number wraps after 65535', () => {
    server.state = { ...server.state, sequence: 65_535 };
    expect(server.says('a', release)[0]).toBe('a: Idle 0');
  });
});

describe('media without permission (6.3.5.7)', () => {
  beforeEach(taken);

  test('is not forwarded, and its sender is told; T8 says it again while it goes on', () => {
    expect(server.rtp('b')).toEqual(['b: Revoke 3']);
    expect(server.rtp('b')).toEqual([]);
    expect(server.leg('b')?.state).toBe('U: not permitted but sends media');
    expect(server.fires('T8:b')).toEqual(['b: Revoke 3']);
    expect(server.fires('T8:b')).toEqual([]);
    expect(server.leg('b')?.state).toBe('U: not permitted and Floor Taken');
    expect(server.rtp('b')).toEqual(['b: Revoke 3']);
  });

  test('that was one packet is told once', () => {
    server.rtp('b');
    expect(server.fires('T8:b')).toEqual([]);
    expect(server.leg('b')?.state).toBe('U: not permitted and Floor Taken');
  });

  test.each([
    ['its Floor Release', () => server.says('b', release)],
    ['its silence', () => server.fires('T8:b')],
  ])('ends while the floor is idle with %s', (_what, end) => {
    server.rtp('b');
    server.says('a', release);
    end();
    expect(server.leg('b')?.state).toBe('U: not permitted and Floor Idle');
  });

  test('goes on when the floor changes hands or is idle: T8 still waits for its Floor Release', () => {
    server.rtp('b');
    server.says('a', release);
    expect(server.leg('b')?.state).toBe('U: not permitted but sends media');
    server.says('c', request());
    expect(server.leg('b')?.state).toBe('U: not permitted but sends media');
    expect(server.running()).toContain('T8:b');
    expect(server.says('b', release)).toEqual(['b: Taken 4']);
  });

  test('ends with its Floor Release, which Floor Taken answers', () => {
    server.rtp('b');
    expect(server.says('b', release)).toEqual(['b: Taken 2']);
    expect(server.running()).not.toContain('T8:b');
    expect(server.leg('b')?.state).toBe('U: not permitted and Floor Taken');
  });

  test('its sender may be granted the floor', () => {
    server.rtp('b');
    server.says('b', request());
    expect(server.says('a', release)).toContain('b: Granted');
    expect(server.running()).not.toContain('T8:b');
    expect(server.rtp('b')).toEqual(['b > a c']);
  });

  test('packets that were on their way when the burst ended are dropped in silence, later ones are not', () => {
    server.rtp('a');
    server.says('a', release);
    server.nowMs = 199;
    expect(server.rtp('a')).toEqual([]);
    expect(server.rtp('b')).toEqual(['b: Revoke 3']);
    server.nowMs = 200;
    expect(server.rtp('a')).toEqual(['a: Revoke 3']);
  });
});

function revoked(): void {
  taken();
  server.rtp('a');
  server.fires('T2');
}

function fromQueue(): void {
  taken();
  server.says('b', request());
  server.says('a', release);
  server.says('c', request());
}

describe('a timer that the state does not wait for', () => {
  test.each<[string, () => void, ServerTimer[]]>([
    ['idle', idle, ['T1', 'T2', 'T3', 'T20', 'T8:a', 'Ack:a']],
    ['taken', taken, ['T3', 'T4', 'T7', 'T8:a', 'T8:b', 'T8:z', 'Ack:a', 'Ack:z']],
    ['being revoked', revoked, ['T1', 'T2', 'T4', 'T7', 'T20', 'T8:b', 'Ack:a']],
  ])('does nothing when the floor is %s', (_name, begin, timers) => {
    begin();
    const before = server.state;
    for (const timer of timers) expect([timer, server.do({ kind: 'timer', timer })]).toEqual([timer, []]);
    expect(server.state).toEqual(before);
  });
});

describe('release of the call (6.3.4.7)', () => {
  test.each([
    ['idle', idle],
    ['taken', taken],
    ['being revoked', revoked],
    ['taken from the queue', fromQueue],
  ])('from %s nothing goes on running, and nothing is heard', (_name, begin) => {
    begin();
    server.rtp('b');
    server.do({ kind: 'release' });
    expect(server.running()).toEqual([]);
    expect(server.state).toMatchObject({ general: 'Releasing', holder: undefined, queue: [] });
    expect(server.leg('b')).toMatchObject({ state: 'Releasing', unacked: undefined });
    expect(server.says('a', request())).toEqual([]);
    expect(server.rtp('a')).toEqual([]);
    expect(server.join('z')).toEqual([]);
    server.do({ kind: 'released' });
    expect(server.state.general).toBe('Start-stop');
    expect(server.state.legs).toEqual([]);
  });

  test('step 2 without step 1 leaves nothing running either', () => {
    revoked();
    server.do({ kind: 'released' });
    expect(server.running()).toEqual([]);
    expect(server.state.general).toBe('Start-stop');
  });
});
