import { beforeEach, describe, expect, test } from 'vitest';
import { field } from '../../wire/floor/fields.ts';
import type { FloorField, FloorMessage } from '../../wire/floor/message.ts';
import { nonControlling, startNonControlling } from './non-controlling.ts';
import type {
  NonControllingEffect,
  NonControllingEvent,
  NonControllingSettings,
  NonControllingState,
  OwnClient,
} from './non-controlling-state.ts';
import { ackOf, inShort, message, request } from './server-script.ts';

const settings: NonControllingSettings = {
  ssrc: 0xb001,
  timers: { t8Ms: 900 },
  indicator: 0x0100,
  participantType: 'dispatcher',
  localFiltering: false,
  takenAck: true,
};

const client = (id: string, reference: number, more: Partial<OwnClient> = {}): OwnClient => ({
  id,
  reference,
  uri: `sip:${id}@b.mcx.test`,
  queueing: true,
  priority: 5,
  ...more,
});

const track = (...references: number[]): FloorField => ({
  id: 'Track Info',
  queueing: 1,
  participantType: 'dispatcher',
  references,
});

class Script {
  state: NonControllingState;
  effects: readonly NonControllingEffect[] = [];
  nowMs = 0;
  readonly timers = new Set<string>();

  constructor(more: Partial<NonControllingSettings> = {}) {
    this.state = startNonControlling({ ...settings, ...more });
    this.do({ kind: 'join', client: client('x', 101) });
    this.do({ kind: 'join', client: client('y', 102) });
    this.do({ kind: 'join', client: client('z', 103, { queueing: false, uri: undefined }) });
  }

  do(event: NonControllingEvent): string[] {
    const { state, effects } = nonControlling(this.state, event, this.nowMs);
    this.state = state;
    this.effects = effects;
    return effects.flatMap((effect) => {
      if (effect.kind === 'start-timer') this.timers.add(effect.timer);
      if (effect.kind === 'stop-timer') this.timers.delete(effect.timer);
      if (effect.kind === 'send-up') return [`up: ${inShort(effect.message)}`];
      if (effect.kind === 'send') return [`${effect.client}: ${inShort(effect.message)}`];
      return effect.kind === 'forward' ? [`${effect.up ? 'up ' : ''}> ${effect.to.join(' ')}`] : [];
    });
  }

  above(said: FloorMessage): string[] {
    return this.do({ kind: 'from-controlling', message: said });
  }

  says(id: string, said: FloorMessage): string[] {
    return this.do({ kind: 'from-client', client: id, message: said });
  }

  up(): FloorMessage | undefined {
    return this.effects.find((effect) => effect.kind === 'send-up')?.message;
  }

  to(id: string): FloorMessage | undefined {
    return this.effects.find((effect) => effect.kind === 'send' && effect.client === id)?.kind === 'send'
      ? this.effects.flatMap((effect) => (effect.kind === 'send' && effect.client === id ? [effect.message] : []))[0]
      : undefined;
  }
}

const granted = (...more: FloorField[]) =>
  message('Floor Granted', [
    { id: 'Duration', seconds: 30 },
    { id: 'SSRC', ssrc: 0xabcd },
    ...more,
    { id: 'Floor Indicator', bits: 0x8500 },
  ]);
const takenAbove = (sequence: number): FloorMessage => ({
  ...message('Floor Taken', [
    { id: "Granted Party's Identity", uri: 'sip:a-ue-1@a.mcx.test' },
    { id: 'Permission to Request the Floor', permission: 1 },
    { id: 'Message Sequence Number', sequence },
    track(),
  ]),
  ackRequired: true,
});
const idleAbove = (sequence: number) => message('Floor Idle', [{ id: 'Message Sequence Number', sequence }]);
const release = message('Floor Release', [{ id: 'Floor Indicator', bits: 0x8400 }]);

let function_: Script;
beforeEach(() => {
  function_ = new Script();
});

