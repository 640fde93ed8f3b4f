import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { header, listValues, withHeader } from '../../lab/wire/sip/headers.ts';
import { type Actor, until } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { cfA, crossingIn, crossingOut, establishedIn, establishedOut, ncfB } from './bench/crossing.ts';
import { body, contactUri, inDialog, inDialogBack, mcpttSdp, pointsTo, request } from './bench/messages.ts';

let bench: Bench;
let partner: Actor;
beforeEach(async () => {
  bench = await openBench();
  partner = await bench.actor('partner');
});
afterEach(() => bench.close());

const serverTarget = (gr: string) => `sip:cf@${bench.address.server}:5060;gr=${gr}`;

describe('from the server to a partner', () => {
  test('the INVITE leaves by the agencies’ listener with nothing of the inside in it', async () => {
    const { taken } = await establishedOut(bench, partner);
    const { request: seen, source } = taken;
    expect(source).toEqual(bench.at.agencies);
    expect(seen.uri).toBe(ncfB);
    expect(header(seen, 'route')).toBeUndefined();
    expect(listValues(seen, 'via')).toEqual([expect.stringContaining(`${bench.address.node}:30070;rport`)]);
    expect(contactUri(seen)).toBe(`sip:cf@${bench.address.node}:30070;gr=c1`);
    expect(header(seen, 'contact')).toContain('isfocus');
    expect(header(seen, 'p-asserted-identity')).toBe(`<${cfA}>`);
    expect(pointsTo(seen).map(({ host }) => host)).toEqual([bench.address.node, bench.address.node]);
    expect(JSON.stringify(seen.headers) + Buffer.from(seen.body).toString()).not.toContain(bench.address.server);
  });

  test('the 200 comes back with the server’s own Via, the edge in Contact and in SDP', async () => {
    const { got } = await establishedOut(bench, partner);
    expect(listValues(got, 'via')).toEqual([expect.stringContaining(`${bench.address.server}:5060`)]);
    expect(contactUri(got)).toBe(`sip:ncf@${bench.address.edge}:5060;gr=n1`);
    expect(header(got, 'contact')).toContain('isfocus');
    expect(pointsTo(got).map(({ host }) => host)).toEqual([bench.address.edge, bench.address.edge]);
  });

  test('the ACK, a transaction of its own without Route, finds the partner', async () => {
    const { invite, got } = await establishedOut(bench, partner);
    bench.server.sip.ack(inDialog(invite, got, 'ACK'), bench.at.inside);
    const ack = await partner.next('ACK');
    expect(ack.request.uri).toBe(`sip:ncf@${bench.address.partner}:5060;gr=n1`);
    expect(listValues(ack.request, 'via')).toHaveLength(1);
  });

  test('BYE goes both ways, and what came after it is unknown', async () => {
    const { invite, got, taken, ok } = await establishedOut(bench, partner);
    const bye = partner.send(inDialogBack(taken.request, ok, 'BYE'), bench.at.agencies);
    const seen = await bench.server.next('BYE');
    expect(seen.request.uri).toBe(serverTarget('c1'));
    seen.answer(200);
    expect((await bye.final()).status).toBe(200);
    expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
    const late = bench.server.send(inDialog(invite, got, 'BYE'), bench.at.inside);
    expect((await late.final()).status).toBe(481);

    const second = await establishedOut(bench, partner);
    const own = bench.server.send(inDialog(second.invite, second.got, 'BYE'), bench.at.inside);
    (await partner.next('BYE')).answer(200);
    expect((await own.final()).status).toBe(200);
  });

  test('a 200 that is repeated after the call has ended begins nothing again', async () => {
    const { sent, taken, ok } = await establishedOut(bench, partner);
    const bye = partner.send(inDialogBack(taken.request, ok, 'BYE'), bench.at.agencies);
    (await bench.server.next('BYE')).answer(200);
    await bye.final();
    taken.transaction?.respond(ok);
    const twice = await until('the second 200', () => {
      const all = sent.responses.filter(({ status }) => status === 200);
      return all.length === 2 && all;
    });
    expect(twice[1]).toEqual(twice[0]);
    expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
  });

  test('re-INVITE of the partner: the relay stays, and a new Contact is remembered', async () => {
    const { taken, ok, invite, got } = await establishedOut(bench, partner);
    const back = inDialogBack(taken.request, ok, 'INVITE');
    const sdp = body(mcpttSdp(bench.address.partner, 30_204, 30_206));
    const moved = { name: 'Contact', value: `<sip:ncf@${bench.address.partner}:5060;gr=n2>` };
    const reinvite = partner.send(
      { ...back, headers: [...back.headers, moved, { name: 'Content-Type', value: sdp.contentType }], body: sdp.body },
      bench.at.agencies,
    );
    const seen = await bench.server.next('INVITE');
    expect(pointsTo(seen.request)).toEqual(pointsTo(got));
    const serverSdp = body(mcpttSdp(bench.address.server, 20_000, 20_002));
    seen.answer(200, { headers: [{ name: 'Contact', value: `<${serverTarget('c1')}>` }], ...serverSdp });
    expect(pointsTo(await reinvite.final())).toEqual(pointsTo(taken.request));
    bench.server.send(inDialog(invite, got, 'BYE', 5), bench.at.inside);
    expect((await partner.next('BYE')).request.uri).toBe(`sip:ncf@${bench.address.partner}:5060;gr=n2`);
  });

  test('a partner’s proxies stay in the path that the edge remembers for them', async () => {
    const invite = crossingOut(bench, [['Record-Route', '<sip:10.0.0.9;lr>']]);
    const sent = bench.server.send(invite, bench.at.inside);
    const taken = await partner.next('INVITE');
    const hop = `<sip:${bench.address.partner}:5060;lr>`;
    taken.answer(200, {
      headers: [
        { name: 'Record-Route', value: `<sip:192.0.2.7;lr>, ${hop}` },
        { name: 'Contact', value: '<sip:ncf@192.0.2.1>' },
      ],
    });
    const got = await sent.final();
    expect(listValues(got, 'record-route')).toEqual(['<sip:10.0.0.9;lr>']);
    bench.server.sip.ack(inDialog(invite, got, 'ACK'), bench.at.inside);
    const ack = await partner.next('ACK');
    expect(listValues(ack.request, 'route')).toEqual([hop, '<sip:192.0.2.7;lr>']);
    expect(ack.request.uri).toBe('sip:ncf@192.0.2.1');
  });

  test('a partner that answers with ever new tags is heard so many times', async () => {
    const { sent, taken, ok } = await establishedOut(bench, partner);
    for (let fork = 0; fork < 30; fork += 1) {
      const to = `${header(taken.request, 'to')};tag=fork${fork}`;
      taken.transaction?.respond(withHeader(ok, 'To', to));
    }
    const bye = partner.send(inDialogBack(taken.request, ok, 'BYE'), bench.at.agencies);
    (await bench.server.next('BYE')).answer(200);
    await bye.final();
    expect(sent.responses.filter(({ status }) => status === 200)).toHaveLength(8);
  });

  test('a next hop that is no partner is refused', async () => {
    const invite = request({
      method: 'INVITE',
      uri: 'sip:x@elsewhere.test',
      from: cfA,
      headers: [
        ['Route', '<sip:edge.mcx.svc.cluster.local;lr>'],
        ['Route', `<sip:${bench.address.stranger}:5060;lr>`],
      ],
    });
    expect((await bench.server.send(invite, bench.at.inside).final()).status).toBe(403);
  });

  test('CANCEL before an answer', async () => {
    const sent = bench.server.send(crossingOut(bench), bench.at.inside);
    const taken = await partner.next('INVITE');
    taken.transaction?.onCancel(() => taken.answer(487));
    taken.answer(183);
    await until('183', () => sent.responses.some(({ status }) => status === 183));
    sent.transaction.cancel();
    expect((await sent.final()).status).toBe(487);
    expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
  });
});

