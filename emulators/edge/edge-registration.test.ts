import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { until } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { ownContact, register, registerOf, ue1, ue2 } from './bench/clients.ts';
import { contact, request } from './bench/messages.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const options = (from: string) =>
  request({ method: 'OPTIONS', uri: 'sip:pf@a.mcx.test', from, headers: [contact(ownContact)] });

describe('registration through the edge (RFC 5626, RFC 3327)', () => {
  test('REGISTER gets a Path with a token, and its Contact stays the client’s own', async () => {
    const ue = await bench.actor('access');
    const { request: seen, source } = await register(bench, ue, ue1);
    expect(listValues(seen, 'path')).toEqual([
      expect.stringMatching(`^<sip:[0-9a-f]+@${bench.address.edge}:5060;lr>$`),
    ]);
    expect(header(seen, 'contact')).toContain(ownContact);
    expect(source).toEqual(bench.at.inside);
    expect(bench.describe().registrations).toHaveLength(1);
  });

  test('the 200 shows neither Path nor Service-Route, and the client’s own Via alone', async () => {
    const ue = await bench.actor('access');
    const sent = ue.send(registerOf(ue1), bench.at.clients);
    const taken = await bench.server.next('REGISTER');
    const path = header(taken.request, 'path') ?? '';
    taken.answer(200, {
      headers: [
        { name: 'Path', value: path },
        { name: 'Service-Route', value: '<sip:10.244.0.6;lr>' },
        { name: 'Contact', value: `<${ownContact}>;expires=60` },
      ],
    });
    const ok = await sent.final();
    expect([header(ok, 'path'), header(ok, 'service-route')]).toEqual([undefined, undefined]);
    expect(header(ok, 'contact')).toContain(ownContact);
    expect(listValues(ok, 'via')).toHaveLength(1);
  });

  test('nobody is registered before the registrar says so, nor after it refused', async () => {
    const ue = await bench.actor('access');
    const sent = ue.send(registerOf(ue1), bench.at.clients);
    const taken = await bench.server.next('REGISTER');
    expect((await ue.send(options(ue1), bench.at.clients).final()).status).toBe(403);
    taken.answer(403);
    await sent.final();
    expect((await ue.send(options(ue1), bench.at.clients).final()).status).toBe(403);
    expect(bench.server.incoming.map((one) => one.request.method)).toEqual(['REGISTER']);
  });

  test('a request of the server by Path reaches the flow, and a new REGISTER from another port moves it', async () => {
    const first = await bench.actor('access');
    const path = header((await register(bench, first, ue1)).request, 'path') ?? '';
    const message = () =>
      request({ method: 'MESSAGE', uri: ownContact, from: 'sip:cf@ic.a.mcx.test', headers: [['Route', path]] });
    bench.server.send(message(), bench.at.inside);
    const got = await first.next('MESSAGE');
    expect(got.request.uri).toBe(ownContact);
    expect(listValues(got.request, 'route')).toEqual([]);
    expect(got.source).toEqual(bench.at.clients);
    got.answer(200);

    const moved = await bench.actor('access', 6060);
    const again = await register(bench, moved, ue1);
    expect(header(again.request, 'path')).toBe(path);
    bench.server.send(message(), bench.at.inside);
    (await moved.next('MESSAGE')).answer(200);
    expect(first.incoming.filter((one) => one.request.method === 'MESSAGE')).toHaveLength(1);
    // The old place is a stranger now.
    expect((await first.send(options(ue1), bench.at.clients).final()).status).toBe(403);
  });

  test('a binding that is taken back has no flow any more: 430 (RFC 5626 5.3.1)', async () => {
    const ue = await bench.actor('access');
    const path = header((await register(bench, ue, ue1)).request, 'path') ?? '';
    const sent = ue.send(registerOf(ue1, ownContact, [['Expires', '0']]), bench.at.clients);
    (await bench.server.next('REGISTER')).answer(200);
    await sent.final();
    // The Expires of 600 stands first; the registrar said nothing: the client is still registered.
    expect(bench.describe().registrations).toHaveLength(1);
    const gone = ue.send(registerOf(ue1), bench.at.clients);
    (await bench.server.next('REGISTER')).answer(200, { headers: [{ name: 'Expires', value: '0' }] });
    await gone.final();
    const message = request({ method: 'MESSAGE', uri: ownContact, from: ue1, headers: [['Route', path]] });
    expect((await bench.server.send(message, bench.at.inside).final()).status).toBe(430);
  });

  test('two users behind one NAT address are two flows', async () => {
    const [one, two] = [await bench.actor('access'), await bench.actor('access', 6060)];
    await register(bench, one, ue1);
    await register(bench, two, ue2, 'sip:a-ue-2@192.168.10.12:5060');
    two.send(options(ue1), bench.at.clients);
    const seen = await bench.server.next('OPTIONS');
    expect(listValues(seen.request, 'p-asserted-identity')).toEqual([`<${ue2}>`]);
    seen.answer(200);
  });

  test('users of other domains do not register here', async () => {
    const ue = await bench.actor('access');
    const answer = await ue.send(registerOf('sip:x@b.mcx.test'), bench.at.clients).final();
    expect(answer.status).toBe(403);
    expect(bench.server.incoming).toEqual([]);
  });

  test('a keep-alive of a registered flow is answered with one CRLF, that of a stranger with nothing', async () => {
    const [ue, stranger] = [await bench.actor('access'), await bench.actor('stranger')];
    await register(bench, ue, ue1);
    stranger.sip.keepAlive(bench.at.clients);
    ue.sip.keepAlive(bench.at.clients);
    await until('the pong', () => ue.pongs === 1);
    expect(stranger.pongs).toBe(0);
  });
});