describe('upwards (6.5.5)', () => {
  test('a request goes up with the trail to its client, from this function', () => {
    const asked = request(5, [{ id: 'Floor Indicator', bits: 0x8400 }]);
    expect(function_.says('x', asked)).toEqual(['up: Request']);
    expect(function_.up()).toEqual({
      name: 'Floor Request',
      ackRequired: false,
      ssrc: 0xb001,
      fields: [{ id: 'Floor Priority', priority: 5 }, track(101), { id: 'Floor Indicator', bits: 0x8500 }],
    });
  });

  test('the trail says whether the client negotiated queueing; its priority is no higher than negotiated', () => {
    function_.says('z', request(200));
    expect(field(function_.up() ?? { fields: [] }, 'Track Info')?.queueing).toBe(0);
    expect(field(function_.up() ?? { fields: [] }, 'Floor Priority')?.priority).toBe(5);
  });

  test('without local filtering every competing request goes up', () => {
    expect(function_.says('x', request())).toEqual(['up: Request']);
    expect(function_.says('y', request())).toEqual(['up: Request']);
  });

  test('release and queue query likewise', () => {
    expect(function_.says('x', release)).toEqual(['up: Release']);
    expect(function_.up()?.fields).toEqual([track(101), { id: 'Floor Indicator', bits: 0x8500 }]);
    expect(function_.says('x', message('Floor Queue Position Request'))).toEqual(['up: Queue Position Request']);
    expect(function_.up()?.fields).toEqual([track(101)]);
  });

  test('a release that the controlling function need not answer is answered here with what was said last', () => {
    function_.above(idleAbove(3));
    expect(function_.says('x', release)).toEqual(['up: Release', 'x: Idle 1']);
    function_.above(takenAbove(4));
    expect(function_.says('x', release)).toEqual(['up: Release', 'x: Taken 2']);
  });

  test('a message that is none of a client does nothing', () => {
    expect(function_.says('x', message('Floor Idle'))).toEqual([]);
    expect(function_.says('x', ackOf(2))).toEqual([]);
  });

  test('a client joins once', () => {
    function_.above(idleAbove(3));
    expect(function_.do({ kind: 'join', client: client('x', 101) })).toEqual([]);
  });

  test('who leaves with the floor, or asking for it, is released upwards', () => {
    function_.says('x', request());
    expect(function_.do({ kind: 'leave', client: 'x' })).toEqual(['up: Release']);
    expect(field(function_.up() ?? { fields: [] }, 'Track Info')?.references).toEqual([101]);
    function_.above(granted(track(102)));
    expect(function_.do({ kind: 'leave', client: 'y' })).toEqual(['up: Release']);
    expect(function_.do({ kind: 'leave', client: 'z' })).toEqual([]);
    expect(function_.timers).toEqual(new Set());
  });
});

describe('a client that leaves', () => {
  test('takes its floor with it: back again it has none', () => {
    function_.above(granted(track(101)));
    function_.do({ kind: 'leave', client: 'x' });
    expect(function_.state.holder).toBeUndefined();
    function_.do({ kind: 'join', client: client('x', 101) });
    expect(function_.do({ kind: 'rtp-from-client', client: 'x' })).toEqual(['x: Revoke 3']);
  });

  test('leaves the floor of another where it is', () => {
    function_.above(granted(track(101)));
    function_.do({ kind: 'leave', client: 'y' });
    expect(function_.do({ kind: 'rtp-from-client', client: 'x' })).toEqual(['up > z']);
  });
});

