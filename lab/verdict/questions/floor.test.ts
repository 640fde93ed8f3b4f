import { describe, expect, test } from 'vitest';
import { Call, floor } from '../call.test-data.ts';
import { floorGranted, floorIdle, floorIn, ssrcIn } from './floor.ts';

function running(): { call: Call; from: bigint } {
  const call = new Call();
  call.registerAll();
  call.set('a-ue-1');
  return { call, from: call.stage.now + 1n };
}

const granted = (ssrc?: number) => floor('Floor Granted', ssrc === undefined ? [] : [{ id: 'SSRC', ssrc }]);
const taken = (ssrc?: number) => floor('Floor Taken', ssrc === undefined ? [] : [{ id: 'SSRC', ssrc }]);
const members = ['a-ue-2', 'b-ue-1', 'b-ue-2'];

/** Granted to a-ue-1 and taken to all others. */
function grant(call: Call, ssrc?: number, theirs = ssrc): void {
  call.down('a-ue-1', 2, granted(ssrc));
  for (const ue of members) call.down(ue, 2, taken(theirs));
}

describe('one talker at a time', () => {
  test('another grant while the first holds is a no', () => {
    const { call, from } = running();
    grant(call);
    call.down('b-ue-1', 2, granted());
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false))).toMatchObject({
      state: 'no',
      because: 'b-ue-1 is granted the floor too',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'b-ue-1' }],
    });
  });

  test('whatever the order of the two', () => {
    const { call, from } = running();
    call.down('b-ue-1', 2, granted());
    grant(call);
    // The rival's Floor Taken, which ends its own grant, comes after the speaker's.
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('no');
  });

  test.each<[string, (call: Call) => void]>([
    ['releases', (call) => call.up('a-ue-1', 2, floor('Floor Release', []))],
    ['hears that the floor is idle', (call) => call.down('a-ue-1', 2, floor('Floor Idle', []))],
    ['hears that somebody has taken it', (call) => call.down('a-ue-1', 2, taken())],
    [
      'has it revoked',
      (call) => call.down('a-ue-1', 2, floor('Floor Revoke', [{ id: 'Reject Cause', cause: 4, phrase: '' }])),
    ],
  ])('the next one may have it when the first %s', (_what, end) => {
    const { call, from } = running();
    grant(call);
    end(call);
    call.down('b-ue-1', 2, granted());
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('the one before may have had it, when it ended in time', () => {
    const { call, from } = running();
    call.down('b-ue-1', 2, granted());
    call.up('b-ue-1', 2, floor('Floor Release', []));
    grant(call);
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('an end before the grant ends nothing', () => {
    const { call, from } = running();
    call.down('a-ue-1', 2, floor('Floor Idle', []));
    grant(call);
    call.down('b-ue-1', 2, granted());
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('no');
  });

  test('the first end counts', () => {
    const { call, from } = running();
    grant(call);
    call.up('a-ue-1', 2, floor('Floor Release', []));
    call.down('b-ue-1', 2, granted());
    call.down('a-ue-1', 2, floor('Floor Idle', []));
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('the first end counts, whichever message it is', () => {
    const { call, from } = running();
    grant(call);
    call.down('a-ue-1', 2, floor('Floor Idle', []));
    call.down('b-ue-1', 2, granted());
    call.up('a-ue-1', 2, floor('Floor Release', []));
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('an end in the datagram of the grant is the one before it', () => {
    const { call, from } = running();
    call.down('a-ue-1', 2, new Uint8Array([...floor('Floor Idle', []), ...granted()]));
    for (const ue of members) call.down(ue, 2, taken());
    call.down('b-ue-1', 2, granted());
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('no');
  });

  test('without a grant of the speaker nobody is a rival', () => {
    const { call, from } = running();
    call.down('b-ue-1', 2, granted());
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false))).toMatchObject({
      state: 'open',
      because: 'no Floor Granted at a-ue-1',
    });
  });
});

describe('Floor Taken', () => {
  test('has the SSRC of the grant, where both say one', () => {
    const asked = (own?: number, theirs?: number) => {
      const { call, from } = running();
      grant(call, own, theirs);
      return floorGranted('a-ue-1').ask(call.stage.scene(from, false));
    };
    expect(asked(7, 7).state).toBe('yes');
    expect(asked(7, undefined).state).toBe('yes');
    expect(asked(undefined, 8).state).toBe('yes');
    expect(asked(7, 8)).toMatchObject({
      state: 'open',
      because: 'Floor Taken at a-ue-2 has not the SSRC of the grant',
      evidence: [{ tap: 'a-ue-2' }],
    });
  });

  test('may name another talker first', () => {
    const { call, from } = running();
    const named = (uri: string) => floor('Floor Taken', [{ id: "Granted Party's Identity", uri }]);
    call.down('a-ue-1', 2, granted());
    for (const ue of members) call.down(ue, 2, named('sip:b-ue-1@b.mcx.test'));
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('open');
    for (const ue of members) call.down(ue, 2, named('sip:a-ue-1@a.mcx.test'));
    expect(floorGranted('a-ue-1').ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('that is missing is told, and the members may be those of one agency', () => {
    const { call, from } = running();
    call.down('a-ue-1', 2, granted());
    call.down('a-ue-2', 2, taken());
    const scene = call.stage.scene(from, false);
    expect(floorGranted('a-ue-1').ask(scene)).toMatchObject({ state: 'open', because: 'no Floor Taken at b-ue-1' });
    expect(floorGranted('a-ue-1', { agency: 'a' }).ask(scene)).toMatchObject({
      state: 'yes',
      because: 'granted to a-ue-1; taken at a-ue-2',
    });
    expect(floorGranted('c-ue-1').ask(scene)).toMatchObject({ state: 'open', because: 'there is no UE c-ue-1' });
  });
});

describe('what is told where the floor is not granted', () => {
  test('the request, or the denial', () => {
    const { call, from } = running();
    call.up('a-ue-1', 2, floor('Floor Request', []));
    const asked = () => floorGranted('a-ue-1').ask(call.stage.scene(from, false));
    const frames = () =>
      asked().evidence.map(({ tap, frame }) => {
        const seen = call.stage.timeline().sightings.find((one) => one.tap === tap && one.frame === frame);
        return seen?.content.protocol === 'floor' ? `${tap} ${seen.content.messages[0]?.name}` : tap;
      });
    expect(frames()).toEqual(['a-ue-1 Floor Request']);
    call.down('a-ue-1', 2, floor('Floor Deny', [{ id: 'Reject Cause', cause: 1, phrase: '' }]));
    expect(frames()).toEqual(['a-ue-1 Floor Deny']);
    expect(asked().state).toBe('open');
  });
});

describe('Floor Idle', () => {
  test('reaches every member, or those of one agency', () => {
    const { call, from } = running();
    for (const ue of ['a-ue-1', 'a-ue-2']) call.down(ue, 2, floor('Floor Idle', []));
    call.up('b-ue-1', 2, floor('Floor Release', []));
    const scene = call.stage.scene(from, false);
    expect(floorIdle({ agency: 'a' }).ask(scene)).toMatchObject({
      state: 'yes',
      because: 'idle at a-ue-1; idle at a-ue-2',
    });
    expect(floorIdle().ask(scene)).toMatchObject({
      state: 'open',
      because: 'no Floor Idle at b-ue-1',
      evidence: [{ tap: 'b-ue-1' }],
    });
  });

  test('is another message than any other, in a datagram that may hold several', () => {
    const { call, from } = running();
    const both = new Uint8Array([...granted(7), ...floor('Floor Idle', [])]);
    call.down('a-ue-1', 2, both);
    const at = call.stage
      .timeline()
      .sightings.find(({ tap, timeNs, content }) => tap === 'a-ue-1' && timeNs >= from && content.protocol === 'floor');
    expect(at && floorIn(at, 'Floor Idle')?.name).toBe('Floor Idle');
    expect(at && floorIn(at, 'Floor Taken')).toBeUndefined();
    expect([ssrcIn(at, 'Floor Granted'), ssrcIn(at, 'Floor Idle'), ssrcIn(undefined, 'Floor Idle')]).toEqual([
      7,
      undefined,
      undefined,
    ]);
  });
});
