import { describe, expect, test } from 'vitest';
import { type Flight, inwards, later, outwards, refusal, shownIn, sip, timelineOf } from '../flights.test-data.ts';
import { detectFlowForgotten, detectSourcePortChanged } from './flow-forgotten.ts';

const invite = sip('INVITE sip:team@ic.b.mcx.test SIP/2.0');
const [ringing, ok] = [sip('SIP/2.0 180 Ringing', { toTag: 't' }), sip('SIP/2.0 200 OK', { toTag: 't' })];

const request: Flight = { ms: 0, carries: invite, hops: inwards };
const answered: Flight = { ms: 10, carries: ringing, hops: outwards };
/** It reaches the node that has forgotten its flow. */
const lost = (ms: number, carries = ok): Flight => ({ ms, carries, hops: outwards.slice(0, 3) });
const about = '172.18.0.3:31070 > 172.18.0.2:5064';

function found(...flights: readonly Flight[]) {
  const timeline = timelineOf(flights);
  return detectFlowForgotten(timeline).map((finding) => ({ ...finding, shown: shownIn(timeline, finding.evidence) }));
}

describe('a flow is forgotten', () => {
  test('when an answer ends at the node that passed an earlier one on, and the node says so', () => {
    const [finding, ...others] = found(request, answered, lost(20), refusal(21, 'a-node', about), later(500));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ name: 'flow-forgotten', firstNs: 20_000_000n });
    expect(finding?.remedy).toMatch(/^K1/);
    expect(finding?.shown).toEqual([
      'a-edge INVITE',
      'b-edge INVITE',
      'b-edge 180',
      'a-edge 180',
      'b-edge 200',
      'a-node 200',
      'a-node icmp',
    ]);
  });

  test('when three answers end there and nobody says so: ICMP is rate-limited', () => {
    expect(found(request, answered, lost(20), lost(30), lost(50), later(500))).toMatchObject([
      { firstNs: 20_000_000n, shown: { length: 6 } },
    ]);
    expect(found(request, answered, lost(20), lost(30), later(500))).toEqual([]);
  });

  test.each<[string, readonly Flight[]]>([
    ['no answer ever came through', [request, lost(20), refusal(21, 'a-node', about)]],
    ['the one that did came later', [request, lost(5), refusal(6, 'a-node', about), answered]],
    [
      'it answers another request',
      [
        request,
        answered,
        lost(20, sip('SIP/2.0 200 OK', { toTag: 't', cseq: '2 INVITE' })),
        refusal(21, 'a-node', about),
      ],
    ],
    [
      'it answers another method',
      [request, answered, lost(20, sip('SIP/2.0 200 OK', { toTag: 't', cseq: '1 BYE' })), refusal(21, 'a-node', about)],
    ],
    [
      'it goes to another port',
      [
        request,
        answered,
        { ms: 20, carries: ok, hops: outwards.slice(0, 3).map((hop) => hop.replace(/5064$/, '5065')) },
        refusal(21, 'a-node', '172.18.0.3:31070 > 172.18.0.2:5065'),
      ],
    ],
    [
      'another host answers',
      [
        request,
        answered,
        { ms: 20, carries: ok, hops: outwards.slice(0, 3).map((hop) => hop.replaceAll('b-edge', 'b-next')) },
        refusal(21, 'a-node', about),
      ],
    ],
    [
      'the earlier answer needed no translation',
      [
        request,
        { ...answered, hops: outwards.map((hop) => hop.replace('> 10.244.0.5', '> 172.18.0.2')) },
        lost(20),
        refusal(21, 'a-node', about),
      ],
    ],
    [
      'it was translated and got lost behind the node',
      [
        request,
        answered,
        { ms: 20, carries: ok, hops: [...outwards.slice(0, 3), 'a-node 172.18.0.3:31070 > 10.244.0.5:5064'] },
        refusal(21, 'a-node', about),
      ],
    ],
    ['it is a request', [request, answered, { ms: 20, carries: invite, hops: outwards.slice(0, 3) }]],
  ])('not when %s', (_what, flights) => {
    expect(found(...flights, later(500))).toEqual([]);
  });

  test('not while the capture may just not have gone on', () => {
    const flights = [request, answered, lost(20), refusal(21, 'a-node', about)];
    expect(found(...flights)).toEqual([]);
    expect(found(...flights, later(119))).toEqual([]);
    expect(found(...flights, later(121))).toHaveLength(1);
    // Markers are the lab's own: what they prove must be proved without them.
    expect(found(...flights, { ...later(500), carries: { protocol: 'marker', marker: 1 } })).toEqual([]);
  });

  test.each<[string, Flight]>([
    ['is of another kind', refusal(21, 'a-node', about, { code: 1 })],
    ['is of another type', refusal(21, 'a-node', about, { type: 11 })],
    ['is about another port', refusal(21, 'a-node', '172.18.0.3:31070 > 172.18.0.2:5065')],
    ['is about another source port', refusal(21, 'a-node', '172.18.0.3:31071 > 172.18.0.2:5064')],
    ['is about another target', refusal(21, 'a-node', '172.18.0.3:31070 > 172.18.0.4:5064')],
    ['is for another sender', refusal(21, 'a-node', '172.18.0.5:31070 > 172.18.0.2:5064')],
    ['is older', refusal(19, 'a-node', about)],
    [
      'quotes nothing',
      {
        ms: 21,
        carries: { protocol: 'icmp', type: 3, code: 3, quoted: undefined },
        hops: ['a-node 172.18.0.2:0 > 172.18.0.3:0'],
      },
    ],
  ])('not by an ICMP error that %s', (_what, icmp) => {
    expect(found(request, answered, lost(20), icmp, later(500))).toEqual([]);
  });
});

