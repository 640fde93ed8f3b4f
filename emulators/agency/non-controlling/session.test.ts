import { afterEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { decodeMcpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { mcpttInfoType } from '../../../lab/wire/mcx-info/mcptt-info-write.ts';
import { header } from '../../../lab/wire/sip/headers.ts';
import { partOfType } from '../../../lab/wire/sip/multipart.ts';
import { fromBytes } from '../../../lab/wire/sip/text.ts';
import {
  constituentCall,
  fieldOf,
  floorRelease,
  floorRequest,
  message,
  registered,
  teamInvite,
  ue,
} from '../bench/calls.ts';
import { type Override, remoteConfig } from '../bench/config.ts';
import { type Lab, openLab } from '../bench/lab.ts';

let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

async function open(more: Override = {}): Promise<Lab> {
  lab = await openLab({ config: remoteConfig, more });
  return lab;
}

async function allReleased(here: Lab): Promise<void> {
  await expect
    .poll(async () => {
      const { calls, dialogs, freeMediaPorts } = await here.describe();
      return { calls, dialogs, freeMediaPorts };
    })
    .toEqual({ calls: [], dialogs: 0, freeMediaPorts: 50 });
}

describe('a constituent group in the session of a partner', () => {
  test('its members are invited by a focus of its own, and the first answer goes up', async () => {
    const here = await open();
    await registered(here, 'b-ue-1', 'b-ue-2');
    const root = await teamInvite(here);
    const one = await here.edge.next('INVITE', ({ uri }) => uri.includes('b-ue-1'));
    await here.edge.next('INVITE', ({ uri }) => uri.includes('b-ue-2'));
    expect(header(one.request, 'p-asserted-identity')).toBe('<sip:ncf@ic.b.mcx.test>');
    expect(header(one.request, 'contact')).toMatch(/^<sip:team-\w+@.*;isfocus$/);
    expect(decodeMcpttInfo(partOfType(one.request, mcpttInfoType) ?? new Uint8Array()).value).toMatchObject({
      requestUri: ue('b-ue-1'),
      callingUserId: ue('a-ue-1'),
      callingGroupId: 'sip:campaign@a.mcx.test',
      associatedGroupId: 'sip:team@b.mcx.test',
    });
    expect(root.statuses).toEqual([100]);
    await here.edge.answer(one);
    const answer = await root.final();
    expect(answer.status).toBe(200);
    expect(header(answer, 'p-asserted-identity')).toBe('<sip:ncf@ic.b.mcx.test>');
    expect(header(answer, 'session-expires')).toBe('1800;refresher=uas');
    expect(fromBytes(answer.body)).toContain('a=fmtp:MCPTT mc_queueing;mc_priority=5\r\n');
  });

  test('the caller himself is not invited; without anybody else it is 480', async () => {
    const here = await open();
    await registered(here, 'b-ue-1');
    const root = await teamInvite(here, {}, ue('b-ue-1'));
    expect((await root.final()).status).toBe(480);
    expect(here.edge.requests).toEqual([]);
    await allReleased(here);
  });

  test('members who refuse make it 480', async () => {
    const here = await open();
    await registered(here, 'b-ue-1', 'b-ue-2');
    const root = await teamInvite(here);
    for (const { request, transaction } of [await here.edge.next('INVITE'), await here.edge.next('INVITE')]) {
      transaction?.respond(makeResponse(request, 603, { toTag: 'no' }));
    }
    expect((await root.final()).status).toBe(480);
    await allReleased(here);
  });

  test('floor control from above reaches all, with sequence numbers of its own', async () => {
    const { root, ue1, ue2 } = await constituentCall(await open());
    const party = { id: "Granted Party's Identity", uri: ue('a-ue-1') } as const;
    root.call.say(message('Floor Taken', [party, { id: 'Message Sequence Number', sequence: 900 }]));
    for (const call of [ue1, ue2]) {
      const taken = await call.heard('Floor Taken');
      expect(fieldOf(taken, "Granted Party's Identity")?.uri).toBe(ue('a-ue-1'));
      expect(fieldOf(taken, 'Message Sequence Number')?.sequence).not.toBe(900);
    }
    root.call.say(message('Floor Idle', [{ id: 'Message Sequence Number', sequence: 901 }]));
    for (const call of [ue1, ue2]) await call.heard('Floor Idle');
  });

  test('a request goes up with Track Info, its grant comes down to that client alone', async () => {
    const { root, ue1, ue2 } = await constituentCall(await open());
    ue1.say(floorRequest);
    const asked = await root.call.heard('Floor Request');
    const trackInfo = fieldOf(asked, 'Track Info');
    expect(trackInfo).toMatchObject({ queueing: 1, participantType: 'dispatcher' });
    if (trackInfo === undefined) throw new Error('no Track Info');
    root.call.say(message('Floor Granted', [{ id: 'Duration', seconds: 30 }, trackInfo]));
    const granted = await ue1.heard('Floor Granted');
    expect(fieldOf(granted, 'Track Info')).toBeUndefined();
    const taken = await ue2.heard('Floor Taken');
    expect(fieldOf(taken, "Granted Party's Identity")?.uri).toBe(ue('b-ue-1'));
    expect(ue2.count('Floor Granted')).toBe(0);

    const sent = ue1.talk(3, 6);
    await expect.poll(() => [root.call.rtp.length, ue2.rtp.length]).toEqual([3, 3]);
    expect(root.call.rtp.map((bytes) => [...bytes])).toEqual(sent.map((bytes) => [...bytes]));
    ue1.say(floorRelease);
    const released = await root.call.heard('Floor Release');
    expect(fieldOf(released, 'Track Info')?.references).toEqual(trackInfo.references);
  });

  test('media from above reaches all; media of a client without the floor nobody', async () => {
    const { root, ue1, ue2 } = await constituentCall(await open());
    root.call.talk(3, 1);
    await expect.poll(() => [ue1.rtp.length, ue2.rtp.length]).toEqual([3, 3]);
    ue2.talk(2, 2);
    await ue2.heard('Floor Revoke');
    expect([ue1.rtp.length, root.call.rtp.length]).toEqual([3, 0]);
  });

  test('the hang-up of the controlling function is passed on', async () => {
    const here = await open();
    const { root, ue1, ue2 } = await constituentCall(here);
    expect((await root.call.request('BYE')).status).toBe(200);
    await expect.poll(() => [ue1.byes, ue2.byes]).toEqual([1, 1]);
    await allReleased(here);
  });

  test('members leave one by one; the last takes the session along', async () => {
    const here = await open();
    const { root, ue1, ue2 } = await constituentCall(here);
    await ue1.request('BYE');
    root.call.talk(1, 1);
    await expect.poll(() => ue2.rtp.length).toBe(1);
    expect(root.call.byes).toBe(0);
    await ue2.request('BYE');
    await expect.poll(() => root.call.byes).toBe(1);
    await allReleased(here);
  });

  test('a 200 that goes up and is never acknowledged ends the session here with a BYE', async () => {
    const here = await open();
    await registered(here, 'b-ue-1');
    const root = await teamInvite(here);
    const ue1 = await here.edge.answer(await here.edge.next('INVITE'));
    await root.final();
    root.call.talk(2, 1);
    await expect.poll(() => ue1.rtp.length).toBe(2);
    await expect.poll(() => root.call.byes, { timeout: 3000 }).toBe(1);
    expect(root.answers).toHaveLength(11);
    await expect.poll(() => ue1.byes).toBe(1);
    await allReleased(here);
  });

  test('the same controlling function starts anew: the old session is over; another one is told 486', async () => {
    const here = await open();
    const { root, ue1 } = await constituentCall(here);
    const other = await teamInvite(here, { asserted: 'sip:cf@ic.c.mcx.test' });
    expect((await other.final()).status).toBe(486);
    const again = await teamInvite(here);
    await expect.poll(() => [root.call.byes, ue1.byes]).toEqual([1, 1]);
    await here.edge.answer(await here.edge.next('INVITE', ({ uri }) => uri.includes('b-ue-1')));
    expect((await again.final()).status).toBe(200);
  });

  test('called without isfocus it is a controlling function of the group', async () => {
    const here = await open();
    await registered(here, 'b-ue-1', 'b-ue-2');
    const second = await teamInvite(here, { focus: false });
    await here.edge.next('INVITE');
    const { request } = await here.edge.next('INVITE');
    expect(header(request, 'p-asserted-identity')).toBe('<sip:cf@ic.b.mcx.test>');
    expect(second.statuses).toEqual([100]);
  });
});
