import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call } from '../call.test-data.ts';
import { type Played, playHealthy } from '../failures.test-data.ts';
import { sip, timelineOf } from '../flights.test-data.ts';
import type { Scene } from '../question.ts';
import {
  believedWithoutSource,
  forgedSourceDropped,
  forgeryGetsNowhere,
  letInAsPartner,
  registeredAs,
} from './forgery.ts';
import { floodArrives, mediaGetsNowhere } from './uninvited.ts';

describe('R4: forgeries', () => {
  function forged(status: number | undefined): Played {
    const { call } = playHealthy();
    const from = call.stage.now;
    const plan = call.crossing('a', 'a-ue-1');
    const [, hop, inner] = plan.hops;
    if (hop === undefined || inner === undefined) throw new Error('no hop');
    const hops = [{ ...hop, place: 'a-ue-1' }, inner];
    const leg = call.actor({ ...plan, id: 'forged', hops });
    leg.request('INVITE', status === undefined ? 2 : 1);
    if (status !== undefined) leg.respond('INVITE', status, 0);
    call.stage.silence(200);
    call.keepAlive('a-ue-1');
    return { call, from };
  }

  test('end at the edge, a genuine INVITE being the control', () => {
    const played = forged(403);
    const answer = ask(played, forgeryGetsNowhere('a-ue-1'), false);
    expect(answer.state).toBe('yes');
    expect(taps(played, answer).slice(0, 2)).toEqual(['a-ue-1', 'b-edge']);
  });

  test('one that reaches a server is a no', () => {
    expect(ask(forged(undefined), forgeryGetsNowhere('a-ue-1'), false)).toMatchObject({
      state: 'no',
      because: 'it reaches b-mcx',
    });
  });

  test('through its own edge it is that UE’s own call, and nothing more', () => {
    const { call } = playHealthy();
    const from = call.stage.now;
    const genuine = call.callersLeg('a-ue-1');
    call.actor({ ...genuine, id: 'own', asserted: 'a-ue-1@a.mcx.test' }).request('INVITE');
    call.stage.silence(200);
    call.keepAlive('a-ue-1');
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false).state).toBe('yes');
    call.actor({ ...genuine, id: 'grand', isfocus: true, asserted: 'cf@ic.b.mcx.test' }).request('INVITE');
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false)).toMatchObject({
      state: 'no',
      because: 'it reaches a-mcx',
    });
  });

  test('none was sent, or it never reached an edge', () => {
    const played = playHealthy();
    expect(ask({ ...played, from: played.call.stage.now }, forgeryGetsNowhere('a-ue-1'), false).state).toBe('open');
  });
});

/** The genuine INVITE from another place, over the bridge to the far edge and, where nobody refuses it, to the server. */
function replayFrom(place: string, call: Call, upTo: 1 | 2, id = `replay-${place}`): void {
  const plan = call.crossing('a', 'a-ue-1');
  const [, hop, inner] = plan.hops;
  if (hop === undefined || inner === undefined) throw new Error('no hop');
  const leg = call.actor({ ...plan, id, asserted: 'cf@ic.a.mcx.test', hops: [{ ...hop, place }, inner] });
  leg.request('INVITE', upTo);
  if (upTo === 1) leg.respond('INVITE', 403, 0);
}