describe('from a partner to the server', () => {
  test('the INVITE reaches the server, identity as it came, Contact and SDP at the edge', async () => {
    const { taken, got } = await establishedIn(bench, partner);
    const { request: seen } = taken;
    expect(seen.uri).toBe(cfA);
    expect(header(seen, 'p-asserted-identity')).toBe('<sip:pf@ic.b.mcx.test>');
    expect(contactUri(seen)).toBe(`sip:pf@${bench.address.edge}:5060;gr=p1`);
    expect(pointsTo(seen).map(({ host }) => host)).toEqual([bench.address.edge, bench.address.edge]);
    expect(contactUri(got)).toBe(`sip:cf@${bench.address.node}:30070;gr=s1`);
    expect(listValues(got, 'via')).toHaveLength(1);
  });

  test('the ACK of the partner reaches the server once, BYE goes both ways', async () => {
    const { invite, got } = await establishedIn(bench, partner);
    partner.sip.ack(inDialog(invite, got, 'ACK'), bench.at.agencies);
    expect((await bench.server.next('ACK')).request.uri).toBe(serverTarget('s1'));
    const bye = partner.send(inDialog(invite, got, 'BYE'), bench.at.agencies);
    (await bench.server.next('BYE')).answer(200);
    expect((await bye.final()).status).toBe(200);
    expect(bench.server.incoming.filter((one) => one.request.method === 'ACK')).toHaveLength(1);

    const second = await establishedIn(bench, partner);
    const own = bench.server.send(inDialogBack(second.taken.request, second.ok, 'BYE'), bench.at.inside);
    const seen = await partner.next('BYE');
    expect(seen.request.uri).toBe(`sip:pf@${bench.address.partner}:5060;gr=p1`);
    seen.answer(200);
    expect((await own.final()).status).toBe(200);
    expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
  });

  test('identity in every request: ACK without one is dropped, BYE refused, with one they pass', async () => {
    await bench.close();
    bench = await openBench({ identityCheck: 'every-request' });
    partner = await bench.actor('partner');
    const { invite, got } = await establishedIn(bench, partner);
    partner.sip.ack(inDialog(invite, got, 'ACK'), bench.at.agencies);
    expect((await partner.send(inDialog(invite, got, 'BYE'), bench.at.agencies).final()).status).toBe(403);
    expect(bench.server.incoming.filter((one) => one.request.method === 'ACK')).toEqual([]);
    const bye = inDialog(invite, got, 'BYE', 3);
    const named = { name: 'P-Asserted-Identity', value: '<sip:pf@ic.b.mcx.test>' };
    partner.send({ ...bye, headers: [...bye.headers, named] }, bench.at.agencies);
    await bench.server.next('BYE');
  });

  test('Routes of a partner are not followed', async () => {
    const invite = crossingIn(bench, [['Route', `<sip:${bench.address.stranger}:5060;lr>`]]);
    partner.send(invite, bench.at.agencies);
    expect(header((await bench.server.next('INVITE')).request, 'route')).toBeUndefined();
  });
});

