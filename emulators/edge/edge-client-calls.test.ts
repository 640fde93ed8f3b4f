import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { encodeSip } from '../../lab/wire/sip/encode.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { type Actor, until } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { ownContact, register, ue1 } from './bench/clients.ts';
import { body, contact, contactUri, inDialog, inDialogBack, mcpttSdp, pointsTo, request } from './bench/messages.ts';

let bench: Bench;
let ue: Actor;
let path: string;
beforeEach(async () => {
  bench = await openBench();
  ue = await bench.actor('access');
  path = header((await register(bench, ue, ue1)).request, 'path') ?? '';
});
afterEach(() => bench.close());

const serverContact = () => `sip:cf@${bench.address.server}:5060`;
const ueSdp = () => mcpttSdp('192.168.10.11', 40_000, 40_002);
const serverSdp = () => mcpttSdp(bench.address.server, 20_000, 20_002);

const callFromUe = (headers: readonly (readonly [string, string])[] = []) =>
  request({
    method: 'INVITE',
    uri: 'sip:pf@a.mcx.test',
    from: ue1,
    headers: [contact(ownContact, ';+g.3gpp.mcptt'), ...headers],
    sdp: ueSdp(),
  });

const callToUe = () =>
  request({
    method: 'INVITE',
    uri: ownContact,
    from: 'sip:cf@ic.a.mcx.test',
    headers: [['Route', path], contact(serverContact(), ';isfocus'), ['P-Asserted-Identity', '<sip:cf@ic.a.mcx.test>']],
    sdp: serverSdp(),
  });

/** Call set up from the UE: both ends of the dialog. */
async function establishedFromUe() {
  const invite = callFromUe();
  const sent = ue.send(invite, bench.at.clients);
  const taken = await bench.server.next('INVITE');
  const ok = taken.answer(200, {
    headers: [{ name: 'Contact', value: `<${serverContact()};gr=s1>;isfocus` }],
    ...body(serverSdp()),
  });
  return { invite, sent, taken, ok, got: await sent.final() };
}

async function establishedToUe() {
  const invite = callToUe();
  const sent = bench.server.send(invite, bench.at.inside);
  const taken = await ue.next('INVITE');
  const ok = taken.answer(200, { headers: [{ name: 'Contact', value: `<${ownContact}>` }], ...body(ueSdp()) });
  return { invite, sent, taken, ok, got: await sent.final() };
}

