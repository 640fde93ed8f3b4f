import { describe, expect, test } from 'vitest';
import { portUnreachable, udpFragments, udpPacket } from '../wire/net/build.ts';
import { ascii, at, flow, type Recorded, route, routes, timelineOf } from './scene.test-data.ts';

const EDGE = '10.244.0.5:5060';
const SERVER = '10.244.0.6:5060';

/** A datagram from pod to pod across both nodes: kept port on the way out, node port on the way in. */
function crossing(us: number, rest: Parameters<typeof flow>[1] = {}): Recorded[] {
  const wire = '172.18.0.2:5064 > 172.18.0.3:31070';
  return [
    at(us, 'a-edge', flow('10.244.0.5:5064 > 172.18.0.3:31070', { ttl: 64, ...rest })),
    at(us + 30, 'a-node', flow(wire, { ttl: 63, ...rest })),
    at(us + 34, 'bridge', flow(wire, { ttl: 63, ...rest })),
    at(us + 50, 'b-node', flow(wire, { ttl: 63, ...rest })),
    at(us + 80, 'b-edge', flow('172.18.0.2:5064 > 10.244.0.25:5064', { ttl: 62, ...rest })),
  ];
}
const CROSSING = 'a-edge a-node bridge b-node b-edge';

describe('a datagram on its way', () => {
  test('across two translations is one journey, in the order of its hops', () => {
    const timeline = timelineOf(crossing(0));
    expect(routes(timeline)).toEqual([CROSSING]);
    expect(timeline.sightings.every(({ journey }) => journey === timeline.journeys[0])).toBe(true);
  });

  test('at one time on all taps is ordered by its hop count, then by name', () => {
    const same = crossing(0).map(({ tap, data }) => at(0, tap, data));
    expect(routes(timelineOf(same.reverse()))).toEqual(['a-edge a-node b-node bridge b-edge']);
  });

  test('with both ends translated (NodePort of policy Cluster) is one journey', () => {
    const journey = [
      at(0, 'a-edge', flow('10.244.0.5:5070 > 172.18.0.3:30060', { ttl: 64 })),
      at(30, 'b-node', flow('172.18.0.2:5070 > 172.18.0.3:30060', { ttl: 63 })),
      at(60, 'b-edge', flow('10.244.0.1:41747 > 10.244.0.25:5062', { ttl: 62 })),
    ];
    expect(routes(timelineOf(journey))).toEqual(['a-edge b-node b-edge']);
  });

  test('sent back over the same link by a router (hairpin) is seen twice there', () => {
    const hairpin = [
      at(0, 'a-edge', flow('10.244.0.5:5060 > 10.96.0.20:5060', { ttl: 64 })),
      at(40, 'a-edge', flow('10.244.0.1:5312 > 10.244.0.5:5060', { ttl: 63 })),
    ];
    expect(routes(timelineOf(hairpin))).toEqual(['a-edge a-edge']);
  });

  test('on a loopback is a journey of one tap', () => {
    expect(routes(timelineOf([at(0, 'a-mcx-lo', flow(`${SERVER} > ${SERVER}`))]))).toEqual(['a-mcx-lo']);
  });

  test('in fragments is one sighting a tap, at the last fragment', () => {
    const payload = new Uint8Array(3000).fill(1);
    const send = (us: number, tap: string, ttl: number) => {
      const packet = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, payload, ipId: 9, ttl };
      return udpFragments(packet, 1500).map((frame, i) => at(us + i, tap, frame));
    };
    const timeline = timelineOf([...send(0, 'a-edge', 64), ...send(50, 'a-node', 63)]);
    expect(routes(timeline)).toEqual(['a-edge a-node']);
    expect(timeline.sightings).toMatchObject([
      { frame: 3, ipId: 9, payload },
      { frame: 3, ipId: 9, payload },
    ]);
  });

  test('of ICMP is paired although its quote is translated too', () => {
    const about = (text: string) => udpPacket({ ...flow(text), payload: ascii('hello') } as never);
    const timeline = timelineOf([
      at(
        0,
        'b-node',
        portUnreachable(
          { src: '172.18.0.3', dst: '172.18.0.2', ttl: 64, ipId: 5 },
          about('172.18.0.2:5060 > 172.18.0.3:5062'),
        ),
      ),
      at(
        30,
        'a-mcx',
        portUnreachable(
          { src: '172.18.0.3', dst: '10.244.0.6', ttl: 63, ipId: 5 },
          about('10.244.0.6:5060 > 172.18.0.3:5062'),
        ),
      ),
    ]);
    expect(routes(timeline)).toEqual(['b-node a-mcx']);
    expect(timeline.sightings[1]).toMatchObject({
      srcPort: 0,
      content: { protocol: 'icmp', type: 3, code: 3, quoted: { src: '10.244.0.6', dstPort: 5062 } },
    });
  });

  test('of ICMP is another one where it quotes something else, or is of another kind', () => {
    const about = (text: string, payload: string) => udpPacket({ ...flow(text), payload: ascii(payload) } as never);
    const error = (us: number, tap: string, ttl: number, payload: string, text = '1.1.1.1:1 > 2.2.2.2:2') =>
      at(us, tap, portUnreachable({ src: '2.2.2.2', dst: '1.1.1.1', ttl, ipId: 5 }, about(text, payload)));
    expect(routes(timelineOf([error(0, 'a', 64, 'one'), error(30, 'b', 63, 'one')]))).toEqual(['a b']);
    expect(routes(timelineOf([error(0, 'a', 64, 'one'), error(30, 'b', 63, 'two')]))).toEqual(['a', 'b']);
    const kind = error(30, 'b', 63, 'one');
    kind.data[35] = 1;
    expect(routes(timelineOf([error(0, 'a', 64, 'one'), kind]))).toEqual(['a', 'b']);
    const six = (us: number, tap: string, ttl: number, port: number) =>
      at(
        us,
        tap,
        portUnreachable({ src: 'fd00::2', dst: 'fd00::1', ttl }, about(`fd00::1:${port} > fd00::2:2`, 'one')),
      );
    expect(routes(timelineOf([six(0, 'a', 64, 1), six(30, 'b', 63, 9)]))).toEqual(['a b']);
  });
});

