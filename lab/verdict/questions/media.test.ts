import { describe, expect, test } from 'vitest';
import { Call, floor, rtp } from '../call.test-data.ts';
import { timelineOf } from '../flights.test-data.ts';
import { Stage } from '../stage.test-data.ts';
import { crossedBothNats, crossingDialogComplete } from './crossing.ts';
import { floorGranted, floorIdle } from './floor.ts';
import { burstHeard, ownServerHears } from './media.ts';
import { burstUnheard } from './nothing.ts';

function running(caller = 'a-ue-1'): Call {
  const call = new Call();
  call.registerAll();
  call.set(caller);
  return call;
}

describe('the floor', () => {
  test('is granted to one and taken to all others', () => {
    const call = running();
    const from = call.stage.now;
    call.grant('a-ue-1');
    const answer = floorGranted('a-ue-1').ask(call.stage.scene(from, false));
    expect(answer.state).toBe('yes');
    expect(answer.evidence.map(({ tap }) => tap)).toEqual(['a-ue-1', 'a-ue-2', 'b-ue-1', 'b-ue-2']);
  });

  test('granted to another, or before this act, is not granted', () => {
    const call = running();
    const from = call.stage.now;
    call.grant('b-ue-1');
    const scene = call.stage.scene(from, false);
    expect(floorGranted('a-ue-1').ask(scene)).toMatchObject({ state: 'open', because: 'no Floor Granted at a-ue-1' });
    expect(floorGranted('b-ue-1').ask(call.stage.scene(call.stage.now, false)).state).toBe('open');
  });

  test('taken by somebody else is the nearest miss', () => {
    const call = running();
    const from = call.stage.now;
    call.down('a-ue-1', 2, floor('Floor Granted', []));
    call.down('a-ue-2', 2, floor('Floor Taken', [{ id: "Granted Party's Identity", uri: 'sip:b-ue-1@b.mcx.test' }]));
    const answer = floorGranted('a-ue-1', { agency: 'a' }).ask(call.stage.scene(from));
    expect(answer).toMatchObject({ state: 'no', because: 'Floor Taken at a-ue-2 names somebody else' });
    expect(answer.evidence[0]?.tap).toBe('a-ue-2');
  });

  test('taken without a name counts', () => {
    const call = running();
    const from = call.stage.now;
    call.down('a-ue-1', 2, floor('Floor Granted', []));
    call.down('a-ue-2', 2, floor('Floor Taken', []));
    expect(floorGranted('a-ue-1', { agency: 'a' }).ask(call.stage.scene(from)).state).toBe('yes');
  });

  test('denied is told', () => {
    const call = running();
    const from = call.stage.now;
    call.down('a-ue-2', 2, floor('Floor Deny', [{ id: 'Reject Cause', cause: 1, phrase: '' }]));
    expect(floorGranted('a-ue-2').ask(call.stage.scene(from))).toMatchObject({ because: 'Floor Deny at a-ue-2' });
  });

  test('is idle when everybody has heard so', () => {
    const call = running();
    const from = call.burst('a-ue-1', 2);
    expect(floorIdle().ask(call.stage.scene(from, false)).state).toBe('open');
    call.idle();
    const answer = floorIdle().ask(call.stage.scene(from, false));
    expect([answer.state, answer.evidence.length]).toEqual(['yes', 4]);
  });
});

