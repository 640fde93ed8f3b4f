import { describe, expect, test } from 'vitest';
import { floor } from '../call.test-data.ts';
import { type Flight, later, sdp, shownIn, sip, timelineOf } from '../flights.test-data.ts';
import { detectNodeAddressWithPodPort } from './node-address-with-pod-port.ts';
import { detectPrivateAddressInSdp } from './private-address-in-sdp.ts';

/* Servers that are their own border: each reads the other's own address in an SDP that came out of a translation. */

const [serverA, serverB] = ['10.244.0.6', '10.30.0.26'];
const there = [
  'a-mcx 10.244.0.6:5060 > 172.18.0.3:31061',
  'a-node 172.18.0.2:5060 > 172.18.0.3:31061',
  'b-node 172.18.0.2:5060 > 172.18.0.3:31061',
  'b-mcx 172.18.0.2:5060 > 10.30.0.26:5060',
];
const back = [
  'b-mcx 10.30.0.26:5060 > 172.18.0.2:5060',
  'b-node 172.18.0.3:31061 > 172.18.0.2:5060',
  'a-node 172.18.0.3:31061 > 172.18.0.2:5060',
  'a-mcx 172.18.0.3:31061 > 10.244.0.6:5060',
];

const invite = (address = serverA, method = 'INVITE') =>
  sip(`${method} sip:team@b SIP/2.0`, { body: sdp(address, 20020) });
const answer = (status: number, cseq = '1 INVITE') => {
  return sip(`SIP/2.0 ${status} x`, { toTag: 't', cseq, body: sdp('172.18.0.3', 31061) });
};
const offered: Flight = { ms: 0, carries: invite(), hops: there };
const accepted: Flight = { ms: 10, carries: answer(200), hops: back };

const taken = floor('Floor Taken', []);
/** What server b, who read the offer, sends to an address. */
const sends = (to: string, ...behind: string[]): Flight => {
  return { ms: 20, carries: taken, hops: [`b-mcx 10.30.0.26:20022 > ${to}`, ...behind] };
};
const believed = sends(`${serverA}:20020`, `b-node 172.18.0.3:20022 > ${serverA}:20020`);
const repaired = sends(
  '172.18.0.2:20020',
  'b-node 172.18.0.3:20022 > 172.18.0.2:20020',
  'a-node 172.18.0.3:20022 > 172.18.0.2:20020',
);
const detectors = { believed: detectPrivateAddressInSdp, repaired: detectNodeAddressWithPodPort };

function found(which: keyof typeof detectors, ...flights: readonly Flight[]) {
  const timeline = timelineOf(flights);
  return detectors[which](timeline).map(({ evidence, firstNs }) => {
    return [Number(firstNs) / 1e6, ...shownIn(timeline, evidence)];
  });
}

