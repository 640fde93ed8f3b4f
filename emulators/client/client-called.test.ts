import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { field } from '../../lab/wire/floor/fields.ts';
import { header } from '../../lab/wire/sip/headers.ts';
import { toBytes } from '../../lab/wire/sip/text.ts';
import { bodyText, type FarSide, openFarSide, pause, until } from './bench/far-side.ts';
import { granted } from './bench/floor-words.ts';
import { callUe, contactOf, invite, request, send } from './bench/focus.ts';
import { loopback } from './bench/loopback.ts';
import { openUe, type Ue } from './bench/ue.ts';

let far: FarSide;
let ue: Ue;

beforeEach(async () => {
  far = await openFarSide(loopback(21));
  ue = await openUe(loopback(31), far.at);
});

afterEach(async () => {
  expect(ue.faults()).toBe(0);
  await ue.close();
  await far.close();
});

describe('a call to the UE (TS 24.379 6.2.2, 6.2.3.1.1)', () => {
  test('is answered at once, with the offered floor parameters alone', async () => {
    const sent = send(far, invite(far, [], far.sdp('mc_queueing')), ue.sipAt);
    const ok = await sent.final();
    expect(ok.status).toBe(200);
    expect(header(ok, 'contact')).toContain(`<sip:a-ue-1@${loopback(31)}:5060>;+g.3gpp.mcptt`);
    expect(header(ok, 'p-answer-state')).toBe('Confirmed');
    const sdp = bodyText(ok.body);
    expect(sdp).toContain('m=audio 40000 RTP/AVP 96');
    expect(sdp).toMatch(/m=application 40002 udp MCPTT\r\na=fmtp:MCPTT mc_queueing\r\n/);
  });

  test('lines that the UE cannot use are refused in their place (RFC 3264 6)', async () => {
    const offer = bodyText(far.sdp()).replace(
      'm=audio',
      'm=video 31000 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\nm=audio',
    );
    const ok = await send(far, invite(far, [], toBytes(offer)), ue.sipAt).final();
    expect(bodyText(ok.body).match(/m=.*/g)).toEqual([
      'm=video 0 RTP/AVP 97',
      'm=audio 40000 RTP/AVP 96',
      'm=application 40002 udp MCPTT',
    ]);
  });

  test('opens the pin-holes of all three ports as soon as it has answered', async () => {
    await callUe(far, ue.sipAt);
    await until('openers', () => far.leg.counters().keepAlivesIn >= 2 && far.leg.counters().rtcpIn >= 1);
  });

  test('the 200 is repeated until the ACK', async () => {
    const sent = send(far, invite(far), ue.sipAt);
    await until('repetitions', () => sent.responses.filter(({ status }) => status === 200).length >= 3);
    const ok = await sent.final();
    await callUeAck(sent.request, ok);
    const count = sent.responses.length;
    await pause(150);
    expect(sent.responses.length).toBeLessThanOrEqual(count + 1);
  });

  test('rings with manual commencement until the user answers (TS 24.379 6.2.3.2.1)', async () => {
    await ue.close();
    ue = await openUe(loopback(31), far.at, { commencement: 'manual' });
    const sent = send(far, invite(far), ue.sipAt);
    await until('ringing', () => sent.responses.some(({ status }) => status === 180));
    expect((await send(far, invite(far), ue.sipAt).final()).status).toBe(486);
    expect(sent.responses.map(({ status }) => status)).not.toContain(200);
    await ue.do({ do: 'answer' });
    expect((await sent.final()).status).toBe(200);
    await callUeAck(sent.request, await sent.final());
    await expect(ue.do({ do: 'answer' })).rejects.toThrow('nothing rings');
  });

  test('a call that rings and is given up is answered 487, and the UE is free', async () => {
    await ue.close();
    ue = await openUe(loopback(31), far.at, { commencement: 'manual' });
    const sent = send(far, invite(far), ue.sipAt);
    await until('ringing', () => sent.responses.some(({ status }) => status === 180));
    sent.cancel();
    expect((await sent.final()).status).toBe(487);
    const again = send(far, invite(far), ue.sipAt);
    await until('ringing', () => again.responses.some(({ status }) => status === 180));
  });

  test('without an ACK for 64*T1 the UE hangs up (RFC 3261 13.3.1.4)', async () => {
    const sent = send(far, invite(far), ue.sipAt);
    const ok = await sent.final();
    const bye = await far.next('BYE');
    expect(header(bye.request, 'from')).toBe(header(ok, 'to'));
    bye.transaction.respond(makeResponse(bye.request, 481));
    await until('gone', async () => (await ue.describe()).dialogs === 0);
  });

  test('the user talks on request of the button and hangs up alone', async () => {
    await callUe(far, ue.sipAt);
    await ue.do({ do: 'talk', packets: 3, release: true });
    const asked = await far.nextFloor('Floor Request');
    expect(field(asked, 'Floor Priority')?.priority).toBe(5);
    far.sendFloor(granted(77), ue.floorAt);
    await far.nextFloor('Floor Release');
    expect(far.rtp.map(({ packet }) => packet.ssrc)).toEqual([77, 77, 77]);
    await ue.do({ do: 'hang-up' });
    const bye = await far.next('BYE');
    expect(bye.request.uri).toBe(`sip:cf@${far.at.host}:${far.at.port}`);
    bye.transaction.respond(makeResponse(bye.request, 200));
    await until('gone', async () => (await ue.describe()).dialogs === 0);
  });

  test('a BYE before the ACK waits for the ACK (RFC 3261 15)', async () => {
    const sent = send(far, invite(far), ue.sipAt);
    const ok = await sent.final();
    await ue.do({ do: 'hang-up' });
    await pause(60);
    expect(far.requests.filter(({ request: { method } }) => method === 'BYE')).toHaveLength(0);
    await callUeAck(sent.request, ok);
    await far.next('BYE');
  });

  test('BYE of the far side ends media and floor control at once', async () => {
    const call = await callUe(far, ue.sipAt);
    await ue.do({ do: 'talk', packets: 500, release: true });
    await far.nextFloor('Floor Request');
    far.sendFloor(granted(1), ue.floorAt);
    await until('media', () => far.rtp.length > 2);
    expect((await call.inside('BYE', 2).final()).status).toBe(200);
    const sent = far.rtp.length;
    const { rtcpIn } = far.leg.counters();
    await pause(250);
    expect(far.rtp.length).toBe(sent);
    expect(far.leg.counters().rtcpIn).toBe(rtcpIn);
    expect((await ue.describe()).call).toBeUndefined();
    expect((await call.inside('BYE', 3).final()).status).toBe(481);
  });

  test('the next call finds the UE free', async () => {
    const first = await callUe(far, ue.sipAt);
    expect((await send(far, invite(far), ue.sipAt).final()).status).toBe(486);
    await first.inside('BYE', 2).final();
    await callUe(far, ue.sipAt);
    expect((await ue.describe()).call?.phase).toBe('up');
  });

  test.each([
    ['no offer', new Uint8Array(), 488],
    [
      'no speech that it knows',
      toBytes('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n'),
      488,
    ],
    ['rubbish', toBytes('%%%%'), 488],
  ])('an INVITE with %s is refused', async (_what, body, status) => {
    expect((await send(far, invite(far, [], body), ue.sipAt).final()).status).toBe(status);
  });

  test('an extension that it must know and does not (RFC 3261 8.2.2.3)', async () => {
    const refused = await send(far, invite(far, [{ name: 'Require', value: '100rel' }]), ue.sipAt).final();
    expect(refused.status).toBe(420);
    expect(header(refused, 'unsupported')).toBe('100rel');
  });
});

