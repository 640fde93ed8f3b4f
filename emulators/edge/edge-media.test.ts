import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { header } from '../../lab/wire/sip/headers.ts';
import { type Actor, until } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { ownContact, register, ue1 } from './bench/clients.ts';
import { establishedIn, establishedOut } from './bench/crossing.ts';
import type { MediaEnd } from './bench/media-end.ts';
import { body, contact, inDialog, mcpttSdp, pointsTo, request } from './bench/messages.ts';
import type { SocketAddress } from './party.ts';

let bench: Bench;
afterEach(() => bench.close());

/** The exposed port is told with the node's address; without a NAT it is found at the pod. */
const exposed = ({ port }: SocketAddress): SocketAddress => ({ host: bench.address.edge, port });

describe('media of a client', () => {
  let ue: Actor;
  let server: { rtp: MediaEnd; rtcp: MediaEnd; floor: MediaEnd };
  let client: { rtp: MediaEnd; rtcp: MediaEnd; floor: MediaEnd };
  let outside: { rtp: SocketAddress; rtcp: SocketAddress; floor: SocketAddress };
  let inside: { rtp: SocketAddress; rtcp: SocketAddress; floor: SocketAddress };
  let end: () => Promise<void>;

  beforeEach(async () => {
    bench = await openBench();
    ue = await bench.actor('access');
    const path = header((await register(bench, ue, ue1)).request, 'path') ?? '';
    const ends = async (place: 'server' | 'access') => ({
      rtp: await bench.media(place, 20_000),
      rtcp: await bench.media(place, 20_001),
      floor: await bench.media(place, 20_002),
    });
    server = await ends('server');
    client = await ends('access');
    const invite = request({
      method: 'INVITE',
      uri: ownContact,
      from: 'sip:cf@ic.a.mcx.test',
      headers: [['Route', path], contact(`sip:cf@${bench.address.server}:5060`)],
      sdp: mcpttSdp(bench.address.server, 20_000, 20_002),
    });
    const sent = bench.server.send(invite, bench.at.inside);
    const taken = await ue.next('INVITE');
    // SDP of a client behind a NAT: nobody can reach what it says.
    const sdp = body(mcpttSdp('192.168.10.11', 40_000, 40_002));
    taken.answer(200, { headers: [{ name: 'Contact', value: `<${ownContact}>` }], ...sdp });
    const got = await sent.final();
    const places = (points: SocketAddress[]) => {
      const [rtp, floor] = points.map(exposed);
      if (rtp === undefined || floor === undefined) throw new Error('two media lines');
      return { rtp, rtcp: { ...rtp, port: rtp.port + 1 }, floor };
    };
    outside = places(pointsTo(taken.request));
    inside = places(pointsTo(got));
    end = async () => {
      const bye = bench.server.send(inDialog(invite, got, 'BYE'), bench.at.inside);
      (await ue.next('BYE')).answer(200);
      await bye.final();
    };
  });

  test('RTP, RTCP and floor control latch one by one and then flow both ways', async () => {
    for (const flow of ['rtp', 'rtcp', 'floor'] as const) {
      client[flow].say(`${flow} up`, outside[flow]);
      expect(await server[flow].hears(`${flow} up`)).toEqual(inside[flow]);
      server[flow].say(`${flow} down`, inside[flow]);
      // Symmetric (RFC 4961): from the port that the client sends to.
      expect(await client[flow].hears(`${flow} down`)).toEqual(outside[flow]);
    }
  });

  test('floor control waits for the latch, in its order; RTP does not', async () => {
    server.rtp.say('early speech', inside.rtp);
    for (const text of ['taken', 'idle']) server.floor.say(text, inside.floor);
    // What the relay has read is seen in its counters, not guessed from time.
    await until('three datagrams at the relay', () => JSON.stringify(bench.describe().calls).includes('"outward":2'));
    client.rtp.say('open', outside.rtp);
    client.floor.say('open', outside.floor);
    await client.floor.hears('idle');
    server.rtp.say('speech', inside.rtp);
    await client.rtp.hears('speech');
    expect(client.floor.heard.map(({ text }) => text)).toEqual(['taken', 'idle']);
    expect(client.rtp.heard.map(({ text }) => text)).toEqual(['speech']);
  });

  test('a stranger neither opens nor steals the latch, and hears nothing', async () => {
    const stranger = await bench.media('stranger');
    for (const port of Object.values(outside)) stranger.say('first!', port);
    for (const port of Object.values(inside)) stranger.say('from inside', port);
    for (const flow of ['rtp', 'rtcp', 'floor'] as const) {
      client[flow].say('open', outside[flow]);
      await server[flow].hears('open');
      stranger.say('again', outside[flow]);
      server[flow].say('down', inside[flow]);
      await client[flow].hears('down');
      expect(server[flow].heard.map(({ text }) => text)).toEqual(['open']);
      expect(client[flow].heard.map(({ text }) => text)).toEqual(['down']);
    }
    expect(stranger.heard).toEqual([]);
  });

  test('latched once: another port of the same address does not take over', async () => {
    client.rtp.say('open', outside.rtp);
    await server.rtp.hears('open');
    const neighbour = await bench.media('access');
    neighbour.say('mine', outside.rtp);
    client.rtp.say('still here', outside.rtp);
    await server.rtp.hears('still here');
    server.rtp.say('down', inside.rtp);
    await client.rtp.hears('down');
    expect(neighbour.heard).toEqual([]);
    expect(server.rtp.heard.map(({ text }) => text)).toEqual(['open', 'still here']);
  });

  test('after BYE the ports are closed, and nothing is relayed', async () => {
    client.rtp.say('open', outside.rtp);
    await server.rtp.hears('open');
    await end();
    expect(bench.describe().calls).toEqual([]);
    // Bound by somebody else: the kernel has it back, too.
    const next = await bench.media('edge', outside.rtp.port);
    client.rtp.say('late', next.at);
    await next.hears('late');
    expect(server.rtp.heard.map(({ text }) => text)).toEqual(['open']);
  });
});

