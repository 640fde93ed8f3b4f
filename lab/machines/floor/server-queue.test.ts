import { beforeEach, describe, expect, test } from 'vitest';
import { field } from '../../wire/floor/fields.ts';
import type { FloorField } from '../../wire/floor/message.ts';
import { leg, message, request, Script } from './server-script.ts';

const release = message('Floor Release');
const emergency: FloorField = { id: 'Floor Indicator', bits: 0x9000 };
const imminent: FloorField = { id: 'Floor Indicator', bits: 0x8800 };
const track = (reference: number): FloorField => ({
  id: 'Track Info',
  queueing: 1,
  participantType: 'dispatcher',
  references: [reference],
});

let server: Script;
/** a has the floor, b to e and the non-controlling leg n listen. */
beforeEach(() => {
  server = new Script({ queueLimit: 5 });
  server.join(leg('a', { priority: 5 }), 'b', 'c', 'd', 'e', leg('n', { kind: 'non-controlling', uri: undefined }));
  server.do({ kind: 'initialise', implicitRequest: 'a' });
});

const queued = () => server.state.queue.map((entry) => entry.leg);

describe('the queue (6.3.5.4)', () => {
  test('higher rank first, first come first served within one', () => {
    server.says('b', request(5));
    server.says('c', request(9));
    server.says('d', request(5));
    expect(server.says('e', request(9))).toEqual(['e: Queue Position Info 2']);
    expect(queued()).toEqual(['c', 'e', 'b', 'd']);
  });

  test('the position is told when asked for; 254 is not queued', () => {
    server.says('b', request());
    expect(server.says('b', message('Floor Queue Position Request'))).toEqual(['b: Queue Position Info 1']);
    expect(server.says('c', message('Floor Queue Position Request'))).toEqual(['c: Queue Position Info 254']);
  });

  test('the position comes with the priority that the place was got with', () => {
    const info = () => field(server.sent('b')[0] ?? { fields: [] }, 'Queue Info');
    server.says('b', request(7));
    server.says('b', message('Floor Queue Position Request'));
    expect(info()).toMatchObject({ position: 1, priority: 7 });
    server.says('b', release);
    server.says('b', message('Floor Queue Position Request', [{ id: 'Floor Priority', priority: 9 }]));
    expect(info()).toMatchObject({ position: 254, priority: 9 });
  });

  test('a position of the far end is never the one that says not queued', () => {
    server = new Script({ queueLimit: 300 });
    server.join('a', leg('n', { kind: 'non-controlling' }));
    server.do({ kind: 'initialise', implicitRequest: 'a' });
    const last = Array.from({ length: 256 }, (_, i) => server.says('n', request(5, [track(i)]))).slice(-5);
    expect(last.map(([said]) => said)).toEqual([252, 253, 253, 253, 253].map((at) => `n: Queue Position Info ${at}`));
  });

  test('a repeated request keeps its place; another priority finds a new one', () => {
    server.says('b', request(5));
    server.says('c', request(5));
    expect(server.says('b', request(5))).toEqual(['b: Queue Position Info 1']);
    expect(server.says('c', request(8))).toEqual(['c: Queue Position Info 1']);
    expect(queued()).toEqual(['c', 'b']);
  });

  test('Floor Release takes a queued request back, a leg that leaves takes its own with it', () => {
    server.says('b', request());
    server.says('c', request());
    expect(server.says('b', release)).toEqual(['b: Taken 1']);
    expect(queued()).toEqual(['c']);
    server.do({ kind: 'leave', leg: 'c' });
    expect(queued()).toEqual([]);
  });

  test('no priority beyond what was negotiated', () => {
    server.join(leg('f', { priority: 3 }));
    server.says('b', request(5));
    server.says('f', request(250));
    expect(queued()).toEqual(['b', 'f']);
  });

  test('its head gets the floor when the burst ends; T20 repeats Floor Granted three times in all', () => {
    server.says('b', request());
    const done = server.says('a', release);
    expect(done).toContain('b: Granted');
    expect(done).toContain('a: Taken 2 ack');
    expect(server.running()).toContain('T20');
    expect(server.fires('T20')).toEqual(['b: Granted']);
    expect(server.fires('T20')).toEqual(['b: Granted']);
    expect(server.fires('T20')).toEqual([]);
    expect(server.running()).not.toContain('T20');
  });

  test('T20 ends with the burst too', () => {
    server.says('b', request());
    server.says('a', release);
    expect(server.says('b', release)).toContain('tell idle');
    expect(server.running()).toEqual(['T4', 'T7']);
  });

  test('T20 ends with the first packet', () => {
    server.says('b', request());
    server.says('a', release);
    server.rtp('b');
    expect(server.running()).not.toContain('T20');
  });
});

