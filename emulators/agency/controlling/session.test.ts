import { afterEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { decodeMcpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { mcpttInfoType } from '../../../lab/wire/mcx-info/mcptt-info-write.ts';
import { header, headers, listValues } from '../../../lab/wire/sip/headers.ts';
import type { SipMessage } from '../../../lab/wire/sip/message.ts';
import { partOfType } from '../../../lab/wire/sip/multipart.ts';
import { fromBytes } from '../../../lab/wire/sip/text.ts';
import { ScriptedCall } from '../bench/call.ts';
import { campaign, registered, rootCall, ue } from '../bench/calls.ts';
import { type Override, rootConfig } from '../bench/config.ts';
import { type Lab, openLab } from '../bench/lab.ts';
import { pause } from '../bench/wait.ts';

let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

async function open(more: Override = {}, names: 'all' | 'none' = 'all'): Promise<Lab> {
  lab = await openLab({ config: rootConfig, more, names });
  return lab;
}

/** 64*T1 of the bench's timers, and some time for what follows. */
const lifeMs = 64 * 20;

const infoOf = (message: SipMessage) =>
  decodeMcpttInfo(partOfType(message, mcpttInfoType) ?? new Uint8Array()).value ?? {};
const sdpOf = (message: SipMessage) => fromBytes(partOfType(message, 'application/sdp') ?? new Uint8Array());

/** Nothing is left of the call: no session, no dialog, and every port is free again. */
async function allReleased(here: Lab): Promise<void> {
  await expect
    .poll(async () => {
      const { calls, dialogs, freeMediaPorts } = await here.describe();
      return { calls, dialogs, freeMediaPorts };
    })
    .toEqual({ calls: [], dialogs: 0, freeMediaPorts: 50 });
}

describe('who is invited, and how', () => {
  test('a local member by his Contact and Path, a constituent group of a partner by one INVITE', async () => {
    const { edge, server, places } = await open();
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const { request: local } = await edge.next('INVITE', ({ uri }) => uri.startsWith('sip:a-ue-2@192.168.10.11'));
    const { request: crossing } = await edge.next('INVITE', ({ uri }) => uri === 'sip:ncf@ic.b.mcx.test');
    expect(headers(local, 'route')).toEqual([`<sip:sipaue2amcxtest@${places.edge}:5060;lr>`]);
    expect(header(local, 'to')).toBe('<sip:a-ue-2@a.mcx.test>');
    expect(infoOf(local)).toMatchObject({
      sessionType: 'prearranged',
      requestUri: ue('a-ue-2'),
      callingUserId: ue('a-ue-1'),
      callingGroupId: campaign.requestUri,
    });
    expect(headers(crossing, 'route')).toEqual([
      '<sip:edge.mcx.svc.cluster.local:5060;lr>',
      `<sip:${places.partner}:5060;lr>`,
    ]);
    expect(infoOf(crossing)).toMatchObject({
      requestUri: 'sip:team@b.mcx.test',
      callingUserId: ue('a-ue-1'),
      callingGroupId: campaign.requestUri,
    });
    for (const invite of [local, crossing]) {
      expect(header(invite, 'from')).toMatch(/^<sip:cf@ic\.a\.mcx\.test>;tag=/);
      expect(header(invite, 'p-asserted-identity')).toBe('<sip:cf@ic.a.mcx.test>');
      expect(header(invite, 'contact')).toMatch(/;isfocus$/);
      expect(header(invite, 'session-expires')).toBe('1800');
      expect(headers(invite, 'accept-contact')).toHaveLength(2);
      expect(sdpOf(invite)).toContain('a=fmtp:MCPTT mc_queueing;mc_priority=5\r\n');
    }
    expect(sdpOf(local)).not.toBe(sdpOf(crossing));
    expect(edge.requests.filter(({ request }) => request.method === 'INVITE')).toHaveLength(2);
  });

  test('who is not logged on is not called, and a registration without the service is no log-on', async () => {
    const { edge, server } = await open({
      groups: [
        { kind: 'constituent', uri: 'sip:team@a.mcx.test', members: [ue('a-ue-1'), ue('a-ue-2'), ue('a-ue-3')] },
      ],
    });
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2', 'a-ue-3');
    await lab?.register(ue('a-ue-3'), 0);
    await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), { requestUri: 'sip:team@a.mcx.test' });
    await edge.next('INVITE', ({ uri }) => uri.includes('a-ue-2'));
    await pause(50);
    expect(edge.requests.filter(({ request }) => request.method === 'INVITE')).toHaveLength(1);
  });

  test('members of a participating-only partner are called one by one at its participating function', async () => {
    const { edge, server } = await open({
      groups: [
        {
          kind: 'temporary',
          uri: 'sip:campaign@a.mcx.test',
          constituents: [],
          directMembers: ['b-ue-1', 'b-ue-2'].map((name) => ({
            user: ue(name),
            participatingPsi: 'sip:pf@ic.b.mcx.test',
          })),
        },
      ],
    });
    const info = { ...campaign, callingUserId: ue('b-ue-1') };
    const remote = await edge.call(server, 'sip:cf@ic.a.mcx.test', 'sip:pf@ic.b.mcx.test', info);
    const incoming = await edge.next('INVITE');
    expect(incoming.request.uri).toBe('sip:pf@ic.b.mcx.test');
    expect(header(incoming.request, 'to')).toBe('<sip:b-ue-2@b.mcx.test>');
    expect(infoOf(incoming.request).requestUri).toBe(ue('b-ue-2'));
    const member = await edge.answer(incoming);
    expect((await remote.final()).status).toBe(200);
    await remote.call.heard('Floor Granted');
    await member.heard('Floor Taken');
  });

  test('every partner gets an INVITE of its own', async () => {
    const { edge, server, asked } = await open({
      groups: [
        {
          kind: 'temporary',
          uri: 'sip:campaign@a.mcx.test',
          constituents: ['b', 'c'].map((x) => ({
            group: `sip:team@${x}.mcx.test`,
            nonControllingPsi: `sip:ncf@ic.${x}.mcx.test`,
          })),
          directMembers: [],
        },
      ],
      interconnect: {
        nextHop: 'edge',
        advertisedSip: null,
        partners: ['b', 'c'].map((x) => ({ domain: `${x}.mcx.test`, interconnectDomain: `ic.${x}.mcx.test` })),
      },
    });
    const info = { ...campaign, callingUserId: ue('b-ue-1') };
    const remote = await edge.call(server, 'sip:cf@ic.a.mcx.test', 'sip:pf@ic.b.mcx.test', info);
    const b = await edge.answer(await edge.next('INVITE', ({ uri }) => uri === 'sip:ncf@ic.b.mcx.test'));
    const c = await edge.answer(await edge.next('INVITE', ({ uri }) => uri === 'sip:ncf@ic.c.mcx.test'));
    await remote.final();
    remote.call.ack();
    await c.heard('Floor Taken');
    const sent = remote.call.talk(3, 4);
    for (const call of [b, c]) await expect.poll(() => call.rtp.length).toBe(sent.length);
    expect(asked.filter((question) => question.startsWith('NAPTR'))).toEqual([
      'NAPTR ic.b.mcx.test',
      'NAPTR ic.c.mcx.test',
    ]);
  });
});