describe('a call of a client', () => {
  test('the INVITE gets to the server with the registration’s identity and none of the client’s claims', async () => {
    ue.send(
      callFromUe([
        ['P-Asserted-Identity', '<sip:chief@a.mcx.test>'],
        ['P-Asserted-Service', 'urn:urn-7:3gpp-service.ims.icsi.mcptt'],
        ['Route', '<sip:172.18.0.3:31070;lr>'],
        ['Record-Route', '<sip:172.18.0.9;lr>'],
      ]),
      bench.at.clients,
    );
    const { request: seen } = await bench.server.next('INVITE');
    expect(seen.uri).toBe('sip:pf@a.mcx.test');
    expect(listValues(seen, 'p-asserted-identity')).toEqual([`<${ue1}>`]);
    expect(['p-asserted-service', 'route', 'record-route'].map((name) => header(seen, name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(header(seen, 'max-forwards')).toBe('69');
    expect(contactUri(seen)).toMatch(new RegExp(`^sip:a-ue-1@${bench.address.edge}:5060;flow=[0-9a-f]+;own=`));
    expect(header(seen, 'contact')).toContain('+g.3gpp.mcptt');
  });

  test('isfocus in the Contact of a client does not reach the server', async () => {
    const invite = callFromUe();
    const claiming = {
      ...invite,
      headers: invite.headers.map((h) => (h.name === 'Contact' ? { ...h, value: `${h.value};isfocus` } : h)),
    };
    ue.send(claiming, bench.at.clients);
    expect(header((await bench.server.next('INVITE')).request, 'contact')).not.toContain('isfocus');
  });

  test('SDP names the edge on both sides: exposed ports outside, inner ports inside', async () => {
    const { taken, got } = await establishedFromUe();
    const inward = pointsTo(taken.request);
    expect(inward.map(({ host }) => host)).toEqual([bench.address.edge, bench.address.edge]);
    for (const { port } of inward) expect(port).toSatisfy((p: number) => p >= 21_000 && p <= 21_199);
    const outward = pointsTo(got);
    expect(outward.map(({ host }) => host)).toEqual([bench.address.node, bench.address.node]);
    for (const { port } of outward) expect(port).toSatisfy((p: number) => p >= 30_100 && p <= 30_131);
    expect((outward[0]?.port ?? 1) % 2).toBe(0);
  });

  test('100 comes at once, and provisional responses pass', async () => {
    const sent = ue.send(callFromUe(), bench.at.clients);
    const taken = await bench.server.next('INVITE');
    taken.answer(180);
    await until('180', () => sent.responses.some(({ status }) => status === 180));
    expect(sent.responses.map(({ status }) => status)).toEqual([100, 180]);
  });

  test('the 200 shows the advertised address, and ACK, re-INVITE and BYE of the client reach the server', async () => {
    const { invite, got, sent } = await establishedFromUe();
    expect(contactUri(got)).toBe(`sip:cf@${bench.address.node}:30060;gr=s1`);
    expect(header(got, 'contact')).toContain('isfocus');
    expect(listValues(got, 'via')).toHaveLength(1);
    ue.sip.ack(inDialog(invite, got, 'ACK'), bench.at.clients);
    const ack = await bench.server.next('ACK');
    expect(ack.request.uri).toBe(`sip:cf@${bench.address.server}:5060;gr=s1`);
    expect(header(ack.request, 'p-asserted-identity')).toBeUndefined();

    const again = callFromUe();
    const refreshed = { ...again, uri: contactUri(got), headers: inDialog(invite, got, 'INVITE', 2).headers };
    const reinvite = ue.send(
      { ...refreshed, headers: [...refreshed.headers, ...typeOf(again.headers)] },
      bench.at.clients,
    );
    const taken = await bench.server.next('INVITE');
    expect(pointsTo(taken.request)).toHaveLength(2);
    taken.answer(200, { headers: [{ name: 'Contact', value: `<${serverContact()}>` }], ...body(serverSdp()) });
    expect(pointsTo(await reinvite.final())).toEqual(pointsTo(got));

    const bye = ue.send(inDialog(invite, got, 'BYE', 3), bench.at.clients);
    (await bench.server.next('BYE')).answer(200);
    expect((await bye.final()).status).toBe(200);
    expect(bench.describe().calls).toEqual([]);
    expect(sent.responses.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('BYE of the server reaches the client with the client’s own Contact as Request-URI', async () => {
    const { taken, ok } = await establishedFromUe();
    const bye = bench.server.send(inDialogBack(taken.request, ok, 'BYE'), bench.at.inside);
    const seen = await ue.next('BYE');
    expect(seen.request.uri).toBe(ownContact);
    expect(listValues(seen.request, 'via')).toEqual([expect.stringContaining(`${bench.address.node}:30060;rport`)]);
    seen.answer(200);
    expect((await bye.final()).status).toBe(200);
    expect(bench.describe().calls).toEqual([]);
  });

  test('repeated 200s of the server pass (RFC 6026)', async () => {
    const { taken, ok, sent } = await establishedFromUe();
    for (const _ of [1, 2]) taken.transaction?.respond(ok);
    await until('three 200s', () => sent.responses.filter(({ status }) => status === 200).length === 3);
  });

  test('an error is passed, acknowledged on both hops, and gives the ports back', async () => {
    const sent = ue.send(callFromUe(), bench.at.clients);
    const taken = await bench.server.next('INVITE');
    let end: string | undefined;
    taken.transaction?.onEnd((why) => {
      end = why;
    });
    taken.answer(486);
    expect((await sent.final()).status).toBe(486);
    await until('the end of the server’s transaction', () => end);
    expect(end).toBe('done');
    expect(bench.server.incoming.some((one) => one.request.method === 'ACK')).toBe(false);
    expect(bench.describe().calls).toEqual([]);
  });

  test('CANCEL is answered here and follows its INVITE; 487 comes back', async () => {
    const sent = ue.send(callFromUe(), bench.at.clients);
    const taken = await bench.server.next('INVITE');
    taken.transaction?.onCancel(() => taken.answer(487));
    taken.answer(180);
    await until('180', () => sent.responses.some(({ status }) => status === 180));
    sent.transaction.cancel();
    expect((await sent.final()).status).toBe(487);
    expect(bench.describe().calls).toEqual([]);
  });

  test('a server that says nothing: 408 to an INVITE', async () => {
    await bench.server.close();
    const sent = ue.send(callFromUe(), bench.at.clients);
    const final = await sent.final();
    expect(final.status).toBeGreaterThanOrEqual(408);
    expect([408, 503]).toContain(final.status);
    expect(bench.describe().calls).toEqual([]);
  });
});

describe('a call to a client', () => {
  test('INVITE by Path: own Via alone, no Route, Contact and SDP of the edge, isfocus kept', async () => {
    const { taken } = await establishedToUe();
    const { request: seen, source } = taken;
    expect(source).toEqual(bench.at.clients);
    expect(seen.uri).toBe(ownContact);
    expect(listValues(seen, 'via')).toHaveLength(1);
    expect(header(seen, 'route')).toBeUndefined();
    expect(contactUri(seen)).toBe(`sip:cf@${bench.address.node}:30060`);
    expect(header(seen, 'contact')).toContain('isfocus');
    expect(header(seen, 'p-asserted-identity')).toBe('<sip:cf@ic.a.mcx.test>');
    expect(pointsTo(seen).every(({ host }) => host === bench.address.node)).toBe(true);
    const whole = JSON.stringify(seen.headers) + Buffer.from(seen.body).toString();
    expect(whole).not.toContain(bench.address.server);
    // What the receiver itself writes into the Via is no word of the edge.
    expect(whole.replace(/;received=[0-9.]+/, '')).not.toContain(bench.address.edge);
  });

  test('ACK of the server reaches the client, BYE goes both ways', async () => {
    const { invite, got, taken, ok } = await establishedToUe();
    expect(listValues(got, 'p-asserted-identity')).toEqual([`<${ue1}>`]);
    bench.server.sip.ack(inDialog(invite, got, 'ACK'), bench.at.inside);
    expect((await ue.next('ACK')).request.uri).toBe(ownContact);
    const bye = ue.send(inDialogBack(taken.request, ok, 'BYE'), bench.at.clients);
    const seen = await bench.server.next('BYE');
    expect(seen.request.uri).toBe(serverContact());
    seen.answer(200);
    expect((await bye.final()).status).toBe(200);
    expect(bench.describe().calls).toEqual([]);
  });

  test('a client that is called with a request for nobody: the server gets 404', async () => {
    const lost = request({ method: 'INVITE', uri: ownContact, from: ue1, headers: [contact(serverContact())] });
    expect((await bench.server.send(lost, bench.at.inside).final()).status).toBe(404);
  });

  test('a response from elsewhere than the client is none', async () => {
    const sent = bench.server.send(callToUe(), bench.at.inside);
    const taken = await ue.next('INVITE');
    // The stranger has seen the INVITE whole and answers it first.
    const forged = makeResponse(taken.request, 486, { toTag: 'forged' });
    const raw = await bench.media('stranger');
    raw.say(Buffer.from(encodeSip(forged)).toString('latin1'), bench.at.clients);
    await new Promise((resolve) => setTimeout(resolve, 30));
    taken.answer(480);
    expect((await sent.final()).status).toBe(480);
  });
});

function typeOf(headers: readonly { name: string; value: string }[]) {
  return headers.filter(({ name }) => name === 'Contact' || name === 'Content-Type');
}