describe('burstHeard', () => {
  test('counts what was sent and what arrived, with the first and last frames of both ends', () => {
    const call = running();
    const scene = call.stage.scene(call.burst('a-ue-1', 10), false);
    const answer = burstHeard({ talker: 'a-ue-1', packets: 10, afterFirst: 3 }).ask(scene);
    expect(answer.state).toBe('yes');
    expect(answer.because).toBe(
      'a-ue-1 sent 10 packets, 7 count; a-ue-2 received 7 of 7; b-ue-1 received 7 of 7; b-ue-2 received 7 of 7',
    );
    expect(answer.evidence.map(({ tap }) => tap)).toEqual([
      ...['a-ue-1', 'a-ue-1', 'a-ue-1', 'a-ue-2', 'a-ue-2', 'b-ue-1', 'b-ue-1', 'b-ue-2', 'b-ue-2'],
    ]);
  });

  test('what latching eats before the first N does not count, after it it does', () => {
    const call = running();
    const from = call.burst('a-ue-1', 10, (ue, i) => ue === 'b-ue-2' && i < 3);
    const scene = call.stage.scene(from);
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 3 }).ask(scene).state).toBe('yes');
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 2 }).ask(scene)).toMatchObject({
      state: 'no',
      because: 'b-ue-2 received 7 of 8',
    });
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 2, agency: 'a' }).ask(scene).state).toBe('yes');
  });

  test('waits for the release, and for what is still under way', () => {
    const call = running();
    const from = call.stage.now;
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 0 }).ask(call.stage.scene(from, false))).toMatchObject({
      state: 'open',
      because: expect.stringContaining('no Floor Release'),
    });
    call.burst('a-ue-1', 5, (ue, i) => ue === 'b-ue-1' && i === 4);
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 0 }).ask(call.stage.scene(from, false)).state).toBe('open');
  });

  test('fewer packets than the talker was told to send is a no', () => {
    const call = running();
    const scene = call.stage.scene(call.burst('a-ue-1', 5), false);
    expect(burstHeard({ talker: 'a-ue-1', packets: 6, afterFirst: 0 }).ask(scene)).toMatchObject({
      state: 'no',
      because: 'a-ue-1 sent 5 packets, not 6',
    });
    expect(burstHeard({ talker: 'a-ue-1', packets: 5, afterFirst: 5 }).ask(scene).state).toBe('open');
  });

  test('a burst of the act before is not this one', () => {
    const call = running();
    call.burst('a-ue-1', 5);
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 0 }).ask(call.stage.scene(call.stage.now, false)).state).toBe(
      'open',
    );
  });

  test('somebody who does not exist is never heard', () => {
    const call = running();
    expect(burstHeard({ talker: 'c-ue-1', afterFirst: 0 }).ask(call.stage.scene(0n)).state).toBe('no');
  });
});

describe('ownServerHears', () => {
  test('a keep-alive is enough, seen at the UE and at its server', () => {
    const call = running();
    const from = call.stage.now;
    expect(ownServerHears('b-ue-1').ask(call.stage.scene(from, false)).state).toBe('open');
    call.keepAlive('b-ue-1');
    const answer = ownServerHears('b-ue-1').ask(call.stage.scene(from, false));
    expect(answer).toMatchObject({ state: 'yes', evidence: [{ tap: 'b-ue-1' }, { tap: 'b-mcx' }] });
    expect(ownServerHears('b-ue-2').ask(call.stage.scene(from, false)).state).toBe('open');
  });
});