describe('an SDP with the announcer’s own address', () => {
  test('is believed, or repaired, by whoever read it', () => {
    expect(found('believed', offered, accepted, believed, later(500))).toEqual([
      [20, 'a-mcx INVITE', 'b-mcx INVITE', 'b-mcx floor', 'b-node floor'],
    ]);
    expect(found('repaired', offered, accepted, repaired, later(500))).toEqual([
      [20, 'a-mcx INVITE', 'b-mcx INVITE', 'b-mcx floor', 'b-node floor', 'a-node floor'],
    ]);
  });

  const moved = (flight: Flight, from: string, to: string): Flight => {
    return { ...flight, hops: flight.hops.map((hop) => hop.replaceAll(from, to)) };
  };
  const arriving = (hop: string) => (flight: Flight) => ({ ...flight, hops: [...flight.hops, hop] });
  const arrives = arriving(`a-mcx 172.18.0.3:20022 > ${serverA}:20020`);

  test.each<[string, (packet: Flight) => readonly Flight[]]>([
    ['nobody sends anything there', () => [offered, accepted]],
    ['it goes to a port that it does not name', (packet) => [offered, accepted, moved(packet, ':20020', ':20030')]],
    [
      'it goes to another address',
      (packet) => [offered, accepted, { ...packet, hops: [`b-mcx 10.30.0.26:20022 > 192.0.2.9:20020`] }],
    ],
    ['somebody else sends it', (packet) => [offered, accepted, moved(packet, 'b-mcx', 'b-edge')]],
    [
      'it was sent before',
      (packet) => [
        { ...packet, ms: 0 },
        { ...offered, ms: 20 },
        { ...accepted, ms: 30 },
      ],
    ],
    ['nobody saw who sent it', (packet) => [offered, accepted, { ...packet, ttl: 63 }]],
    ['it arrives', (packet) => [offered, accepted, arrives(packet)]],
    ['another one arrives', (packet) => [offered, accepted, packet, { ...arrives(packet), ms: 40 }]],
    ['the SDP says another address', (packet) => [{ ...offered, carries: invite('172.18.0.2') }, accepted, packet]],
    [
      'the message carries no session',
      (packet) => [{ ...offered, carries: invite(serverA, 'MESSAGE') }, accepted, packet],
    ],
    ['the offer never arrived', (packet) => [{ ...offered, hops: there.slice(0, 3) }, accepted, packet]],
    [
      'nothing was translated',
      (packet) => [moved(offered, '172.18.0.2:5060 >', `${serverA}:5060 >`), accepted, packet],
    ],
    [
      'the capture does not show what arrives at the announcer',
      (packet) => [offered, { ...accepted, hops: back.slice(0, 3) }, packet],
    ],
  ])('is no fault when %s', (_what, flights) => {
    expect(found('believed', ...flights(believed), later(500))).toEqual([]);
    expect(found('repaired', ...flights(repaired), later(500))).toEqual([]);
  });

  test('is no fault of a client: the source of its packets is right', () => {
    const registered: Flight = { ...offered, ms: -1, carries: sip('REGISTER sip:b SIP/2.0', { callId: 'r' }) };
    expect(found('repaired', registered, offered, accepted, repaired, later(500))).toEqual([]);
  });

  test('is no fault where the announcer has opened the way from that very port', () => {
    const opens = (from: string, tap = 'a-mcx'): Flight => {
      return {
        ms: 15,
        carries: taken,
        hops: [`${tap} ${from} > 172.18.0.3:31062`, 'b-mcx 172.18.0.2:9 > 10.30.0.26:20022'],
      };
    };
    expect(found('repaired', offered, accepted, opens(`${serverA}:20020`), repaired, later(500))).toEqual([]);
    expect(found('repaired', offered, accepted, opens(`${serverA}:20030`), repaired, later(500))).toHaveLength(1);
    expect(found('repaired', offered, accepted, opens(`${serverA}:20020`, 'c-mcx'), repaired, later(500))).toHaveLength(
      1,
    );
    const halfway = { ...opens(`${serverA}:20020`), hops: opens(`${serverA}:20020`).hops.slice(0, 1) };
    expect(found('repaired', offered, accepted, halfway, repaired, later(500))).toHaveLength(1);
  });

  test('may come in an answer from 180 to 299', () => {
    const told = (status: number, cseq?: string): Flight => {
      const carries = sip(`SIP/2.0 ${status} x`, { toTag: 't', body: sdp(serverB, 20020), cseq: cseq ?? '1 INVITE' });
      return { ms: 10, carries, hops: back };
    };
    const sent: Flight = { ms: 20, carries: taken, hops: [`a-mcx ${serverA}:20022 > ${serverB}:20020`] };
    const first = { ...offered, carries: invite('172.18.0.2') };
    for (const [status, count] of [
      [179, 0],
      [180, 1],
      [299, 1],
      [300, 0],
    ] as const)
      expect(found('believed', first, told(status), sent, later(500))).toHaveLength(count);
    expect(found('believed', first, told(200, '1 BYE'), sent, later(500))).toHaveLength(0);
  });

  test('is judged when a packet had several times the time that the SIP took', () => {
    const slow = (us: number): Flight => ({ ...offered, us });
    const judged = (us: number, ms: number) => {
      const read = { ...slow(us), ms: 0 };
      const rest = [accepted, believed].map((one) => ({ ...one, ms: one.ms + 1000 }));
      return found('believed', read, ...rest, later(1020 + ms)).length;
    };
    // 3 hops of 20 µs: at least 5 ms. Of 1 ms: four times 3 ms. Of 50 ms: no more than 100 ms.
    expect([judged(20, 4.9), judged(20, 5)]).toEqual([0, 1]);
    expect([judged(1000, 11.9), judged(1000, 12)]).toEqual([0, 1]);
    expect([judged(50_000, 99.9), judged(50_000, 100)]).toEqual([0, 1]);
  });
});

describe('the ICMP error about a repaired packet', () => {
  const icmp = (ms: number, { type = 3, dst = '172.18.0.2', dstPort = 20020 } = {}): Flight => {
    const quoted = { src: serverB, srcPort: 20022, dst, dstPort };
    return { ms, carries: { protocol: 'icmp', type, code: 3, quoted }, hops: ['b-mcx 172.18.0.2:0 > 10.30.0.26:0'] };
  };
  const shown = (error: Flight) => found('repaired', offered, accepted, repaired, error, later(500))[0]?.at(-1);

  test('is evidence when it quotes that packet', () => {
    expect([icmp(20), icmp(21)].map(shown)).toEqual(['b-mcx icmp', 'b-mcx icmp']);
    const mute: Flight = { ...icmp(21), carries: { protocol: 'icmp', type: 3, code: 3, quoted: undefined } };
    expect(shown(mute)).toBe('a-node floor');
    for (const other of [
      icmp(19),
      icmp(21, { type: 11 }),
      icmp(21, { dst: '172.18.0.9' }),
      icmp(21, { dstPort: 20021 }),
    ])
      expect(shown(other)).toBe('a-node floor');
  });
});