describe('R4: more forgeries', () => {
  test('an ACK at its own server says nothing, an answer 2xx is a no', () => {
    const { call } = playHealthy();
    const from = call.stage.now;
    const own = call.actor({ ...call.callersLeg('a-ue-1'), id: 'own', asserted: 'a-ue-1@a.mcx.test' });
    own.request('INVITE');
    own.respond('INVITE', 404);
    own.request('ACK');
    call.stage.silence(200);
    call.keepAlive('a-ue-1');
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false).state).toBe('yes');
    own.respond('INVITE', 200);
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false)).toMatchObject({
      state: 'no',
      because: 'it is answered 2xx',
    });
  });

  test('a pod of the partner’s cluster is let in, a UE is not', () => {
    const { call } = playHealthy('a-ue-1', { bystanderA: '10.244.0.9' });
    const from = call.stage.now;
    replayFrom('a-ue-2', call, 1);
    expect(ask({ call, from }, letInAsPartner('a-ue-2'))).toMatchObject({
      state: 'no',
      because: "no INVITE of a-ue-2 reaches a partner's server",
    });
    expect(ask({ call, from }, letInAsPartner('a-bystander'), false).state).toBe('open');
    replayFrom('a-bystander', call, 2);
    const answer = ask({ call, from }, letInAsPartner('a-bystander'), false);
    expect(answer.state).toBe('yes');
    expect(taps({ call, from }, answer)).toEqual(['a-bystander', 'b-edge', 'b-mcx']);
    expect(ask({ call, from }, forgeryGetsNowhere('a-bystander')).state).toBe('no');
  });

  test('what the edge received may be read later than what the server received', () => {
    const { call } = playHealthy('a-ue-1', { bystanderA: '10.244.0.9' });
    const from = call.stage.now;
    replayFrom('a-bystander', call, 2);
    const late = () => {
      const scene = call.stage.scene(from, false);
      const sightings = scene.timeline.sightings.filter(
        ({ tap, timeNs, content }) => tap !== 'b-edge' || timeNs < from || content.protocol === 'marker',
      );
      return letInAsPartner('a-bystander').ask({ ...scene, timeline: { ...scene.timeline, sightings } });
    };
    expect(late().state).toBe('open');
    call.stage.silence(200);
    call.keepAlive('a-ue-1');
    expect(late()).toMatchObject({ state: 'no', because: expect.stringContaining('no edge') });
  });

  test('without a rule by source a host of one’s own agency passes for the partner', () => {
    const { call } = playHealthy('a-ue-1', { bystanderA: '10.244.0.9' });
    const from = call.stage.now;
    expect(ask({ call, from }, believedWithoutSource('b-ue-2'), false).state).toBe('open');
    replayFrom('b-ue-2', call, 2);
    const answer = ask({ call, from }, believedWithoutSource('b-ue-2'), false);
    expect(answer.state).toBe('yes');
    expect(taps({ call, from }, answer)).toEqual(['b-ue-2', 'b-mcx']);
    replayFrom('a-bystander', call, 2);
    expect(ask({ call, from }, believedWithoutSource('a-bystander')).state).toBe('no');
  });

  test('what is let in as somebody else’s is no partner’s, and where it came from must be seen', () => {
    const { call } = playHealthy('a-ue-1', { bystanderA: '10.244.0.9' });
    const from = call.stage.now;
    const plan = call.crossing('a', 'a-ue-1');
    const [, hop, inner] = plan.hops;
    if (hop === undefined || inner === undefined) throw new Error('no hop');
    const hops = [{ ...hop, place: 'a-bystander' }, inner];
    call.actor({ ...plan, id: 'foreign', asserted: 'cf@ic.c.mcx.test', hops }).request('INVITE');
    const answer = ask({ call, from }, letInAsPartner('a-bystander'), false);
    expect(answer).toMatchObject({
      state: 'no',
      because: 'b-mcx receives it from sip:cf@ic.c.mcx.test, by way of 172.18.0.2',
    });
    expect(taps({ call, from }, answer)).toEqual(['a-bystander', 'b-mcx']);
    expect(ask({ call, from: call.stage.now + 1n }, letInAsPartner('a-bystander'), false).state).toBe('open');
    const { asserted: _, ...nobody } = plan;
    const silent = new Call({ bystanderA: '10.244.0.9' });
    silent.actor({ ...nobody, hops }).request('INVITE');
    for (const question of [letInAsPartner('a-bystander'), believedWithoutSource('a-bystander')])
      expect(ask({ call: silent, from: 0n }, question, false)).toMatchObject({
        state: 'no',
        because: expect.stringContaining('b-mcx receives it from nobody'),
      });
    expect(ask({ call, from }, believedWithoutSource('a-bystander'), false)).toMatchObject({ state: 'no' });
    expect(ask({ call, from }, letInAsPartner('c-pod'), false)).toMatchObject({
      state: 'open',
      because: "no INVITE of c-pod reaches a partner's server",
      evidence: [{}],
    });
  });

  test('a forgery that gets nowhere needs a genuine INVITE to compare with, and time', () => {
    const call = new Call();
    call.registerAll();
    const from = call.stage.now;
    replayFrom('a-ue-1', call, 1);
    call.stage.silence(200);
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false)).toMatchObject({
      state: 'open',
      because: 'too early, or no genuine INVITE to compare with',
      evidence: [{ tap: 'b-edge' }],
    });
    call.actor({ ...call.crossing('a', 'a-ue-1'), id: 'genuine' }).request('INVITE', 2);
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false).state).toBe('open');
    call.actor({ ...call.crossing('a', 'a-ue-1'), id: 'arrives' }).request('INVITE');
    const answer = ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false);
    expect(answer).toMatchObject({
      state: 'yes',
      because: "1 INVITEs of a-ue-1 reach no server that would take them for a partner's",
    });
    expect(taps({ call, from }, answer)).toEqual(['a-ue-1', 'b-edge', 'b-mcx']);
    replayFrom('a-ue-1', call, 1, 'once more');
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1'), false).state).toBe('open');
    expect(ask({ call, from }, forgeryGetsNowhere('a-ue-1')).state).toBe('yes');
  });

  test('a subscriber’s own call asserts that very subscriber, and is no focus', () => {
    const verdict = (asserted: string, isfocus: boolean, place = 'a-ue-1') => {
      const { call } = playHealthy();
      const from = call.stage.now;
      call.actor({ ...call.callersLeg(place), id: 'own', asserted, isfocus }).request('INVITE');
      call.stage.silence(200);
      return ask({ call, from }, forgeryGetsNowhere(place), false).state;
    };
    expect(verdict('a-ue-1@a.mcx.test', false)).toBe('yes');
    expect(verdict('a-ue-2@a.mcx.test', false)).toBe('no');
    expect(verdict('a-ue-1@a.mcx.test', true)).toBe('no');
    expect(verdict('b-ue-1@b.mcx.test', false, 'b-ue-1')).toBe('yes');
  });

  test('a host without a name of its own is known by its place', () => {
    const { call } = playHealthy('a-ue-1', { bystanderA: '10.244.0.9' });
    const from = call.stage.now;
    const plan = call.callersLeg('a-ue-1');
    const [, inner] = plan.hops;
    if (inner === undefined) throw new Error('no hop');
    const outer = { ...inner, place: 'a-bystander', dst: '10.96.0.20' };
    call.actor({ ...plan, id: 'pod', asserted: 'a-bystander@a.mcx.test', hops: [outer, inner] }).request('INVITE');
    call.stage.silence(200);
    expect(ask({ call, from }, forgeryGetsNowhere('a-bystander'), false).state).toBe('yes');
  });

  test('a 401 registers nobody, nor does a 200 for somebody else', () => {
    const call = new Call();
    const plan = { ...call.crossing('a', 'a-ue-1'), id: 'own' };
    const [, hop] = plan.hops;
    if (hop === undefined) throw new Error('no hop');
    const own = call.actor({ ...plan, hops: [{ ...hop, place: 'a-ue-1' }] });
    own.request('REGISTER');
    own.respond('REGISTER', 401);
    const other = call.actor({ ...plan, id: 'other', hops: [{ ...hop, place: 'a-ue-2' }] });
    other.request('REGISTER');
    other.respond('REGISTER', 200);
    expect(ask({ call, from: 0n }, registeredAs('a-ue-1'), false)).toMatchObject({
      state: 'open',
      because: 'no REGISTER of a-ue-1 is accepted',
      evidence: [{ tap: 'a-ue-1' }],
    });
    expect(ask({ call, from: 0n }, registeredAs('a-ue-2'), false).state).toBe('yes');
    own.respond('REGISTER', 200);
    expect(ask({ call, from: 0n }, registeredAs('a-ue-1'), false).state).toBe('yes');
  });

  test('a UE is registered when its own REGISTER got its 200', () => {
    const call = new Call();
    expect(ask({ call, from: 0n }, registeredAs('a-ue-1'), false).state).toBe('open');
    call.registerAll();
    const answer = ask({ call, from: 0n }, registeredAs('a-ue-1'), false);
    expect(answer.state).toBe('yes');
    expect(taps({ call, from: 0n }, answer)).toEqual(['a-ue-1', 'a-ue-1']);
    expect(ask({ call, from: 0n }, registeredAs('bridge')).state).toBe('no');
  });
});