describe('the answer to the originator', () => {
  test('comes with the first member, names the session and asks for its refresh', async () => {
    const { originator } = await rootCall(await open());
    const answer = await originator.final();
    expect(originator.statuses).toEqual([100, 200]);
    expect(header(answer, 'contact')).toMatch(/^<sip:campaign-(\w+)@[\d.]+:5060;gr=\1>;\+g\.3gpp\.mcptt.*;isfocus$/);
    expect(header(answer, 'session-expires')).toBe('1800;refresher=uac');
    expect(header(answer, 'require')).toBe('timer');
    expect(listValues(answer, 'supported')).toEqual(['timer', 'tdialog', 'norefersub', 'explicitsub', 'nosub']);
    expect(sdpOf(answer)).toContain('a=fmtp:MCPTT mc_queueing;mc_priority=5;mc_implicit_request\r\n');
  });

  test('grants the floor in SDP to a client that offered to take it there, and to no other', async () => {
    const fmtp = 'mc_priority=9;mc_granted;mc_implicit_request';
    const { originator } = await rootCall(await open(), { caller: { fmtp } });
    const answer = await originator.final();
    expect(sdpOf(answer)).toContain('a=fmtp:MCPTT mc_priority=5;mc_granted;mc_implicit_request\r\n');
  });

  test('is 480 when nobody can be had: refused, not logged on, partner not resolved', async () => {
    const { edge, server } = await open({}, 'none');
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const { request, transaction } = await edge.next('INVITE');
    transaction?.respond(makeResponse(request, 486, { toTag: 'busy' }));
    expect((await originator.final()).status).toBe(480);
    await allReleased(lab as Lab);
  });

  test('a partner that does not resolve costs the others nothing', async () => {
    const { edge, server, partner } = await open({}, 'none');
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const ue2 = await edge.answer(await edge.next('INVITE'));
    expect((await originator.final()).status).toBe(200);
    originator.call.ack();
    await ue2.heard('Floor Taken');
    originator.call.talk(2, 1);
    await expect.poll(() => ue2.rtp.length).toBe(2);
    expect(partner.requests).toEqual([]);
  });

  test('a member who never answers is waited for no longer than 64*T1', async () => {
    const { edge, server } = await open({}, 'none');
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const { request, transaction } = await edge.next('INVITE');
    transaction?.respond(makeResponse(request, 180, { toTag: 'ringing' }));
    await pause(lifeMs);
    expect((await originator.final()).status).toBe(480);
    await allReleased(lab as Lab);
  });

  test('CANCEL takes the invitations back', async () => {
    const { edge, server } = await open();
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const invited = [await edge.next('INVITE'), await edge.next('INVITE')];
    const cancelled: string[] = [];
    for (const { request, transaction } of invited) {
      transaction?.respond(makeResponse(request, 180, { toTag: 'ringing' }));
      transaction?.onCancel(() => {
        cancelled.push(request.uri);
        transaction.respond(makeResponse(request, 487, { toTag: 'ringing' }));
      });
    }
    originator.transaction.cancel();
    expect((await originator.final()).status).toBe(487);
    await expect.poll(() => cancelled.length).toBe(2);
    await allReleased(lab as Lab);
  });

  test('a member whose 200 crosses the CANCEL is acknowledged and hung up', async () => {
    const { edge, server } = await open({}, 'none');
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const invited = await edge.next('INVITE');
    originator.transaction.cancel();
    await originator.final();
    const late = await edge.answer(invited);
    await expect.poll(() => [late.acks > 0, late.byes]).toEqual([true, 1]);
    await allReleased(lab as Lab);
  });
});

