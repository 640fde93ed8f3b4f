import { beforeEach, describe, expect, test } from 'vitest';
import { field } from '../../wire/floor/fields.ts';
import { ackOf, leg, message, request, Script } from './server-script.ts';

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

  test('a request of another: queued, denied without queueing (1), denied when the queue is full (7)', () => {
    server.join(leg('q', { queueing: false }), 'd');
    expect(server.says('b', request())).toEqual(['b: Queue Position Info 1']);
    expect(server.says('q', request())).toEqual(['q: Deny 1']);
    expect(server.says('c', request())).toEqual(['c: Queue Position Info 2']);
    expect(server.says('d', request())).toEqual(['d: Deny 7']);
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
    server.nowMs = 150;
    expect(server.rtp('a')).toEqual([]);
    server.nowMs = 250;
    expect(server.rtp('a')).toEqual(['a: Revoke 3']);
  });
});

describe('release of the call (6.3.4.7)', () => {
  test.each([
    ['idle', idle],
    ['taken', taken],
  ])('from %s nothing goes on running, and nothing is heard', (_name, begin) => {
    begin();
    server.rtp('b');
    server.do({ kind: 'release' });
    expect(server.running()).toEqual([]);
    expect(server.says('a', request())).toEqual([]);
    expect(server.rtp('a')).toEqual([]);
    expect(server.join('z')).toEqual([]);
    server.do({ kind: 'released' });
    expect(server.state.general).toBe('Start-stop');
    expect(server.state.legs).toEqual([]);
  });
});