describe('memory: transactions alone', () => {
  beforeEach(async () => {
    await bench.close();
    bench = await openBench({ memory: 'transactions' });
    partner = await bench.actor('partner');
  });

  test('outward: the ACK meets nothing and is dropped, repeated 200s pass, BYE gets 481 both ways', async () => {
    const { invite, sent, taken, ok, got } = await establishedOut(bench, partner);
    bench.server.sip.ack(inDialog(invite, got, 'ACK'), bench.at.inside);
    for (const _ of [1, 2, 3]) taken.transaction?.respond(ok);
    await until('four 200s', () => sent.responses.filter(({ status }) => status === 200).length === 4);
    const bye = partner.send(inDialogBack(taken.request, ok, 'BYE'), bench.at.agencies);
    expect((await bye.final()).status).toBe(481);
    const own = bench.server.send(inDialog(invite, got, 'BYE'), bench.at.inside);
    expect((await own.final()).status).toBe(481);
    expect(partner.incoming.map((one) => one.request.method)).toEqual(['INVITE']);
  });

  test('inward: the ACK of the partner is dropped', async () => {
    const { invite, got } = await establishedIn(bench, partner);
    partner.sip.ack(inDialog(invite, got, 'ACK'), bench.at.agencies);
    expect((await partner.send(inDialog(invite, got, 'BYE'), bench.at.agencies).final()).status).toBe(481);
    expect(bench.server.incoming.map((one) => one.request.method)).toEqual(['INVITE']);
  });
});