describe('the same bytes again', () => {
  test('are journeys of their own, each with its hops', () => {
    const timeline = timelineOf([0, 100_000, 300_000, 700_000].flatMap((us) => crossing(us)));
    expect(routes(timeline)).toEqual([CROSSING, CROSSING, CROSSING, CROSSING]);
    for (const { sightings } of timeline.journeys) {
      const [first, last] = [sightings[0], sightings.at(-1)];
      expect((last?.timeNs ?? 0n) - (first?.timeNs ?? 0n)).toBe(80_000n);
    }
  });

  test.each([1, 2, 3, 4])('after a loss behind hop %i are paired with their own hops', (hops) => {
    const timeline = timelineOf([...crossing(0).slice(0, hops), ...crossing(100_000)]);
    expect(routes(timeline)).toEqual([CROSSING.split(' ').slice(0, hops).join(' '), CROSSING]);
  });

  test('sent back to back keep their order', () => {
    const timeline = timelineOf([...crossing(0), ...crossing(10)]);
    expect(routes(timeline)).toEqual([CROSSING, CROSSING]);
    expect(timeline.journeys.map(({ sightings }) => sightings.map(({ frame }) => frame))).toEqual([
      [1, 1, 1, 1, 1],
      [2, 2, 2, 2, 2],
    ]);
  });

  test('with identifications of their own are never mixed up, whatever was lost', () => {
    const first = crossing(0, { ipId: 1 }).filter(({ tap }) => tap !== 'bridge');
    const second = crossing(10, { ipId: 2 }).filter(({ tap }) => tap !== 'a-node');
    expect(routes(timelineOf([...first, ...second]))).toEqual([
      'a-edge a-node b-node b-edge',
      'a-edge bridge b-node b-edge',
    ]);
  });

  test('more than 250 ms later on another tap are another journey', () => {
    const late = (us: number) => [
      at(0, 'a-edge', flow(`${EDGE} > ${SERVER}`)),
      at(us, 'a-mcx', flow(`${EDGE} > ${SERVER}`, { ttl: 63 })),
    ];
    expect(routes(timelineOf(late(250_001)))).toEqual(['a-edge', 'a-mcx']);
    expect(routes(timelineOf(late(250_000)))).toEqual(['a-edge a-mcx']);
  });

  test('of one moment belong to the first that was sent, later ones to the last', () => {
    const sent = [0, 1000].map((us) => at(us, 'a-edge', flow(`${EDGE} > ${SERVER}`)));
    const arrived = (us: number) => at(us, 'a-mcx', flow(`${EDGE} > ${SERVER}`, { ttl: 63 }));
    const frames = (us: number) => {
      const { journeys } = timelineOf([...sent, arrived(us)]);
      return journeys.map(({ sightings }) => sightings.map(({ tap, frame }) => `${tap} ${frame}`).join(' '));
    };
    expect(frames(20_000)).toEqual(['a-edge 1 a-mcx 1', 'a-edge 2']);
    // The first is 20.001 ms old by then: of this moment is only the second.
    expect(frames(20_001)).toEqual(['a-edge 1', 'a-edge 2 a-mcx 1']);
    expect(frames(90_000)).toEqual(['a-edge 1', 'a-edge 2 a-mcx 1']);
  });

  test('are paired with what fits best, at once or delayed', () => {
    const masqueraded = flow(`172.18.0.2:5060 > ${SERVER}`, { ttl: 63 });
    const other = flow(`10.244.0.9:5060 > ${SERVER}`);
    const whose = (us: number, ...sent: Recorded[]) =>
      routes(timelineOf([...sent, at(us, 'a-node', masqueraded)])).filter((one) => one.includes('a-node'));
    const [own, moved] = [flow(`${EDGE} > ${SERVER}`), flow(`10.244.0.8:5061 > ${SERVER}`)];
    // A kept port is better than a changed one, whichever was sent first.
    expect(whose(100, at(0, 'moved', moved), at(5, 'own', own))).toEqual(['own a-node']);
    expect(whose(100, at(0, 'own', own), at(5, 'moved', moved))).toEqual(['own a-node']);
    expect(whose(90_000, at(0, 'own', own), at(5, 'moved', moved))).toEqual(['own a-node']);
    // What is of this moment is better than what is untranslated and old, unless it changed more than one end.
    const same = flow(`172.18.0.2:5060 > ${SERVER}`);
    expect(whose(60_000, at(0, 'same', same), at(59_000, 'own', own))).toEqual(['own a-node']);
    expect(whose(60_000, at(0, 'same', same), at(59_000, 'moved', moved))).toEqual(['moved a-node']);
    const both = flow('10.244.0.9:5060 > 10.96.0.20:5060');
    expect(whose(60_000, at(0, 'same', same), at(59_000, 'both', both))).toEqual(['same a-node']);
    expect(whose(100, at(0, 'other', other), at(5, 'both', both))).toEqual(['other a-node']);
    // Both ends are not changed so late.
    expect(whose(60_000, at(0, 'both', both))).toEqual(['a-node']);
    expect(whose(15_000, at(0, 'both', both))).toEqual(['both a-node']);
  });

  test('with a hop count that rises are other ones, unless an identification vouches for them', () => {
    const hops = (ipId: number) => [
      at(0, 'a', flow(`${EDGE} > ${SERVER}`, { ttl: 63, ipId })),
      at(30, 'b', flow(`${EDGE} > ${SERVER}`, { ttl: 64, ipId })),
    ];
    expect(routes(timelineOf(hops(0)))).toEqual(['a', 'b']);
    expect(routes(timelineOf(hops(5)))).toEqual(['a b']);
  });

  test('on the same tap belong to one journey only with a lower hop count', () => {
    const twice = (ttl: number, ipId: number) =>
      routes(
        timelineOf([
          at(0, 'a', flow('1.1.1.1:1 > 2.2.2.2:2', { ipId })),
          at(30, 'a', flow('1.1.1.1:1 > 2.2.2.2:2', { ttl, ipId })),
        ]),
      );
    expect([twice(64, 0), twice(63, 0)]).toEqual([['a', 'a'], ['a a']]);
    expect([twice(64, 5), twice(63, 5)]).toEqual([['a', 'a'], ['a a']]);
  });

  test('that two ends exchange are never one datagram', () => {
    const pair = (tap: string, first: string, then: string) =>
      routes(timelineOf([at(0, 'a', flow(first)), at(30, tap, flow(then, { ttl: 63 }))]));
    // From where the other one went.
    expect(pair('b', '1.1.1.1:1 > 2.2.2.2:2', '2.2.2.2:2 > 3.3.3.3:3')).toEqual(['a', 'b']);
    expect(pair('b', '1.1.1.1:1 > 2.2.2.2:2', '2.2.2.2:9 > 3.3.3.3:3')).toEqual(['a b']);
    expect(pair('b', '1.1.1.1:1 > 2.2.2.2:2', '9.9.9.9:2 > 3.3.3.3:3')).toEqual(['a b']);
    // To where it came from; but a service leads back to its own client.
    expect(pair('b', '1.1.1.1:1 > 2.2.2.2:2', '3.3.3.3:3 > 1.1.1.1:1')).toEqual(['a', 'b']);
    expect(pair('a', '1.1.1.1:1 > 2.2.2.2:2', '3.3.3.3:3 > 1.1.1.1:1')).toEqual(['a a']);
    expect(pair('b', '1.1.1.1:1 > 2.2.2.2:2', '3.3.3.3:3 > 1.1.1.1:9')).toEqual(['a b']);
    expect(pair('b', '1.1.1.1:1 > 2.2.2.2:2', '3.3.3.3:3 > 9.9.9.9:1')).toEqual(['a b']);
  });

  test('between two taps without a router keep both their ends', () => {
    const seen = (text: string, ttl: number) =>
      routes(timelineOf([at(0, 'a', flow('1.1.1.1:1 > 2.2.2.2:2')), at(30, 'b', flow(text, { ttl }))]));
    expect(seen('1.1.1.1:1 > 2.2.2.2:2', 64)).toEqual(['a b']);
    expect(seen('1.1.1.1:1 > 3.3.3.3:2', 64)).toEqual(['a', 'b']);
    expect(seen('1.1.1.1:1 > 3.3.3.3:2', 63)).toEqual(['a b']);
  });

  test('delayed on the link by less are the same journey', () => {
    const late = [
      at(0, 'a-edge', flow(`${EDGE} > ${SERVER}`)),
      at(200_000, 'a-mcx', flow(`${EDGE} > ${SERVER}`, { ttl: 63 })),
    ];
    expect(routes(timelineOf(late))).toEqual(['a-edge a-mcx']);
  });
});