describe('pre-emption (6.3.4.4, 6.3.4.5)', () => {
  beforeEach(() => {
    server.rtp('a');
  });

  test('Revoke 4 to the talker, the pre-emptor first in the queue', () => {
    server.says('c', request(9));
    expect(server.says('b', request(210))).toEqual(['a: Revoke 4', 'b: Queue Position Info 1']);
    expect(queued()).toEqual(['b', 'c']);
    expect(server.leg('a')?.state).toBe('U: pending Floor Revoke');
    expect(server.running()).toEqual(['Ack:b', 'Ack:c', 'Ack:d', 'Ack:e', 'Ack:n', 'T3', 'T8:a']);
  });

  test('media of the talker goes on until its Floor Release, and then the pre-emptor has the floor', () => {
    server.says('b', request(210));
    expect(server.rtp('a')).toEqual(['a > b c d e n']);
    expect(server.running()).not.toContain('T1');
    expect(server.says('a', release)).toContain('b: Granted');
    expect(server.running()).not.toContain('T8:a');
    expect(server.running()).not.toContain('T3');
  });

  test('T8 repeats the Revoke with its cause, T3 ends it', () => {
    server.says('b', request(210));
    expect(server.fires('T8:a')).toEqual(['a: Revoke 4']);
    const done = server.fires('T3');
    expect(done).toContain('b: Granted');
    expect(done).toContain('a: Taken 2 ack');
    server.nowMs = 1000;
    expect(server.rtp('a')).toEqual(['a: Revoke 3']);
  });

  test('without queueing negotiated the pre-emptor is not told its position', () => {
    server.join(leg('f', { queueing: false }));
    expect(server.says('f', request(210))).toEqual(['a: Revoke 4']);
    expect(server.says('a', release)).toContain('f: Granted');
  });

  test('from the priority that the settings name', () => {
    expect(server.says('b', request(199))).toEqual(['b: Queue Position Info 1']);
    expect(server.says('c', request(200))).toEqual(['a: Revoke 4', 'c: Queue Position Info 1']);
  });

  test('a later pre-emptor of the same rank goes to the top (6.3.4.5.4)', () => {
    server.says('b', request(210));
    expect(server.says('c', request(210))).toEqual(['c: Queue Position Info 1']);
    expect(queued()).toEqual(['c', 'b']);
  });

  test('an emergency pre-empts at any priority; its bit shows in what is said of it', () => {
    expect(server.says('b', request(0, [emergency]))[0]).toBe('a: Revoke 4');
    server.says('a', release);
    expect(field(server.sent('b')[0] ?? { fields: [] }, 'Floor Indicator')?.bits).toBe(0x9500);
    expect(field(server.sent('c')[0] ?? { fields: [] }, 'Floor Indicator')?.bits).toBe(0x9500);
  });

  test('imminent peril stands between: it pre-empts a normal talker, an emergency pre-empts it', () => {
    server.says('b', request(0, [imminent]));
    server.says('a', release);
    expect(server.says('c', request(255))).toEqual(['c: Queue Position Info 1']);
    expect(server.says('d', request(0, [emergency]))).toEqual(['b: Revoke 4', 'd: Queue Position Info 1']);
    expect(server.says('a', request(250))).toEqual(['a: Queue Position Info 3']);
  });

  test('a full queue makes room for a pre-emptor: its tail is denied (7)', () => {
    server = new Script({ queueLimit: 1 });
    server.join(leg('a', { priority: 5 }), 'b', 'c');
    server.do({ kind: 'initialise', implicitRequest: 'a' });
    server.says('b', request(5));
    expect(server.says('c', request(210))).toEqual(['b: Deny 7', 'a: Revoke 4', 'c: Queue Position Info 1']);
    expect(queued()).toEqual(['c']);
  });

  test('a queue full of higher ones has no room for a pre-emptor, who is denied (7) and no more', () => {
    server = new Script({ queueLimit: 1 });
    server.join(leg('a', { priority: 5 }), 'b', 'c');
    server.do({ kind: 'initialise', implicitRequest: 'a' });
    server.says('b', request(220));
    expect(server.says('c', request(210))).toEqual(['c: Deny 7']);
    expect(queued()).toEqual(['b']);
  });

  test('equal rank does not pre-empt', () => {
    server.says('b', request(210));
    server.says('a', release);
    expect(server.says('c', request(210))).toEqual(['c: Queue Position Info 1']);
    expect(server.state.general).toBe('G: Floor Taken');
  });

  test('while the floor is being revoked a request of the talker has no procedure, one of others is queued', () => {
    server.says('b', request(210));
    expect(server.says('a', request())).toEqual([]);
    expect(server.says('c', request())).toEqual(['c: Queue Position Info 2']);
    expect(server.says('d', request(220))).toEqual(['d: Queue Position Info 1']);
    expect(queued()).toEqual(['d', 'b', 'c']);
  });
});