describe('requests inside the dialog', () => {
  test.each([
    ['OPTIONS', 200, {}],
    ['INFO', 200, { 'Info-Package': 'g.3gpp.mcptt-info' }],
    ['INFO', 469, { 'Info-Package': 'foo' }],
    ['UPDATE', 200, {}],
    ['MESSAGE', 405, {}],
    ['FROBNICATE', 501, {}],
  ] as const)('%s is answered %i', async (method, status, more) => {
    const call = await callUe(far, ue.sipAt);
    const headers = [contactOf(far), ...Object.entries(more).map(([name, value]) => ({ name, value }))];
    expect((await call.inside(method, 2, { headers }).final()).status).toBe(status);
  });

  test('a CSeq that goes back is answered 500 (RFC 3261 12.2.2)', async () => {
    const call = await callUe(far, ue.sipAt);
    await call.inside('OPTIONS', 9).final();
    expect((await call.inside('OPTIONS', 5).final()).status).toBe(500);
  });

  test('a re-INVITE moves the media (RFC 3261 14.2)', async () => {
    const call = await callUe(far, ue.sipAt);
    const moved = await openFarSide(loopback(22));
    const again = call.inside('INVITE', 2, { contentType: 'application/sdp', body: moved.sdp() });
    expect((await again.final()).status).toBe(200);
    await until('openers at the new place', () => moved.leg.counters().keepAlivesIn >= 2);
    await moved.close();
  });
});