describe('a source port changes', () => {
  const changed = (hops: readonly string[]) =>
    hops.map((hop) => hop.replace(/172\.18\.0\.2:5064 >/, '172.18.0.2:1024 >'));
  const other: Flight = { ms: 1, carries: ok, hops: outwards };
  const again: Flight = { ms: 30, carries: invite, hops: changed(inwards) };

  test('when the same flow leaves its node by another one', () => {
    const timeline = timelineOf([request, other, again]);
    const [finding, ...others] = detectSourcePortChanged(timeline);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ name: 'source-port-changed', firstNs: 30_060_000n });
    expect(shownIn(timeline, finding?.evidence ?? [])).toEqual([
      'a-edge INVITE',
      'b-edge INVITE',
      'a-edge INVITE',
      'b-edge INVITE',
    ]);
    expect(finding?.evidence.map(({ frame }) => frame)).toEqual([1, 1, 3, 3]);
  });

  test.each<[string, readonly Flight[]]>([
    ['it is the same', [request, { ...request, ms: 30 }]],
    ['it never arrived', [request, { ...again, hops: again.hops.slice(0, 3) }]],
    [
      'nothing is translated',
      [0, 30].map((ms) => {
        const port = 5064 + ms;
        const hops = ['a-edge 10.244.0.5:5064 > 10.244.0.25:5064', `b-edge 10.244.0.5:${port} > 10.244.0.25:5064`];
        return { ms, carries: invite, hops };
      }),
    ],
    ['it is for another target', [request, { ...again, hops: again.hops.map((hop) => hop.replace('31070', '31071')) }]],
    [
      'it comes from another port',
      [request, { ...again, hops: again.hops.map((hop) => hop.replace('10.244.0.5:5064', '10.244.0.5:5066')) }],
    ],
    [
      'it comes from another host',
      [request, { ...again, hops: again.hops.map((hop) => hop.replace('a-edge', 'c-edge')) }],
    ],
  ])('not when %s', (_what, flights) => {
    expect(detectSourcePortChanged(timelineOf([...flights, other]))).toEqual([]);
  });
});