describe('crossedBothNats', () => {
  test('four frames for each kind: pod, node, node, pod', () => {
    const call = running();
    call.grant('a-ue-1');
    call.burst('a-ue-1', 2);
    const scene = call.stage.scene(0n, false);
    const answer = crossedBothNats('rtp', 'floor', 'sip').ask(scene);
    expect(answer.state).toBe('yes');
    expect(answer.evidence.map(({ tap }) => tap).slice(0, 4)).toEqual(['a-edge', 'a-node', 'b-node', 'b-edge']);
    expect(answer.evidence).toHaveLength(12);
    expect(answer.because).toContain('10.244.0.5:30120 > 172.18.0.3:30120 becomes 172.18.0.2:30120 > 172.18.0.3:30120');
  });

  test('nothing crosses', () => {
    const call = running();
    expect(crossedBothNats('rtp').ask(call.stage.scene(0n))).toMatchObject({
      state: 'no',
      because: 'no rtp crosses from pod to pod',
    });
  });

  test('of what an earlier act began counts too, of a later one not', () => {
    const call = running();
    const end = call.stage.now + 1n;
    call.burst('a-ue-1', 2);
    const scene = call.stage.scene(0n);
    expect(crossedBothNats('rtp').ask({ ...scene, toNs: end }).state).toBe('no');
    expect(crossedBothNats('sip').ask({ ...scene, toNs: end }).state).toBe('yes');
    expect(crossedBothNats('rtp').ask({ ...scene, fromNs: call.stage.now }).state).toBe('yes');
  });

  test('is not enough where the SDP says an address or a port that nothing exposes', () => {
    const announced = (offer: { address?: string; rtp?: number }) => {
      const call = new Call();
      call.registerAll();
      const plan = call.crossing('a', 'a-ue-1');
      const hops = plan.hops.map((hop, i) => (i === 1 ? { ...hop, offer: { ...hop.offer, ...offer } } : hop));
      call.actor({ ...plan, hops }).complete();
      return crossedBothNats('sip').ask(call.stage.scene(0n, false));
    };
    expect(announced({}).state).toBe('yes');
    // Floor control is RTP + 2, and 30131 the last port that is exposed.
    expect([announced({ rtp: 30100 }).state, announced({ rtp: 30130 }).state]).toEqual(['yes', 'open']);
    expect(announced({ rtp: 30129 }).state).toBe('yes');
    expect(announced({ rtp: 30098 })).toMatchObject({
      state: 'open',
      because: 'agency a announces port 30098, which nothing exposes',
      evidence: [{ tap: 'b-edge' }],
    });
    expect(announced({ address: '10.244.0.5' })).toMatchObject({
      state: 'open',
      because: 'agency a announces 10.244.0.5, not its node',
      evidence: [{ tap: 'b-edge' }],
    });
  });

  const way = [
    'a-edge 10.244.0.5:30120 > 172.18.0.3:30120',
    'a-node 172.18.0.2:30120 > 172.18.0.3:30120',
    'b-node 172.18.0.2:30120 > 172.18.0.3:30120',
    'b-edge 172.18.0.2:30120 > 10.244.0.25:30120',
  ] as const;
  const flown = (hops: readonly string[], kinds?: string) => {
    const { topology } = new Stage();
    const taps = topology.taps.filter(({ kind }) => kind !== kinds);
    const timeline = timelineOf([{ ms: 1, carries: rtp(96, 1, 1, 1, Uint8Array.of(1)), hops }]);
    const scene = { timeline, topology: { ...topology, taps }, fromNs: 0n, toNs: undefined, closed: false };
    return crossedBothNats('rtp').ask(scene);
  };

  test('by all four frames, in the order of their way', () => {
    const [podA, nodeA, nodeB, podB] = way;
    expect(flown(way).state).toBe('yes');
    const none = { state: 'open', because: 'no rtp crosses from pod to pod' };
    for (const missing of way) expect(flown(way.filter((hop) => hop !== missing))).toMatchObject(none);
    expect(flown([podA, nodeB, nodeA, podB])).toMatchObject(none);
    expect(flown([podA, nodeA, podB, nodeB])).toMatchObject(none);
    expect(flown([nodeA, podA, nodeB, podB])).toMatchObject(none);
    expect(flown(way, 'node')).toMatchObject(none);
    // Out and in again: both pods are of one agency.
    expect(flown([podA, nodeA, nodeB, 'a-mcx 172.18.0.3:30120 > 10.244.0.6:30120'])).toMatchObject(none);
  });

  test('and both nodes translate', () => {
    const [podA, nodeA, nodeB, podB] = way;
    const last = 'b-edge 10.244.0.5:30120 > 10.244.0.25:30120';
    const plainA = [podA, podA.replace('a-edge', 'a-node'), podA.replace('a-edge', 'b-node'), last];
    const plainB = [podA, nodeA, nodeB.replace('172.18.0.3', '10.244.0.25'), podB];
    for (const plain of [plainA, plainB])
      expect(flown(plain)).toMatchObject({ state: 'open', because: expect.stringContaining('not translated at both') });
  });

  test('pods that are routed on purpose are not translated', () => {
    const call = new Call({
      border: 'server',
      routed: true,
      cidrB: '10.30.0.0/16',
      serverB: '10.30.0.26',
      edgeB: '10.30.0.25',
    });
    call.registerAll();
    call.set('a-ue-1');
    call.grant('a-ue-1');
    call.burst('a-ue-1', 2);
    expect(crossedBothNats('rtp').ask(call.stage.scene(0n))).toMatchObject({
      state: 'no',
      because: expect.stringMatching(/^rtp .* crosses, but is not translated at both nodes$/),
    });
  });
});