describe('downwards (6.5.4)', () => {
  test("Granted reaches its client without the trail, and the others hear Floor Taken with this function's number", () => {
    expect(function_.above(granted(track(101)))).toEqual(['x: Granted', 'y: Taken 1 ack', 'z: Taken 1 ack']);
    expect(function_.to('x')?.fields.map(({ id }) => id)).toEqual(['Duration', 'SSRC', 'Floor Indicator']);
    expect(function_.to('x')?.ssrc).toBe(0xb001);
    expect(function_.to('y')?.fields).toEqual([
      { id: "Granted Party's Identity", uri: 'sip:x@b.mcx.test' },
      { id: 'Permission to Request the Floor', permission: 1 },
      { id: 'Message Sequence Number', sequence: 1 },
      { id: 'Floor Indicator', bits: 0x8500 },
      { id: 'SSRC', ssrc: 0xabcd },
    ]);
  });

  test('Granted without an indicator is told with that of this function', () => {
    function_.above(message('Floor Granted', [track(101)]));
    expect(field(function_.to('y') ?? { fields: [] }, 'Floor Indicator')?.bits).toBe(0x0100);
    expect(field(function_.to('y') ?? { fields: [] }, 'SSRC')).toBeUndefined();
  });

  test('without acknowledgements Floor Taken is said once', () => {
    function_ = new Script({ takenAck: false });
    expect(function_.above(granted(track(101)))).toEqual(['x: Granted', 'y: Taken 1', 'z: Taken 1']);
    expect(function_.above(takenAbove(40))).toEqual(['up: Ack', 'x: Taken 2', 'y: Taken 2', 'z: Taken 2']);
    expect(function_.timers).toEqual(new Set());
  });

  test('who is granted the floor need not acknowledge the Taken of another any more', () => {
    function_.above(takenAbove(40));
    function_.above(granted(track(101)));
    expect(function_.timers).toEqual(new Set(['Ack:y', 'Ack:z']));
  });

  test('events without a number are all new', () => {
    expect(function_.above(message('Floor Idle'))).toEqual(['x: Idle 1', 'y: Idle 1', 'z: Idle 1']);
    expect(function_.above(message('Floor Idle'))).toEqual(['x: Idle 2', 'y: Idle 2', 'z: Idle 2']);
  });

  test('Floor Idle ends the wait for acknowledgements', () => {
    function_.above(takenAbove(40));
    function_.above(idleAbove(41));
    expect(function_.timers).toEqual(new Set());
  });

  test('a message that is none of the controlling function does nothing', () => {
    expect(function_.above(request())).toEqual([]);
  });

  test('privacy: the identity of the talker is left out', () => {
    function_.above(granted(track(103)));
    expect(field(function_.to('x') ?? { fields: [] }, "Granted Party's Identity")).toBeUndefined();
  });

  test('Granted again (T20) is no news to the others', () => {
    function_.above(granted(track(101)));
    expect(function_.above(granted(track(101)))).toEqual(['x: Granted']);
  });

  test('Granted for a client that is gone goes back as Floor Release', () => {
    expect(function_.above(granted(track(999)))).toEqual(['up: Release']);
    expect(field(function_.up() ?? { fields: [] }, 'Track Info')?.references).toEqual([999]);
    expect(function_.state.holder).toBeUndefined();
  });

  test("the last reference is this function's own", () => {
    expect(function_.above(granted(track(7, 102)))[0]).toBe('y: Granted');
  });

  test.each([
    ['Floor Deny', [{ id: 'Reject Cause', cause: 1, phrase: '' }], 'Deny 1'],
    ['Floor Revoke', [{ id: 'Reject Cause', cause: 4, phrase: '' }], 'Revoke 4'],
    ['Floor Queue Position Info', [{ id: 'Queue Info', position: 2, priority: 5 }], 'Queue Position Info 2'],
  ] as const)('%s reaches exactly the client of the trail', (name, fields, said) => {
    expect(function_.above(message(name, [...fields, track(102)]))).toEqual([`y: ${said}`]);
    expect(function_.to('y')?.fields).toEqual(fields);
    expect(function_.above(message(name, [...fields, track(999)]))).toEqual([]);
  });

  test('without a trail: Revoke is for the talker, Deny for the only one who asks', () => {
    const deny = message('Floor Deny', [{ id: 'Reject Cause', cause: 1, phrase: '' }]);
    expect(function_.above(deny)).toEqual([]);
    function_.says('y', request());
    expect(function_.above(deny)).toEqual(['y: Deny 1']);
    expect(function_.above(deny)).toEqual([]);
    function_.above(granted(track(101)));
    expect(function_.above(message('Floor Revoke', [{ id: 'Reject Cause', cause: 2, phrase: '' }]))).toEqual([
      'x: Revoke 2',
    ]);
  });

  test('without a trail: who asks goes on asking in the queue, and not after a release', () => {
    const deny = message('Floor Deny', [{ id: 'Reject Cause', cause: 1, phrase: '' }]);
    function_.says('y', request());
    function_.above(message('Floor Queue Position Info', [{ id: 'Queue Info', position: 1, priority: 5 }, track(102)]));
    expect(function_.above(deny)).toEqual(['y: Deny 1']);
    function_.says('y', request());
    function_.says('y', release);
    expect(function_.above(deny)).toEqual([]);
    function_.says('x', request());
    function_.says('y', request());
    expect(function_.above(deny)).toEqual([]);
  });

  test("Taken and Idle from above go to all own clients with this function's own numbers", () => {
    expect(function_.above(takenAbove(40))).toEqual(['up: Ack', 'x: Taken 1 ack', 'y: Taken 1 ack', 'z: Taken 1 ack']);
    expect(function_.to('x')?.fields.map(({ id }) => id)).not.toContain('Track Info');
    expect(function_.above(idleAbove(41))).toEqual(['x: Idle 2', 'y: Idle 2', 'z: Idle 2']);
  });

  test('the acknowledgement says that a non-controlling function sends it', () => {
    function_.above(takenAbove(40));
    expect(function_.up()?.fields).toEqual([{ id: 'Source', source: 3 }, { id: 'Message Type', type: 2 }, track()]);
  });

  test('the same event again: Taken is acknowledged and no more, Idle is repeated with its number', () => {
    function_.above(takenAbove(40));
    expect(function_.above(takenAbove(40))).toEqual(['up: Ack']);
    function_.above(idleAbove(41));
    expect(function_.above(idleAbove(41))).toEqual(['x: Idle 2', 'y: Idle 2', 'z: Idle 2']);
  });

  test('Floor Taken is repeated to who does not acknowledge, three times in all', () => {
    function_.above(takenAbove(40));
    expect(function_.says('x', ackOf(5))).toEqual([]);
    expect(function_.timers).toContain('Ack:x');
    expect(function_.says('x', ackOf(2))).toEqual([]);
    expect(function_.says('x', ackOf(2))).toEqual([]);
    expect(function_.timers).toEqual(new Set(['Ack:y', 'Ack:z']));
    for (const said of [['y: Taken 1 ack'], ['y: Taken 1 ack'], []]) {
      function_.timers.delete('Ack:y');
      expect(function_.do({ kind: 'timer', timer: 'Ack:y' })).toEqual(said);
    }
    expect(function_.timers).toEqual(new Set(['Ack:z']));
    expect(function_.state.clients.find(({ id }) => id === 'y')?.unacked).toBeUndefined();
    expect(function_.do({ kind: 'timer', timer: 'Ack:y' })).toEqual([]);
    expect(function_.do({ kind: 'timer', timer: 'Ack:gone' })).toEqual([]);
    function_.above(idleAbove(41));
    function_.above(takenAbove(42));
    expect(function_.do({ kind: 'timer', timer: 'Ack:y' })).toEqual(['y: Taken 3 ack']);
  });

  test('who joins later is told what the others were told last', () => {
    function_.above(granted(track(101)));
    expect(function_.do({ kind: 'join', client: client('w', 104) })).toEqual(['w: Taken 1 ack']);
  });
});