describe('a leg to a non-controlling function (6.5, 8.2.3.13)', () => {
  test('Track Info goes back with the answer, and none is in what is said to all', () => {
    server.says('a', release);
    expect(server.says('n', request(5, [track(7)]))).toContain('n: Granted');
    expect(server.sent('n')[0]?.fields).toContainEqual(track(7));
    expect(server.sent('b')[0]?.fields.map(({ id }) => id)).toEqual([
      'Permission to Request the Floor',
      'Message Sequence Number',
      'Floor Indicator',
      'SSRC',
    ]);
  });

  test('two behind one leg are two: the second queues, each answer has its own trail, media SSRCs differ', () => {
    server.says('a', release);
    server.says('n', request(5, [track(7)]));
    const first = field(server.sent('n')[0] ?? { fields: [] }, 'SSRC')?.ssrc;
    expect(server.says('n', request(5, [track(8)]))).toEqual(['n: Queue Position Info 1']);
    expect(server.sent('n')[0]?.fields).toContainEqual(track(8));
    expect(server.says('n', message('Floor Release', [track(7)]))).toContain('n: Granted');
    expect(server.sent('n')[0]?.fields).toContainEqual(track(8));
    const second = field(server.sent('n')[0] ?? { fields: [] }, 'SSRC')?.ssrc;
    expect(first).not.toBe(second);
    expect(field(server.sent('b')[0] ?? { fields: [] }, 'SSRC')?.ssrc).toBe(second);
  });

  test('the leg that has the floor is not told Floor Taken for a release of another behind it', () => {
    server.says('a', release);
    server.says('n', request(5, [track(7)]));
    server.says('n', request(5, [track(8)]));
    expect(server.says('n', message('Floor Release', [track(8)]))).toEqual([]);
    expect(queued()).toEqual([]);
    expect(server.state.general).toBe('G: Floor Taken');
  });

  test('Deny and Revoke carry the trail of the one they are for', () => {
    server = new Script({ queueLimit: 0 });
    server.join('a', leg('n', { kind: 'non-controlling', uri: undefined }));
    server.do({ kind: 'initialise', implicitRequest: 'a' });
    expect(server.says('n', request(5, [track(7)]))).toEqual(['n: Deny 7']);
    expect(server.sent('n')[0]?.fields).toContainEqual(track(7));
    server.says('a', release);
    server.says('n', request(5, [track(7)]));
    expect(server.says('a', request(0, [emergency]))).toContain('n: Revoke 4');
    expect(server.sent('n')[0]?.fields).toContainEqual(track(7));
  });

  test('a trail without references is none', () => {
    const empty: FloorField = { id: 'Track Info', queueing: 1, participantType: 'x', references: [] };
    server.says('a', release);
    server.says('n', request(5, [empty]));
    expect(field(server.sent('n')[0] ?? { fields: [] }, 'SSRC')?.ssrc).toBe(server.leg('n')?.mediaSsrc);
    expect(server.says('n', request())).toEqual(['n: Granted']);
    expect(server.says('n', message('Floor Release', [empty]))).toContain('tell idle');
  });

  test('a User ID in the request names the talker to the others', () => {
    server.says('a', release);
    server.says('n', request(5, [track(7), { id: 'User ID', uri: 'sip:b-ue-1@b.mcx.test' }]));
    expect(field(server.sent('b')[0] ?? { fields: [] }, "Granted Party's Identity")?.uri).toBe('sip:b-ue-1@b.mcx.test');
  });
});
