import { afterEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { decodeMcpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { mcpttInfoType } from '../../../lab/wire/mcx-info/mcptt-info-write.ts';
import { header, headers } from '../../../lab/wire/sip/headers.ts';
import { partOfType } from '../../../lab/wire/sip/multipart.ts';
import { fromBytes } from '../../../lab/wire/sip/text.ts';
import { campaign, floorRequest, message, ue } from '../bench/calls.ts';
import { type Override, remoteConfig } from '../bench/config.ts';
import { type Lab, openLab } from '../bench/lab.ts';

let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

async function open(more: Override = {}, names: 'all' | 'none' = 'all'): Promise<Lab> {
  lab = await openLab({ config: remoteConfig, more, names });
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

const callUp = (here: Lab) => here.edge.call(here.server, 'sip:pf@b.mcx.test', ue('b-ue-1'), campaign);

/** b-ue-1 calls the campaign, a's controlling function has answered. */
async function upCall(here: Lab) {
  const caller = await callUp(here);
  const root = await here.edge.answer(await here.edge.next('INVITE'), { focus: true });
  await caller.final();
  caller.call.ack();
  await expect.poll(() => root.acks).toBe(1);
  return { caller, root };
}

const memberInfo = {
  sessionType: 'prearranged',
  requestUri: ue('b-ue-2'),
  callingUserId: ue('a-ue-1'),
  callingGroupId: campaign.requestUri,
};

describe('the originating participating function', () => {
  test('asks the controlling function of the partner, as no focus, and names the caller', async () => {
    const here = await open();
    await callUp(here);
    const { request } = await here.edge.next('INVITE');
    expect(request.uri).toBe('sip:cf@ic.a.mcx.test');
    expect(headers(request, 'route')).toEqual([
      '<sip:edge.mcx.svc.cluster.local:5060;lr>',
      `<sip:${here.places.partner}:5060;lr>`,
    ]);
    expect(header(request, 'from')).toMatch(/^<sip:pf@ic\.b\.mcx\.test>;tag=/);
    expect(header(request, 'p-asserted-identity')).toBe('<sip:pf@ic.b.mcx.test>');
    expect(header(request, 'contact')).toMatch(/^<sip:pf-/);
    expect(header(request, 'contact')).not.toContain('isfocus');
    expect(decodeMcpttInfo(partOfType(request, mcpttInfoType) ?? new Uint8Array()).value).toMatchObject({
      requestUri: campaign.requestUri,
      callingUserId: ue('b-ue-1'),
    });
    expect(fromBytes(request.body)).toContain('a=fmtp:MCPTT mc_queueing;mc_priority=5;mc_implicit_request');
  });

  test('passes the answer on: its floor parameters, a session identity of its own, the focus', async () => {
    const here = await open();
    const caller = await callUp(here);
    const incoming = await here.edge.next('INVITE');
    await here.edge.answer(incoming, { focus: true, fmtp: 'mc_priority=2;mc_implicit_request' });
    const answer = await caller.final();
    expect(answer.status).toBe(200);
    expect(header(answer, 'p-asserted-identity')).toBe('<sip:pf@b.mcx.test>');
    expect(header(answer, 'contact')).toMatch(/^<sip:pf-.*;isfocus$/);
    expect(fromBytes(answer.body)).toContain('a=fmtp:MCPTT mc_priority=2;mc_implicit_request\r\n');
    expect(fromBytes(answer.body)).toContain(`c=IN IP4 ${here.places.server}\r\n`);
  });

  test('carries floor control and media both ways as they are', async () => {
    const { caller, root } = await upCall(await open());
    caller.call.say(floorRequest);
    const asked = await root.heard('Floor Request');
    expect(asked).toEqual(floorRequest);
    const granted = message('Floor Granted', [{ id: 'Duration', seconds: 30 }]);
    root.say(granted);
    expect(await caller.call.heard('Floor Granted')).toEqual(granted);
    const up = caller.call.talk(3, 1);
    const down = root.talk(2, 2);
    await expect.poll(() => [root.rtp.length, caller.call.rtp.length]).toEqual([3, 2]);
    expect(root.rtp.map((bytes) => [...bytes])).toEqual(up.map((bytes) => [...bytes]));
    expect(caller.call.rtp.map((bytes) => [...bytes])).toEqual(down.map((bytes) => [...bytes]));
  });

  test('a partner whose names do not resolve: 404 with Warning 142, and nothing is sent', async () => {
    const here = await open({}, 'none');
    const caller = await callUp(here);
    const answer = await caller.final();
    expect(answer.status).toBe(404);
    expect(header(answer, 'warning')).toBe('399 ic.b.mcx.test "142 unable to determine the controlling function"');
    expect([...here.edge.requests, ...here.partner.requests]).toEqual([]);
    await allReleased(here);
  });

  test('passes refusals on with their Warnings', async () => {
    const here = await open();
    const caller = await callUp(here);
    const { request, transaction } = await here.edge.next('INVITE');
    const warning = '399 ic.a.mcx.test "116 user is not part of the MCPTT group"';
    transaction?.respond(makeResponse(request, 403, { toTag: 'x', headers: [{ name: 'Warning', value: warning }] }));
    const answer = await caller.final();
    expect([answer.status, header(answer, 'warning')]).toEqual([403, warning]);
    await allReleased(here);
  });

  test('a controlling function that never answers: 408', async () => {
    const here = await open();
    const caller = await callUp(here);
    await here.edge.next('INVITE');
    // Three times as long as for a client: the controlling function is to give up first.
    await expect.poll(() => caller.statuses, { timeout: 6000 }).toEqual([100, 408]);
    await allReleased(here);
  });

  test('no ports for the second leg: 503', async () => {
    const here = await open({ mediaPorts: [20000, 20003] });
    const answer = await (await callUp(here)).final();
    expect([answer.status, header(answer, 'retry-after')]).toEqual([503, '5']);
    await expect.poll(async () => (await here.describe()).freeMediaPorts).toBe(1);
    expect(here.edge.requests).toEqual([]);
  });

  test('CANCEL is passed on', async () => {
    const here = await open();
    const caller = await callUp(here);
    const { request, transaction } = await here.edge.next('INVITE');
    transaction?.respond(makeResponse(request, 180, { toTag: 'r' }));
    let cancelled = false;
    transaction?.onCancel(() => {
      cancelled = true;
      transaction.respond(makeResponse(request, 487, { toTag: 'r' }));
    });
    caller.transaction.cancel();
    expect((await caller.final()).status).toBe(487);
    await expect.poll(() => cancelled).toBe(true);
    await allReleased(here);
  });

  test.each(['caller', 'root'] as const)('the BYE of the %s is passed on', async (who) => {
    const here = await open();
    const { caller, root } = await upCall(here);
    const [from, to] = who === 'caller' ? [caller.call, root] : [root, caller.call];
    expect((await from.request('BYE')).status).toBe(200);
    await expect.poll(() => to.byes).toBe(1);
    await allReleased(here);
  });
});

describe('the terminating participating function', () => {
  const callDown = (here: Lab, focus = true) =>
    here.edge.call(here.server, 'sip:pf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', memberInfo, { focus });

  test('finds the user by registration, and answers when he has', async () => {
    const here = await open();
    await here.register(ue('b-ue-2'));
    const root = await callDown(here);
    const incoming = await here.edge.next('INVITE');
    expect(incoming.request.uri).toBe('sip:b-ue-2@192.168.10.11:5060');
    expect(header(incoming.request, 'contact')).toMatch(/;isfocus$/);
    const member = await here.edge.answer(incoming);
    const answer = await root.final();
    expect(answer.status).toBe(200);
    expect(header(answer, 'contact')).not.toContain('isfocus');
    root.call.ack();
    root.call.say(message('Floor Idle'));
    await member.heard('Floor Idle');
    member.say(floorRequest);
    await root.call.heard('Floor Request');
  });

  test('a request of somebody who is no focus: 403 with Warning 104', async () => {
    const here = await open();
    await here.register(ue('b-ue-2'));
    const answer = await (await callDown(here, false)).final();
    expect(answer.status).toBe(403);
    expect(header(answer, 'warning')).toBe('399 ic.b.mcx.test "104 isfocus not assigned"');
    expect(here.edge.requests).toEqual([]);
  });

  test('a user who is not logged on: 480 with Warning 146', async () => {
    const answer = await (await callDown(await open())).final();
    expect(answer.status).toBe(480);
    expect(header(answer, 'warning')).toContain('"146 ');
  });
});