describe('media across the border', () => {
  let partner: Actor;
  let theirs: MediaEnd;
  let ours: MediaEnd;

  async function call(more: Parameters<typeof openBench>[0] = {}) {
    bench = await openBench(more);
    partner = await bench.actor('partner');
    theirs = await bench.media('partner', 30_200);
    ours = await bench.media('server', 20_000);
    const { taken, got } = await establishedOut(bench, partner);
    const [outside, inside] = [pointsTo(taken.request)[0], pointsTo(got)[0]];
    if (outside === undefined || inside === undefined) throw new Error('SDP on both sides');
    return { outside: exposed(outside), inside };
  }

  test('announced: sent at once to where the partner’s SDP says, taken from any port of its nodes', async () => {
    const { outside, inside } = await call();
    ours.say('first word', inside);
    expect(await theirs.hears('first word')).toEqual(outside);
    // Another node of the partner: the NAT on the way may choose it.
    const other = await bench.media('partnerEdge');
    other.say('from the other node', outside);
    await ours.hears('from the other node');
    ours.say('second word', inside);
    await theirs.hears('second word');
    expect(other.heard).toEqual([]);
  });

  test('announced: neither strangers nor clients are heard', async () => {
    const { outside } = await call();
    for (const place of ['stranger', 'access', 'node'] as const) (await bench.media(place)).say(place, outside);
    theirs.say('partner', outside);
    await ours.hears('partner');
    expect(ours.heard.map(({ text }) => text)).toEqual(['partner']);
  });

  test('latch: both edges wait, and nothing is sent before the first packet', async () => {
    const { outside, inside } = await call({ peerMedia: 'latch' });
    ours.say('into the void', inside);
    await until('the datagram at the relay', () => JSON.stringify(bench.describe().calls).includes('"outward":1'));
    expect(theirs.heard).toEqual([]);
    theirs.say('open', outside);
    await ours.hears('open');
    ours.say('now', inside);
    await theirs.hears('now');
    expect(theirs.heard.map(({ text }) => text)).toEqual(['now']);
  });

  test('the other direction of the call has the same rules', async () => {
    bench = await openBench();
    partner = await bench.actor('partner');
    theirs = await bench.media('partner', 30_200);
    ours = await bench.media('server', 20_000);
    const { taken, got } = await establishedIn(bench, partner);
    ours.say('down', pointsTo(taken.request)[0] ?? bench.at.inside);
    await theirs.hears('down');
    theirs.say('up', exposed(pointsTo(got)[0] ?? bench.at.inside));
    await ours.hears('up');
  });

  test('a relay that nobody sends through is released; one that is used stays', async () => {
    const { outside, inside } = await call({ relayIdleMs: 400 });
    for (let i = 0; i < 8; i += 1) {
      ours.say(`alive ${i}`, inside);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(bench.describe().calls).toHaveLength(1);
    await until('the release', () => bench.describe().calls.length === 0);
    theirs.say('late', outside);
    expect(ours.heard).toEqual([]);
  });
});