describe('the end of a session', () => {
  test("the originator's BYE ends it for everybody", async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    expect((await originator.call.request('BYE')).status).toBe(200);
    await expect.poll(() => [ue2.byes, ncf.byes]).toEqual([1, 1]);
    await allReleased(lab as Lab);
  });

  test("a member's BYE is his own; when one is left alone the session ends", async () => {
    const { originator, ue2, ncf } = await rootCall(await open());
    await ue2.request('BYE');
    originator.call.talk(3, 1);
    await expect.poll(() => ncf.rtp.length).toBe(3);
    expect(ue2.rtp).toHaveLength(0);
    await ncf.request('BYE');
    await expect.poll(() => originator.call.byes).toBe(1);
    await allReleased(lab as Lab);
  });

  test('a 200 without ACK is repeated, then BYE on that leg alone', async () => {
    const { edge, server } = await open();
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const info = { ...campaign, callingUserId: ue('b-ue-1') };
    const remote = await edge.call(server, 'sip:cf@ic.a.mcx.test', 'sip:pf@ic.b.mcx.test', info);
    const [one, two] = [await edge.next('INVITE'), await edge.next('INVITE')];
    const ue1 = await edge.answer(one);
    const ue2 = await edge.answer(two);
    await remote.final();
    await ue2.heard('Floor Taken');
    await expect.poll(() => remote.call.byes, { timeout: 3 * lifeMs }).toBe(1);
    // At 0, T1, 3*T1, 7*T1, 15*T1 and every 8*T1 from there: 11 copies before 64*T1, as with the standard's timers.
    expect(remote.answers).toHaveLength(11);
    expect([ue1.byes, ue2.byes]).toEqual([0, 0]);
    ue1.say({ name: 'Floor Request', ackRequired: false, ssrc: 5, fields: [] });
    await ue1.heard('Floor Granted');
    ue1.talk(2, 3);
    await expect.poll(() => ue2.rtp.length).toBe(2);
  });

  test('an unacknowledged leg that is hung up gets its BYE when 64*T1 are over', async () => {
    const { edge, server } = await open({}, 'none');
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const ue2 = await edge.answer(await edge.next('INVITE'));
    await originator.final();
    await ue2.request('BYE');
    await pause(lifeMs / 2);
    expect(originator.call.byes).toBe(0);
    await expect.poll(() => originator.call.byes, { timeout: 2 * lifeMs }).toBe(1);
    await allReleased(lab as Lab);
  });

  test('a session that nobody refreshes is hung up', async () => {
    const { originator, ue2 } = await rootCall(await open({ sessionExpiresS: 1 }));
    await expect.poll(() => originator.call.byes, { timeout: 2000 }).toBe(1);
    expect(ue2.byes).toBeLessThanOrEqual(1);
  });

  test('an UPDATE of the refresher keeps it', async () => {
    const { originator } = await rootCall(await open({ sessionExpiresS: 1 }));
    const refresh = {
      headers: [
        { name: 'Session-Expires', value: '1;refresher=uac' },
        { name: 'Supported', value: 'timer' },
      ],
    };
    for (let times = 0; times < 3; times += 1) {
      await pause(400);
      const answer = await originator.call.request('UPDATE', refresh);
      expect([answer.status, header(answer, 'session-expires')]).toEqual([200, '1;refresher=uac']);
    }
    expect(originator.call.byes).toBe(0);
  });

  test('a late BYE finds nothing', async () => {
    const { originator, ue2 } = await rootCall(await open());
    await originator.call.request('BYE');
    await expect.poll(() => ue2.byes).toBe(1);
    await allReleased(lab as Lab);
    expect((await ue2.request('BYE')).status).toBe(481);
  });
});

