import { describe, expect, test } from 'vitest';
import { encodeRtp } from '../../wire/rtp/codec.ts';
import { type Flight, foundBy, later, timelineOf } from '../flights.test-data.ts';
import { detectPodGone } from './pod-gone.ts';

function rtp(sequenceNumber: number): Uint8Array {
  const head = { marker: false, payloadType: 96, sequenceNumber, timestamp: 0, ssrc: 1, csrcs: [], padding: 0 };
  return encodeRtp({ ...head, payload: Uint8Array.of(sequenceNumber) });
}

const way = [
  'b-edge 10.244.0.25:30120 > 172.18.0.2:30120',
  'b-node 172.18.0.3:30120 > 172.18.0.2:30120',
  'a-node 172.18.0.3:30120 > 172.18.0.2:30120',
  'a-edge 172.18.0.3:30120 > 10.244.0.5:30120',
];
const into = 'a-node 172.18.0.3:30120 > 10.244.0.5:30120';

const speaks: Flight = { ms: 0, carries: rtp(1), hops: ['a-edge 10.244.0.5:30120 > 172.18.0.3:30120'] };
const arrives: Flight = { ms: 10, carries: rtp(2), hops: way };
/** Translated to the pod that had it before, and out of the node again. */
const stray: Flight = { ms: 30, carries: rtp(3), hops: [...way.slice(0, 3), into] };

const found = (...flights: readonly Flight[]) => foundBy(detectPodGone, flights);

describe('a pod is gone', () => {
  test('when datagrams are still translated to its address and leave for nobody', () => {
    const taps = ['b-edge', 'b-node', 'a-node', 'a-edge', 'b-edge', 'b-node', 'a-node', 'a-node'];
    expect(found(speaks, arrives, stray, later(500))).toEqual([
      { name: 'pod-gone', rung: 'K2', firstNs: 30_060_000n, shown: taps.map((tap) => `${tap} rtp`) },
    ]);
  });

  test('by the last datagram that got to its door', () => {
    const [finding] = detectPodGone(
      timelineOf([speaks, arrives, { ...arrives, ms: 20, carries: rtp(9) }, stray, later(500)]),
    );
    expect(finding?.evidence.slice(0, 4).map(({ frame }) => frame)).toEqual([2, 2, 2, 3]);
  });

  test.each<[string, readonly Flight[]]>([
    ['it never had anything', [speaks, stray]],
    ['the datagram arrives', [speaks, arrives, { ...arrives, ms: 30 }]],
    ['the datagram ends at the node', [speaks, arrives, { ...stray, hops: way.slice(0, 3) }]],
    [
      'the datagram goes to another pod',
      [speaks, arrives, { ...stray, hops: [...way.slice(0, 3), 'a-node 172.18.0.3:30120 > 10.244.0.9:30120'] }],
    ],
    [
      'the datagram is for another port',
      [speaks, arrives, { ...stray, hops: stray.hops.map((hop) => hop.replace(/30120$/, '30122')) }],
    ],
    ['nobody saw who sent it', [speaks, arrives, { ...stray, ttl: 63 }]],
    [
      'it is told so by ICMP',
      [speaks, arrives, { ...stray, carries: { protocol: 'icmp', type: 3, code: 3, quoted: undefined } }],
    ],
    [
      'it is known by its own address',
      [
        speaks,
        { ...arrives, hops: ['a-mcx 10.244.0.6:1 > 10.244.0.5:30120', 'a-edge 10.244.0.6:1 > 10.244.0.5:30120'] },
        { ...stray, hops: ['a-mcx 10.244.0.6:1 > 10.244.0.5:30120'] },
      ],
    ],
  ])('not when %s', (_what, flights) => {
    expect(found(...flights, later(500))).toEqual([]);
  });

  test('not while the capture may just not have gone on', () => {
    expect(found(speaks, arrives, stray, later(130))).toEqual([]);
    expect(found(speaks, arrives, stray, later(131))).toHaveLength(1);
  });
});
