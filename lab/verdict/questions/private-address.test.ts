import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call, type CallOptions, floor } from '../call.test-data.ts';
import { nodeAddressWithPodPort, privateAddressInSdp } from './private-address.ts';

const taken = floor('Floor Taken', []);

function running(options: CallOptions = { border: 'server' }): { call: Call; from: bigint } {
  const call = new Call(options);
  call.registerAll();
  const from = call.set('a-ue-1');
  return { call, from };
}

describe('a packet for the private address of an SDP', () => {
  const leaked = (send: (call: Call) => void, wait = 150) => {
    const { call, from } = running();
    send(call);
    call.stage.silence(wait);
    return ask({ call, from }, privateAddressInSdp('leaked'), false);
  };
  const nothing = {
    state: 'open',
    because: 'nothing is sent to the address of that SDP',
    evidence: [{ tap: 'b-mcx' }],
  };

  test('goes to a port that the SDP names, RTP, RTCP or floor control', () => {
    for (const port of [20020, 20021, 20022])
      expect(leaked((call) => call.stage.send('a-mcx', port, call.b.server, port, taken)).state).toBe('yes');
    for (const port of [20019, 20023, 5060])
      expect(leaked((call) => call.stage.send('a-mcx', port, call.b.server, port, taken))).toMatchObject(nothing);
  });

  test('goes to that very address, from a pod of the agency that read it', () => {
    expect(leaked((call) => call.stage.send('a-mcx', 20022, call.b.edge, 20022, taken))).toMatchObject(nothing);
    expect(leaked((call) => call.stage.send('a-edge', 20022, call.b.server, 20022, taken)).state).toBe('yes');
    expect(leaked((call) => call.stage.send('a-ue-1', 20022, call.b.server, 20022, taken))).toMatchObject(nothing);
  });

  test('is sent in this act or before, not behind it', () => {
    const { call, from } = running();
    const end = call.stage.now;
    call.across('a', 2, taken);
    call.stage.silence(150);
    const scene = { ...call.stage.scene(from), toNs: end };
    expect(privateAddressInSdp('leaked').ask(scene).state).toBe('no');
    expect(privateAddressInSdp('leaked').ask({ ...scene, toNs: call.stage.now }).state).toBe('yes');
  });

  test('has met its fate when it could be nowhere else any more', () => {
    const { call, from } = running();
    call.across('a', 2, taken);
    call.stage.wait(50);
    call.stage.mark(0);
    expect(ask({ call, from }, privateAddressInSdp('leaked'), false)).toMatchObject({
      state: 'open',
      because:
        "no packet for 10.244.0.26:20022, announced by agency b leaves the node with the pod's own source and arrives nowhere yet",
    });
    call.stage.silence(150);
    expect(ask({ call, from }, privateAddressInSdp('leaked'), false).state).toBe('yes');
  });
});

describe('a packet for the node at the port of a pod', () => {
  /** As servers do that put the source of the SIP in place of the SDP's address. */
  function repaired(act: (call: Call) => void, wait = 150) {
    const played = running();
    act(played.call);
    played.call.stage.silence(wait);
    const answer = ask(played, nodeAddressWithPodPort(), false);
    return { answer, shown: taps(played, answer) };
  }
  const sends = (call: Call, port = 20022) => call.stage.send('a-mcx', port, call.b.node, port, taken);
  const quoted = (call: Call, dstPort = 20022, dst = call.b.node) => {
    return { src: call.a.server, srcPort: 20022, dst, dstPort };
  };

  test('ends there; an ICMP error of its own is evidence too', () => {
    const { answer, shown } = repaired((call) => {
      sends(call);
      call.stage.unreachable('a-mcx', call.b.node, quoted(call));
    });
    expect(answer).toMatchObject({
      state: 'yes',
      because: 'a packet for 172.18.0.3:20022, announced by agency b ends at the node: no pod there receives it',
    });
    expect(shown).toEqual(['a-mcx', 'a-mcx', 'b-node', 'a-mcx']);
  });

  test.each<[string, (call: Call) => void]>([
    ['none came', () => {}],
    ['it is about another port', (call) => call.stage.unreachable('a-mcx', call.b.node, quoted(call, 20024))],
    [
      'it is about another host',
      (call) => call.stage.unreachable('a-mcx', call.b.node, quoted(call, 20022, call.a.node)),
    ],
    ['another agency saw it', (call) => call.stage.unreachable('b-mcx', call.b.node, quoted(call))],
    ['nobody’s tap saw it', (call) => call.stage.unreachable('bridge', call.b.node, quoted(call))],
  ])('is known without that error: %s', (_what, icmp) => {
    const { answer, shown } = repaired((call) => {
      sends(call);
      icmp(call);
    });
    expect(answer.state).toBe('yes');
    expect(shown).toEqual(['a-mcx', 'a-mcx', 'b-node']);
  });

  const nothing = {
    state: 'open',
    because: "nothing is sent to the partner's node at the port of its SDP",
    evidence: [{ tap: 'b-mcx' }],
  };

  test('is none at another port, none that never reached the node, and none before its time', () => {
    expect(repaired((call) => sends(call, 20023)).answer).toMatchObject(nothing);
    expect(repaired((call) => sends(call), 50).answer).toMatchObject(nothing);
    const { call, from } = running();
    sends(call);
    call.stage.silence(150);
    const scene = call.stage.scene(from, false);
    const journeys = scene.timeline.journeys.map(({ id, sightings }) => {
      const journey: { id: number; sightings: (typeof sightings)[number][] } = { id, sightings: [] };
      for (const one of sightings.filter(({ tap, dstPort }) => tap !== 'b-node' || dstPort !== 20022))
        journey.sightings.push({ ...one, journey });
      return journey;
    });
    const sightings = journeys.flatMap((journey) => journey.sightings).sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
    const lost = { ...scene, timeline: { ...scene.timeline, journeys, sightings } };
    expect(nodeAddressWithPodPort().ask(lost)).toMatchObject(nothing);
  });

  test('that arrives in a pod after all is a no', () => {
    const { call, from } = running({});
    call.across('a', 2, taken);
    expect(ask({ call, from }, nodeAddressWithPodPort(), false)).toMatchObject({
      state: 'no',
      because: 'a packet for 172.18.0.3:30122, announced by agency b arrives',
      evidence: [{ tap: 'a-edge' }, { tap: 'a-edge' }, { tap: 'b-edge' }],
    });
  });
});