describe('crossingDialogComplete', () => {
  test.each([
    ['a-ue-1', 1],
    ['b-ue-1', 2],
  ])('called by %s: %i dialogs cross', (caller, count) => {
    const call = running(caller);
    const answer = crossingDialogComplete().ask(call.stage.scene(0n, false));
    expect(answer).toMatchObject({ state: 'yes', evidence: { length: 6 * count } });
  });

  test('called by a partner’s UE, the fan-out alone is not all', () => {
    const call = new Call();
    call.registerAll();
    call.actor(call.callersLeg('b-ue-1')).complete();
    call.actor(call.crossing('b', 'b-ue-1')).complete();
    expect(crossingDialogComplete().ask(call.stage.scene(0n, false))).toMatchObject({
      state: 'open',
      because: '1 of 2 crossing dialogs are there',
    });
    const second = call.actor(call.crossing('a', 'b-ue-1'));
    second.request('INVITE');
    expect(crossingDialogComplete().ask(call.stage.scene(0n, false))).toMatchObject({
      state: 'open',
      because: 'a-mcx to b-mcx: there is no 200',
    });
    second.respond('INVITE', 200);
    second.request('ACK');
    expect(crossingDialogComplete().ask(call.stage.scene(0n, false)).state).toBe('yes');
  });

  test('before anything crosses it is open', () => {
    const call = new Call();
    call.registerAll();
    call.actor(call.callersLeg('a-ue-1')).complete();
    expect(crossingDialogComplete().ask(call.stage.scene(0n, false)).state).toBe('open');
  });
});

describe('silence', () => {
  const far = (ue: string) => ue.startsWith('b');

  test('is decided by what the own server received', () => {
    const call = running();
    const from = call.burst('a-ue-1', 30, far);
    call.stage.silence(0);
    const answer = burstUnheard({ talker: 'a-ue-1', agency: 'b' }).ask(call.stage.scene(from, false));
    expect(answer).toMatchObject({ state: 'yes', evidence: [{ tap: 'a-ue-1' }, { tap: 'a-mcx' }, { tap: 'a-mcx' }] });
  });

  test('means nothing without enough control packets', () => {
    const call = running();
    const from = call.burst('a-ue-1', 10, far);
    call.stage.silence(0);
    expect(burstUnheard({ talker: 'a-ue-1', agency: 'b' }).ask(call.stage.scene(from, false)).state).toBe('open');
    expect(burstUnheard({ talker: 'a-ue-1', agency: 'b' }).ask(call.stage.scene(from)).state).toBe('no');
    expect(burstUnheard({ talker: 'a-ue-1', agency: 'b', control: 5 }).ask(call.stage.scene(from, false)).state).toBe(
      'yes',
    );
  });

  test('is broken by a single packet', () => {
    const call = running();
    const from = call.burst('a-ue-1', 30, (ue, i) => far(ue) && i !== 29);
    expect(burstUnheard({ talker: 'a-ue-1', agency: 'b' }).ask(call.stage.scene(from, false))).toMatchObject({
      state: 'no',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'b-ue-1' }],
    });
  });
});