describe('media', () => {
  test('of the client that has the floor: up, and to the other own clients', () => {
    function_.above(granted(track(101)));
    expect(function_.do({ kind: 'rtp-from-client', client: 'x' })).toEqual(['up > y z']);
  });

  test('from above: to all own clients', () => {
    expect(function_.do({ kind: 'rtp-from-controlling' })).toEqual(['> x y z']);
    function_.above(granted(track(101)));
    expect(function_.do({ kind: 'rtp-from-controlling' })).toEqual(['> y z']);
  });

  test('of one that nobody knows goes nowhere', () => {
    expect(function_.do({ kind: 'rtp-from-client', client: 'gone' })).toEqual([]);
  });

  test('that was on its way stays so when another event follows', () => {
    function_.above(granted(track(101)));
    function_.above(idleAbove(9));
    function_.above(idleAbove(10));
    expect(function_.do({ kind: 'rtp-from-client', client: 'x' })).toEqual([]);
    expect(function_.do({ kind: 'rtp-from-client', client: 'y' })).toEqual(['y: Revoke 3']);
  });

  test('of one without the floor goes nowhere; he is told once, until he releases', () => {
    function_.above(granted(track(101)));
    expect(function_.do({ kind: 'rtp-from-client', client: 'y' })).toEqual(['y: Revoke 3']);
    expect(function_.do({ kind: 'rtp-from-client', client: 'y' })).toEqual([]);
    function_.says('y', release);
    expect(function_.do({ kind: 'rtp-from-client', client: 'y' })).toEqual(['y: Revoke 3']);
  });

  test.each([
    ['its own release', () => function_.says('x', release)],
    ['Floor Idle', () => function_.above(idleAbove(9))],
    ['Floor Taken of another', () => function_.above(takenAbove(9))],
  ])('ends with %s; what was on its way is dropped in silence', (_what, end) => {
    function_.above(granted(track(101)));
    end();
    function_.nowMs = 199;
    expect(function_.do({ kind: 'rtp-from-client', client: 'x' })).toEqual([]);
    function_.nowMs = 200;
    expect(function_.do({ kind: 'rtp-from-client', client: 'x' })).toEqual(['x: Revoke 3']);
  });
});