test('a place of no agency is nobody’s partner', () => {
  const scene = new Call().stage.scene(0n, false);
  const carries = sip('INVITE sip:team@b SIP/2.0');
  const hops = ['bridge 172.18.0.1:5060 > 172.18.0.3:31061', 'b-mcx 172.18.0.1:5060 > 10.244.0.26:5060'];
  const flown = timelineOf([{ ms: 0, carries, hops }]);
  expect(letInAsPartner('bridge').ask({ ...scene, timeline: flown })).toMatchObject({
    state: 'open',
    because: "no INVITE of bridge reaches a partner's server",
  });
});

describe('R4: a foreign source address', () => {
  const place = 'b-ue-1';

  /** The place's own address is another one, so that what it sends as 192.168.20.11 is forged. */
  function scene({ call, from }: Played, honest: boolean, dropped: boolean, closed = true): Scene {
    const { timeline, topology, ...rest } = call.stage.scene(from, closed);
    const addresses = [honest ? '192.168.20.12' : '192.168.20.99', '192.168.20.11'];
    const isForged = (payload: Uint8Array) => Buffer.from(payload).includes('replay-b-ue-1');
    return {
      ...rest,
      timeline: {
        ...timeline,
        taps: timeline.taps.filter(({ tap }) => tap !== 'b-ue-2'),
        sightings: timeline.sightings
          .filter(({ tap, payload }) => !dropped || tap === place || !isForged(payload))
          .map((one) => (one.tap === 'b-ue-2' ? { ...one, tap: place } : one)),
      },
      topology: {
        ...topology,
        taps: topology.taps.map((tap) => (tap.name === place ? { ...tap, addresses } : tap)),
      },
    };
  }

  function played(): Played {
    const { call } = playHealthy();
    const from = call.stage.now;
    replayFrom('b-ue-2', call, 1);
    replayFrom(place, call, 1);
    call.stage.silence(200);
    call.keepAlive('a-ue-1');
    return { call, from };
  }

  test('gets no further than the access router, while the host’s own address does', () => {
    const answer = forgedSourceDropped(place).ask(scene(played(), true, true, false));
    expect(answer).toMatchObject({ state: 'yes', because: '1 INVITEs from 192.168.20.11 end behind b-ue-1' });
    expect(answer.evidence.map(({ tap }) => tap)).toEqual([place, 'b-edge']);
  });

  test('seen anywhere else it is a no', () => {
    expect(forgedSourceDropped(place).ask(scene(played(), true, false))).toMatchObject({ state: 'no' });
  });

  test('without a packet of its own that arrives nothing is proved', () => {
    expect(forgedSourceDropped(place).ask(scene(played(), false, true, false)).state).toBe('open');
  });

  test('without a forged packet nothing is proved', () => {
    const { call } = playHealthy();
    expect(forgedSourceDropped(place).ask(call.stage.scene(call.stage.now))).toMatchObject({
      state: 'no',
      because: 'no INVITE leaves b-ue-1 with a foreign source address',
    });
  });
});