describe('the same bytes passed on', () => {
  test('by a relay are a journey of their own on each leg', () => {
    const leg = (us: number, source: string, target: string, text: string) => [
      at(us, source, flow(text, { ttl: 64 })),
      at(us + 25, target, flow(text, { ttl: 63 })),
    ];
    const timeline = timelineOf([
      ...leg(0, 'a-edge', 'a-mcx', '10.244.0.5:21010 > 10.244.0.6:20000'),
      ...leg(60, 'a-mcx', 'a-edge', '10.244.0.6:20004 > 10.244.0.5:21014'),
      ...leg(65, 'a-mcx', 'a-edge', '10.244.0.6:20008 > 10.244.0.5:21018'),
      at(140, 'a-edge', flow('10.244.0.5:30100 > 172.18.0.10:40000', { ttl: 64 })),
      at(145, 'a-edge', flow('10.244.0.5:30104 > 172.18.0.3:30100', { ttl: 64 })),
      at(170, 'a-node', flow('172.18.0.2:30104 > 172.18.0.3:30100', { ttl: 63 })),
      at(175, 'a-node', flow('172.18.0.2:30100 > 172.18.0.10:40000', { ttl: 63 })),
      at(200, 'a-ue-1', flow('172.18.0.2:30100 > 192.168.10.11:40000', { ttl: 62 })),
    ]);
    expect(routes(timeline)).toEqual([
      'a-edge a-mcx',
      'a-mcx a-edge',
      'a-mcx a-edge',
      'a-edge a-node a-ue-1',
      'a-edge a-node',
    ]);
    for (const journey of timeline.journeys.slice(0, 3)) {
      expect(new Set(journey.sightings.map(({ dstPort }) => dstPort)).size).toBe(1);
    }
  });

  test('to somebody who never gets them do not borrow the way of the others', () => {
    const timeline = timelineOf([
      at(0, 'a-mcx', flow('10.244.0.6:20004 > 10.244.0.25:20000', { ttl: 64 })),
      at(3, 'a-mcx', flow('10.244.0.6:20008 > 10.244.0.5:21018', { ttl: 64 })),
      at(25, 'a-node', flow('10.244.0.6:20004 > 10.244.0.25:20000', { ttl: 63 })),
      at(30, 'a-edge', flow('10.244.0.6:20008 > 10.244.0.5:21018', { ttl: 63 })),
    ]);
    expect(routes(timeline)).toEqual(['a-mcx a-node', 'a-mcx a-edge']);
  });

  test('both ways at the same time, as keep-alives are, stay apart', () => {
    const timeline = timelineOf([
      at(0, 'a-ue-1', flow('192.168.10.11:40002 > 172.18.0.2:30102', { ttl: 64 })),
      at(5, 'a-node', flow('172.18.0.2:30102 > 172.18.0.10:40002', { ttl: 63 })),
      at(30, 'a-node', flow('172.18.0.10:40002 > 172.18.0.2:30102', { ttl: 63 })),
      at(35, 'a-ue-1', flow('172.18.0.2:30102 > 192.168.10.11:40002', { ttl: 62 })),
    ]);
    expect(routes(timeline)).toEqual(['a-ue-1 a-node', 'a-node a-ue-1']);
  });

  test('two senders behind one NAT are told apart by the port that it kept', () => {
    const timeline = timelineOf([
      at(0, 'a-ue-1', flow('192.168.10.11:5060 > 172.18.0.2:30060', { ttl: 64 })),
      at(1, 'a-ue-2', flow('192.168.10.12:5061 > 172.18.0.2:30060', { ttl: 64 })),
      at(30, 'a-access', flow('172.18.0.10:5061 > 172.18.0.2:30060', { ttl: 63 })),
      at(31, 'a-access', flow('172.18.0.10:5060 > 172.18.0.2:30060', { ttl: 63 })),
    ]);
    expect(routes(timeline)).toEqual(['a-ue-1 a-access', 'a-ue-2 a-access']);
  });

  test('by a relay do not lead on where no tap sees the nodes: kept ports tell', () => {
    const timeline = timelineOf([
      at(0, 'a-mcx', flow('10.244.0.6:20008 > 10.244.0.5:21006', { ttl: 64 })),
      at(30, 'a-edge', flow('10.244.0.6:20008 > 10.244.0.5:21006', { ttl: 63 })),
      at(300, 'a-edge', flow('10.244.0.5:30106 > 172.18.0.3:30100', { ttl: 64 })),
      at(400, 'b-edge', flow('172.18.0.2:30106 > 10.244.0.25:30100', { ttl: 62 })),
    ]);
    expect(routes(timeline)).toEqual(['a-mcx a-edge', 'a-edge b-edge']);
  });

  test('markers sent in every place at once are a journey each', () => {
    const marks = ['a-mcx', 'b-mcx'].map((tap, i) =>
      at(i, tap, flow(`10.244.0.${i + 5}:40000 > 224.0.0.123:9`, { ttl: 1, payload: ascii('mark 3') })),
    );
    const timeline = timelineOf(marks);
    expect(routes(timeline)).toEqual(['a-mcx', 'b-mcx']);
    expect(timeline.sightings[0]?.content).toEqual({ protocol: 'marker', marker: 3 });
  });

  test('by two senders that chose the same identification by chance stay apart', () => {
    const marks = ['a-mcx', 'b-node'].map((tap, i) =>
      at(i, tap, flow(`10.244.0.${i + 5}:40000 > 224.0.0.123:9`, { ttl: 1, ipId: 7, payload: ascii('mark 3') })),
    );
    expect(routes(timelineOf(marks))).toEqual(['a-mcx', 'b-node']);
  });
});

describe('clocks', () => {
  test('that disagree do not part what has an identification', () => {
    const [first, ...rest] = crossing(0, { ipId: 7 }) as [Recorded, ...Recorded[]];
    const late = { ...first, timeNs: first.timeNs + 5_000_000n };
    const timeline = timelineOf([late, ...rest]);
    expect(timeline.journeys.map(route)).toEqual(['a-node bridge b-node b-edge a-edge']);
  });
});