describe('a session that runs', () => {
  test('somebody of the group who calls joins it and is told who talks', async () => {
    const { edge, server } = await open();
    const { originator } = await rootCall(lab as Lab);
    const late = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-3'), campaign);
    const answer = await late.final();
    late.call.ack();
    expect(header(answer, 'contact')).toBe(header(await originator.final(), 'contact'));
    expect(sdpOf(answer)).not.toContain('mc_implicit_request');
    await late.call.heard('Floor Taken');
    originator.call.talk(2, 1);
    await expect.poll(() => late.call.rtp.length).toBe(2);
    await late.call.request('BYE');
    expect(originator.call.byes).toBe(0);
  });

  test('a re-INVITE moves the media of that leg', async () => {
    const { originator, ue2 } = await rootCall(await open());
    const elsewhere = await ScriptedCall.open(ue2.sip);
    const answer = await ue2.request('INVITE', {
      headers: [{ name: 'Contact', value: `<sip:moved@${ue2.address}:5060>` }],
      body: elsewhere.sdp('mc_queueing'),
      contentType: 'application/sdp',
    });
    expect(answer.status).toBe(200);
    ue2.ack();
    originator.call.talk(2, 1);
    await expect.poll(() => elsewhere.rtp.length).toBe(2);
    expect(ue2.rtp).toHaveLength(0);
    await elsewhere.media.close();
  });

  test('ports run out: the caller gets 503, a running call goes on', async () => {
    await open({ mediaPorts: [20000, 20011] });
    const { originator, ue2 } = await rootCall(lab as Lab);
    const { edge, server } = lab as Lab;
    const refused = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-3'), campaign);
    const answer = await refused.final();
    expect([answer.status, header(answer, 'retry-after')]).toEqual([503, '5']);
    originator.call.talk(1, 1);
    await expect.poll(() => ue2.rtp.length).toBe(1);
  });
});
