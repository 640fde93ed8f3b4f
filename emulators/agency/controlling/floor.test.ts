import { afterEach, describe, expect, test } from 'vitest';
import { FLOOR_INDICATOR } from '../../../lab/wire/floor/indicator.ts';
import type { FloorField } from '../../../lab/wire/floor/message.ts';
import { fieldOf, floorRelease, floorRequest, rootCall, ue } from '../bench/calls.ts';
import { type Override, rootConfig } from '../bench/config.ts';
import { type Lab, openLab } from '../bench/lab.ts';
import { pause } from '../bench/wait.ts';

let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

async function open(more: Override = {}): Promise<Lab> {
  lab = await openLab({ config: rootConfig, more });
  return lab;
}

const track = (reference: number): FloorField => ({
  id: 'Track Info',
  queueing: 1,
  participantType: 'dispatcher',
  references: [reference],
});

describe('the floor of a session', () => {
  test('an implicit request is granted with the call; everybody else is told who talks', async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    const granted = await originator.call.heard('Floor Granted');
    const taken = await ue2.heard('Floor Taken');
    expect(fieldOf(taken, "Granted Party's Identity")?.uri).toBe(ue('a-ue-1'));
    expect((fieldOf(granted, 'Floor Indicator')?.bits ?? 0) & FLOOR_INDICATOR.TEMPORARY_GROUP).not.toBe(0);
    expect(taken.ackRequired).toBe(true);
    expect(originator.call.count('Floor Taken')).toBe(0);
    expect(ncf.count('Floor Granted')).toBe(0);
  });

  test('without an implicit request the floor is idle', async () => {
    const here = await open();
    const caller = { fmtp: 'mc_queueing;mc_priority=5' };
    await here.register(ue('a-ue-1'));
    await here.register(ue('a-ue-2'));
    const info = { requestUri: 'sip:team@a.mcx.test' };
    const originator = await here.edge.call(here.server, 'sip:pf@a.mcx.test', ue('a-ue-1'), info, caller);
    const ue2 = await here.edge.answer(await here.edge.next('INVITE'));
    const idle = await ue2.heard('Floor Idle');
    expect((fieldOf(idle, 'Floor Indicator')?.bits ?? 0) & FLOOR_INDICATOR.TEMPORARY_GROUP).toBe(0);
    await originator.call.heard('Floor Idle');
    expect(originator.call.count('Floor Granted')).toBe(0);
  });

  test('release makes it idle, the next request gets it, and media follows the floor', async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    originator.call.talk(2, 1);
    await expect.poll(() => [ue2.rtp.length, ncf.rtp.length]).toEqual([2, 2]);
    originator.call.say(floorRelease);
    for (const call of [originator.call, ue2, ncf]) await call.heard('Floor Idle');
    ue2.say(floorRequest);
    await ue2.heard('Floor Granted');
    await originator.call.heard('Floor Taken');
    const sent = ue2.talk(4, 2);
    await expect.poll(() => [originator.call.rtp.length, ncf.rtp.length]).toEqual([4, 6]);
    expect(originator.call.rtp.map((bytes) => [...bytes])).toEqual(sent.map((bytes) => [...bytes]));
    expect(ue2.rtp).toHaveLength(2);
  });

  test('who talks without the floor is told to stop, and nobody hears him', async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    ue2.talk(3, 2);
    const revoke = await ue2.heard('Floor Revoke');
    expect(fieldOf(revoke, 'Reject Cause')?.cause).toBe(3);
    originator.call.talk(1, 1);
    await expect.poll(() => ncf.rtp.length).toBe(1);
    expect(originator.call.rtp).toHaveLength(0);
  });

  test('what is no media of the call is not carried: other payload types, keep-alives, RTCP', async () => {
    const { originator, ue2 } = await rootCall(await open());
    originator.call.talk(3, 1, 97);
    originator.call.talk(3, 1, 126);
    originator.call.talk(1, 7);
    await expect.poll(() => ue2.rtp.length).toBe(1);
    await pause(30);
    expect(ue2.rtp.map((bytes) => bytes[12])).toEqual([7]);
    expect(ue2.count('Floor Revoke')).toBe(0);
  });

  test('a participant behind a non-controlling function asks through it and is told by its reference', async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    originator.call.say(floorRelease);
    await ncf.heard('Floor Idle');
    ncf.say({ ...floorRequest, fields: [...floorRequest.fields, track(4711)] });
    const granted = await ncf.heard('Floor Granted');
    expect(fieldOf(granted, 'Track Info')?.references).toEqual([4711]);
    await ue2.heard('Floor Taken', 1);
    ncf.talk(2, 5);
    await expect.poll(() => [ue2.rtp.length, originator.call.rtp.length]).toEqual([2, 2]);
    ncf.say({ ...floorRelease, fields: [track(4711)] });
    await ue2.heard('Floor Idle', 1);
  });

  test('a request while another talks is queued or denied, as the participant can', async () => {
    const { ue2, ncf } = await rootCall(await open(), { partner: { fmtp: 'mc_priority=5' } });
    ue2.say(floorRequest);
    await ue2.heard('Floor Queue Position Info');
    ncf.say(floorRequest);
    const deny = await ncf.heard('Floor Deny');
    expect(fieldOf(deny, 'Reject Cause')?.cause).toBe(1);
  });

  test('the floor of one who leaves is free', async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    originator.call.say(floorRelease);
    await ue2.heard('Floor Idle');
    ue2.say(floorRequest);
    await ue2.heard('Floor Granted');
    await ue2.request('BYE');
    await ncf.heard('Floor Idle', 1);
    ncf.say(floorRequest);
    await ncf.heard('Floor Granted');
  });

  test('Floor Taken is repeated until it is acknowledged, three times at most', async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    originator.call.say(floorRelease);
    await ncf.heard('Floor Idle');
    ncf.acknowledges = false;
    const before = ncf.count('Floor Taken');
    ue2.say(floorRequest);
    await pause(500);
    expect(ncf.count('Floor Taken') - before).toBe(3);
    expect(originator.call.count('Floor Taken')).toBe(1);
  });

  test('a session without talk for T4 is released', async () => {
    const here = await open();
    const floorTimers = { ...here.config.floorTimers, t4Ms: 100 };
    await here.close();
    const { originator, ue2 } = await rootCall(await open({ floorTimers }));
    originator.call.say(floorRelease);
    await expect.poll(() => [originator.call.byes, ue2.byes]).toEqual([1, 1]);
  });
});