describe('local filtering (TS 23.379 10.9.1.4)', () => {
  beforeEach(() => {
    function_ = new Script({ localFiltering: true });
    function_.do({ kind: 'join', client: client('k', 200, { priority: 9 }) });
  });

  test('the loser is denied here, the winner alone goes up', () => {
    expect(function_.says('x', request(5))).toEqual(['up: Request']);
    expect(function_.says('y', request(5))).toEqual(['y: Deny 1']);
    expect(function_.says('x', request(5))).toEqual(['up: Request']);
  });

  test('a higher priority takes the place of a request that is up', () => {
    function_.says('x', request(5));
    expect(function_.says('k', request(9))).toEqual(['up: Release', 'x: Deny 1', 'up: Request']);
    expect(field(function_.to('x') ?? { fields: [] }, 'Floor Indicator')?.bits).toBe(0x0100);
    expect(function_.says('x', request(5, [{ id: 'Floor Indicator', bits: 0x8400 }]))).toEqual(['x: Deny 1']);
    expect(field(function_.to('x') ?? { fields: [] }, 'Floor Indicator')?.bits).toBe(0x8500);
  });

  test('against a client that talks', () => {
    function_.says('x', request(5));
    function_.above(granted(track(101)));
    expect(function_.says('y', request(5))).toEqual(['y: Deny 1']);
    expect(function_.says('k', request(9))).toEqual(['up: Request']);
  });
});

describe('release of the call (6.5.3)', () => {
  test('nothing is heard any more and no timer is left', () => {
    function_.above(takenAbove(1));
    function_.do({ kind: 'release' });
    expect(function_.timers).toEqual(new Set());
    expect(function_.says('x', request())).toEqual([]);
    expect(function_.above(idleAbove(2))).toEqual([]);
    expect(function_.do({ kind: 'rtp-from-controlling' })).toEqual([]);
  });
});