describe('R4: media from nowhere', () => {
  const rtp = Buffer.from('8060000100000001000000ff01', 'hex');
  const floor = Buffer.from('80cc0003000000114d4350540002ff00', 'hex');
  const ports = Array.from({ length: 32 }, (_, n) => 30100 + n);

  function call(): Call {
    const made = new Call();
    made.registerAll();
    made.set('a-ue-1');
    return made;
  }

  function sprayed(skip = 0): Played {
    const made = call();
    const from = made.stage.now;
    for (const { node } of made.stage.topology.agencies) {
      for (const port of ports.filter((one) => one !== skip)) {
        made.stage.send('b-ue-1', 50000, node, port, rtp);
        made.stage.send('b-ue-1', 50000, node, port, floor);
      }
    }
    made.stage.silence(200);
    made.keepAlive('a-ue-1');
    return { call: made, from };
  }

  test('arrives at every exposed port and is not passed on', () => {
    const played = sprayed();
    const answer = ask(played, mediaGetsNowhere('b-ue-1'), false);
    expect(answer).toMatchObject({ state: 'yes', because: '128 packets of b-ue-1 end at the edge' });
    expect(taps(played, answer)[0]).toBe('b-ue-1');
    expect(ask(played, mediaGetsNowhere('a-ue-1')).state).toBe('no');
  });

  test('a single port that was not tried leaves it open', () => {
    expect(ask(sprayed(30117), mediaGetsNowhere('b-ue-1'), false)).toMatchObject({
      state: 'open',
      because: 'nothing of b-ue-1 reaches a-edge 30117 rtp',
    });
  });

  test('passed on by an edge it is a no', () => {
    const played = sprayed();
    played.call.stage.send('a-edge', 21000, '10.244.0.6', 20000, floor);
    expect(ask(played, mediaGetsNowhere('b-ue-1'), false)).toMatchObject({ state: 'no', because: 'a-edge relays it' });
  });

  test('a flood counts when it came to every port, SIP’s too', () => {
    const made = call();
    const from = made.stage.now;
    const flood = (noise: string, port: number, node: string) =>
      made.stage.send('b-ue-1', 50000, node, port, Buffer.from(`noise ${noise}`));
    for (const { node } of made.stage.topology.agencies) for (const port of ports) flood('m', port, node);
    const played = { call: made, from };
    expect(ask(played, floodArrives('b-ue-1', 64), false)).toMatchObject({ state: 'open' });
    for (const { node, clientPort, interconnectPort } of made.stage.topology.agencies) {
      flood('s', clientPort, node);
      flood('s', interconnectPort, node);
    }
    expect(ask(played, floodArrives('b-ue-1', 68), false)).toMatchObject({
      state: 'yes',
      because: '68 datagrams of b-ue-1 arrive at 68 ports',
    });
    expect(ask(played, floodArrives('b-ue-1', 69), false).state).toBe('open');
    expect(ask(played, floodArrives('b-ue-2', 1)).state).toBe('no');
  });
});
