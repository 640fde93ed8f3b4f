/** Two edges back to back, as between two clusters: nothing is scripted but the servers behind them. */
import { afterEach, expect, test } from 'vitest';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { type Actor, openActor } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { body, contact, contactUri, inDialog, inDialogBack, mcpttSdp, pointsTo, request } from './bench/messages.ts';

let benches: Bench[] = [];
const actors: Actor[] = [];
afterEach(async () => {
  for (const bench of benches) await bench.close();
  for (const actor of actors) await actor.close();
  benches = [];
});

/** Every edge advertises itself: without a NAT the pod's address is the node's. */
async function twoAgencies(more: Parameters<typeof openBench>[0] = {}) {
  let edgeB = '';
  const self = (address: Bench['address']) => ({ address: address.edge, clientsPort: 5062, agenciesPort: 5064 });
  const differs = (address: Bench['address']) => (typeof more === 'function' ? more(address) : more);
  // The far edge's address is known before it opens: benches take one network after the other.
  const a = await openBench((address) => {
    edgeB = address.edge.replace(/\.(\d+)\.5$/, (_, net: string) => `.${Number(net) + 1}.5`);
    return { advertised: self(address), peers: [{ domain: 'b.mcx.test', nodes: [edgeB] }], ...differs(address) };
  });
  const b = await openBench((address) => ({
    advertised: self(address),
    domain: 'b.mcx.test',
    peers: [{ domain: 'a.mcx.test', nodes: [a.address.edge] }],
  }));
  benches = [a, b];
  expect(b.address.edge).toBe(edgeB);
  return { a, b };
}

async function call(a: Bench, b: Bench) {
  const invite = request({
    method: 'INVITE',
    uri: 'sip:ncf@ic.b.mcx.test',
    from: 'sip:cf@ic.a.mcx.test',
    headers: [
      ['Route', `<sip:${a.address.edge}:5060;lr>`],
      ['Route', `<sip:${b.address.edge}:5064;lr>`],
      contact(`sip:cf@${a.address.server}:5060`, ';isfocus'),
      ['P-Asserted-Identity', '<sip:cf@ic.a.mcx.test>'],
    ],
    sdp: mcpttSdp(a.address.server, 20_000, 20_002),
  });
  const sent = a.server.send(invite, a.at.inside);
  const taken = await b.server.next('INVITE');
  const ok = taken.answer(200, {
    headers: [{ name: 'Contact', value: `<sip:ncf@${b.address.server}:5060>;isfocus` }],
    ...body(mcpttSdp(b.address.server, 20_000, 20_002)),
  });
  return { invite, sent, taken, ok, got: await sent.final() };
}

test('INVITE, 200, ACK, media and BYE through both edges, no address of one inside in the other', async () => {
  const { a, b } = await twoAgencies();
  const { invite, got, taken, ok } = await call(a, b);
  const seen = JSON.stringify(taken.request.headers) + Buffer.from(taken.request.body).toString();
  expect(seen).not.toContain(a.address.server);
  expect(header(taken.request, 'contact')).toContain('isfocus');
  expect(listValues(got, 'via')).toHaveLength(1);
  expect(contactUri(got)).toBe(`sip:ncf@${a.address.edge}:5060`);

  a.server.sip.ack(inDialog(invite, got, 'ACK'), a.at.inside);
  expect((await b.server.next('ACK')).request.uri).toBe(`sip:ncf@${b.address.server}:5060`);

  const [theirs, ours] = [await b.media('server', 20_002), await a.media('server', 20_002)];
  const [fromA, fromB] = [pointsTo(got)[1], pointsTo(taken.request)[1]];
  if (fromA === undefined || fromB === undefined) throw new Error('a floor port on both sides');
  ours.say('taken', fromA);
  await theirs.hears('taken');
  theirs.say('ack', fromB);
  await ours.hears('ack');

  const bye = b.server.send(inDialogBack(taken.request, ok, 'BYE'), b.at.inside);
  (await a.server.next('BYE')).answer(200);
  expect((await bye.final()).status).toBe(200);
  for (const bench of [a, b]) expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
});

test('the near edge remembers transactions alone: the ACK ends there, a BYE gets 481', async () => {
  const { a, b } = await twoAgencies({ memory: 'transactions' });
  const { invite, got, taken, ok } = await call(a, b);
  a.server.sip.ack(inDialog(invite, got, 'ACK'), a.at.inside);
  const bye = b.server.send(inDialogBack(taken.request, ok, 'BYE'), b.at.inside);
  expect((await bye.final()).status).toBe(481);
  expect(b.server.incoming.map((one) => one.request.method)).toEqual(['INVITE']);
});

test('a registered client of the far agency cannot reach this server past its own', async () => {
  const { a, b } = await twoAgencies();
  const ue = await openActor({ host: b.address.access, port: 5060 }, 'b-ue');
  actors.push(ue);
  const forged = request({
    method: 'INVITE',
    uri: 'sip:cf@ic.a.mcx.test',
    from: 'sip:pf@ic.b.mcx.test',
    headers: [['P-Asserted-Identity', '<sip:pf@ic.b.mcx.test>'], contact('sip:pf@192.168.20.11')],
  });
  expect((await ue.send(forged, a.at.agencies).final()).status).toBe(403);
  expect((await ue.send(forged, a.at.clients).final()).status).toBe(403);
  expect(a.server.incoming).toEqual([]);
});
