import { afterEach, describe, expect, test } from 'vitest';
import { dialogAsUas } from '../../../lab/machines/sip/dialog.ts';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { header, withHeader } from '../../../lab/wire/sip/headers.ts';
import { campaign, registered, rootCall, ue } from '../bench/calls.ts';
import { rootConfig } from '../bench/config.ts';
import { type Lab, openLab } from '../bench/lab.ts';

/** What both sides of a leg do inside its dialog, at a controlling function. */
let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

async function open(sessionExpiresS = 1800): Promise<Lab> {
  lab = await openLab({ config: rootConfig, more: { sessionExpiresS } });
  return lab;
}

describe('requests of the far side', () => {
  test.each([
    ['OPTIONS', 200],
    ['INFO', 405],
    ['INVITE', 488],
    ['UPDATE', 200],
  ])('%s without a body is answered %i', async (method, status) => {
    const { ue2 } = await rootCall(await open());
    expect((await ue2.request(method)).status).toBe(status);
    expect(ue2.byes).toBe(0);
  });

  test('an offer that cannot be taken leaves the session as it is', async () => {
    const { originator, ue2 } = await rootCall(await open());
    const body = new TextEncoder().encode('v=0\r\n');
    expect((await ue2.request('INVITE', { body, contentType: 'application/sdp' })).status).toBe(488);
    originator.call.talk(1, 1);
    await expect.poll(() => ue2.rtp.length).toBe(1);
  });

  test('a CSeq from before is answered 500', async () => {
    const { ue2 } = await rootCall(await open());
    await ue2.request('OPTIONS');
    await ue2.request('OPTIONS');
    if (ue2.dialog !== undefined) ue2.dialog = { ...ue2.dialog, localSeq: 0 };
    expect((await ue2.request('OPTIONS')).status).toBe(500);
  });

  test('an interval that is too small is answered 422', async () => {
    const { ue2 } = await rootCall(await open());
    const short = { name: 'Session-Expires', value: '20' };
    const answer = await ue2.request('UPDATE', { headers: [short, { name: 'Supported', value: 'timer' }] });
    expect([answer.status, header(answer, 'min-se')]).toEqual([422, '90']);
    // RFC 4028 9: who does not know the extension could make nothing of a 422.
    const ignorant = await ue2.request('UPDATE', { headers: [short] });
    expect([ignorant.status, header(ignorant, 'session-expires')]).toEqual([200, '20;refresher=uas']);
  });

  test('a BYE with the wrong tag hits nobody', async () => {
    const { ue2 } = await rootCall(await open());
    const dialog = ue2.dialog;
    if (dialog === undefined) throw new Error('no dialog');
    ue2.dialog = { ...dialog, remote: dialog.remote.replace(/tag=.*/, 'tag=guess') };
    expect((await ue2.request('BYE')).status).toBe(481);
  });
});

describe('2xx of the far side', () => {
  test('every repetition is acknowledged, with the same ACK', async () => {
    const { edge, server } = await open();
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const incoming = await edge.next('INVITE', ({ uri }) => uri.includes('a-ue-2'));
    const ue2 = await edge.answer(incoming);
    await expect.poll(() => ue2.acks).toBe(1);
    const again = makeResponse(incoming.request, 200, {
      toTag: ue2.dialog?.localTag ?? '',
      headers: [{ name: 'Contact', value: `<sip:callee@${ue2.address}:5060>` }],
    });
    incoming.transaction?.respond(again);
    incoming.transaction?.respond(again);
    await expect.poll(() => ue2.acks).toBe(3);
    expect(ue2.byes).toBe(0);
  });

  test('the second dialog of a forked INVITE is acknowledged and hung up, the first one stays', async () => {
    const { edge, server } = await open();
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const incoming = await edge.next('INVITE', ({ uri }) => uri.includes('a-ue-2'));
    const first = await edge.answer(incoming);
    const second = await edge.answer(incoming);
    await expect.poll(() => [second.acks, second.byes]).toEqual([1, 1]);
    expect(first.byes).toBe(0);
    await originator.final();
    await originator.call.heard('Floor Granted');
    originator.call.talk(1, 1);
    await expect.poll(() => first.rtp.length).toBe(1);
  });

  test('an answer without usable SDP is acknowledged and hung up: the member is not had', async () => {
    const { edge, server } = await open();
    await registered(lab as Lab, 'a-ue-1', 'a-ue-2');
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), {
      requestUri: 'sip:team@a.mcx.test',
    });
    const { request, transaction } = await edge.next('INVITE');
    const answer = makeResponse(request, 200, { toTag: 'bare' });
    transaction?.respond(withHeader(answer, 'Contact', `<sip:callee@${edge.sip.local.host}:5060>`));
    const bye = await edge.next('BYE');
    bye.transaction?.respond(makeResponse(bye.request, 200));
    expect((await originator.final()).status).toBe(480);
  });
});

describe('the refresh of a session by this server', () => {
  const asUas = { headers: [{ name: 'Session-Expires', value: '1;refresher=uac' }] };

  test('UPDATE at half the interval, again and again', async () => {
    const { ncf, originator } = await rootCall(await open(1), { partner: asUas });
    const first = await (lab as Lab).edge.next('UPDATE');
    expect(header(first.request, 'session-expires')).toBe('1;refresher=uac');
    expect(header(first.request, 'contact')).toContain(';gr=');
    await (lab as Lab).edge.next('UPDATE');
    expect(ncf.byes).toBe(0);
    expect(originator.call.byes).toBeLessThanOrEqual(1);
  });

  test('481 to it, or no answer: that leg is over', async () => {
    const { edge } = await open(1);
    const { ncf } = await rootCall(lab as Lab, { partner: asUas });
    // From here on this side has forgotten its dialog and answers as such.
    const unknown = dialogAsUas(
      newRequest({ method: 'INVITE', uri: 'sip:x@y', from: '<sip:x@y>;tag=1', to: '<sip:x@y>', callId: 'x', cseq: 1 }),
      'none',
    );
    ncf.dialog = unknown;
    const { request, transaction } = await edge.next('UPDATE');
    transaction?.respond(makeResponse(request, 481));
    const bye = await edge.next('BYE', (sent) => header(sent, 'call-id') === header(request, 'call-id'));
    bye.transaction?.respond(makeResponse(bye.request, 481));
  });
});