describe('requests outside any dialog', () => {
  test.each([
    ['OPTIONS', 200],
    ['BYE', 481],
    ['INFO', 481],
    ['UPDATE', 481],
    ['SUBSCRIBE', 405],
    ['FROBNICATE', 501],
  ])('%s is answered %i', async (method, status) => {
    const answered = await send(far, request(far, method), ue.sipAt).final();
    expect(answered.status).toBe(status);
    if (status === 405 || status === 501) expect(header(answered, 'allow')).toContain('INVITE');
  });

  test('with a To tag of no dialog: 481', async () => {
    const lost = request(far, 'INVITE', { to: '<sip:a-ue-1@a.mcx.test>;tag=gone' });
    expect((await send(far, lost, ue.sipAt).final()).status).toBe(481);
  });
});

describe('session timers (RFC 4028)', () => {
  const asks = (value: string) => [
    { name: 'Session-Expires', value },
    { name: 'Supported', value: 'timer' },
  ];
  beforeEach(async () => {
    await ue.close();
    ue = await openUe(loopback(31), far.at, { sessionExpiresS: 2 });
  });

  test('the UE that was called refreshes where the INVITE leaves it open', async () => {
    const { ok } = await callUe(far, ue.sipAt, asks('1800'));
    expect(header(ok, 'session-expires')).toBe('2;refresher=uas');
    expect(header(ok, 'require')).toBe('timer');
    const update = await far.next('UPDATE');
    expect(header(update.request, 'session-expires')).toBe('2;refresher=uac');
    const headers = [{ name: 'Session-Expires', value: '1800;refresher=uac' }];
    update.transaction.respond(makeResponse(update.request, 200, { headers }));
    await pause(1200);
    expect((await ue.describe()).call?.phase).toBe('up');
  });

  test('who waits for a refresh in vain hangs up before the end', async () => {
    await callUe(far, ue.sipAt, asks('2;refresher=uac'));
    await far.next('BYE');
  });

  test('a session that is gone on the other side is hung up', async () => {
    await callUe(far, ue.sipAt, asks('2'));
    const update = await far.next('UPDATE');
    update.transaction.respond(makeResponse(update.request, 481));
    await far.next('BYE');
  });

  test('a session shorter than the UE is configured for is refused', async () => {
    const refused = await send(far, invite(far, asks('1')), ue.sipAt).final();
    expect(refused.status).toBe(422);
    expect(header(refused, 'min-se')).toBe('2');
    const call = await callUe(far, ue.sipAt);
    expect((await call.inside('UPDATE', 2, { headers: [contactOf(far), ...asks('1')] }).final()).status).toBe(422);
  });
});

async function callUeAck(sent: ReturnType<typeof invite>, ok: Awaited<ReturnType<ReturnType<typeof send>['final']>>) {
  const ack = request(far, 'ACK', {
    from: header(sent, 'from') ?? '',
    to: header(ok, 'to') ?? '',
    callId: header(sent, 'call-id') ?? '',
  });
  far.sip.ack(ack, ue.sipAt);
  await pause(20);
}
