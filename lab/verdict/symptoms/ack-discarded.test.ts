import { describe, expect, test } from 'vitest';
import { type Flight, inwards, later, outwards, shownIn, sip, timelineOf } from '../flights.test-data.ts';
import { detectAckDiscarded, detectSessionGivenUp } from './ack-discarded.ts';

/* The server of agency a calls over its edge: pod to pod, then over both nodes. */
const inner = ['a-mcx 10.244.0.6:5060 > 10.244.0.5:5060', 'a-edge 10.244.0.6:5060 > 10.244.0.5:5060'];
const innerBack = ['a-edge 10.244.0.5:5060 > 10.244.0.6:5060', 'a-mcx 10.244.0.5:5060 > 10.244.0.6:5060'];

const invite = sip('INVITE sip:team@b SIP/2.0');
const ok = sip('SIP/2.0 200 OK', { toTag: 't' });
const ack = (cseq = '1 ACK') => sip('ACK sip:team@b SIP/2.0', { toTag: 't', cseq });

const called: Flight[] = [
  { ms: 0, carries: invite, hops: inner },
  { ms: 1, carries: invite, hops: inwards },
  { ms: 10, carries: ok, hops: outwards },
  { ms: 11, carries: ok, hops: innerBack },
];
const acked: Flight = { ms: 12, carries: ack(), hops: inner };
const passedOn: Flight = { ms: 13, carries: ack(), hops: inwards };
const repeated = (...times: readonly number[]): Flight[] => times.map((ms) => ({ ms, carries: ok, hops: outwards }));

function found(...flights: readonly Flight[]) {
  const timeline = timelineOf([...flights, later(5000)]);
  return detectAckDiscarded(timeline).map(({ firstNs, evidence }) => [
    Number(firstNs) / 1e6,
    ...shownIn(timeline, evidence),
  ]);
}

describe('an ACK is discarded', () => {
  test('at the host that has passed the 200 on and gets it again and again', () => {
    expect(found(...called, acked, ...repeated(110, 310, 710))).toEqual([
      [12.02, 'a-edge 200', 'a-mcx ACK', 'a-edge ACK', 'a-edge 200', 'a-edge 200'],
    ]);
  });

  test.each<[string, readonly Flight[]]>([
    ['it is passed on', [acked, passedOn, ...repeated(110, 310, 710)]],
    ['the 200 comes twice more: a packet or two may be lost', [acked, ...repeated(110, 310)]],
    ['the 200 was repeated before it came', [...repeated(12, 13, 14), { ...acked, ms: 20 }]],
    ['it is the ACK of another INVITE', [{ ...acked, carries: ack('2 ACK') }, ...repeated(110, 310, 710)]],
    ['it never came', repeated(110, 310, 710)],
    [
      'what is repeated is no final answer',
      [
        acked,
        ...repeated(110, 310, 710).map((one) => ({ ...one, carries: sip('SIP/2.0 180 Ringing', { toTag: 't' }) })),
      ],
    ],
    [
      'another method is answered',
      [
        acked,
        ...repeated(110, 310, 710).map((one) => ({
          ...one,
          carries: sip('SIP/2.0 200 OK', { toTag: 't', cseq: '1 BYE' }),
        })),
      ],
    ],
    [
      'another dialog repeats',
      [
        acked,
        ...repeated(110, 310, 710).map((one) => ({
          ...one,
          carries: sip('SIP/2.0 200 OK', { toTag: 't', callId: 'other' }),
        })),
      ],
    ],
  ])('not when %s', (_what, flights) => {
    expect(found(...called, ...flights)).toEqual([]);
  });

  test('not where it ends at whoever made the 200: that one keeps it', () => {
    const delivered: Flight = { ms: 14, carries: ack(), hops: inwards };
    expect(found(...called, acked, delivered, ...repeated(110, 310, 710))).toEqual([]);
  });
});

describe('a session is given up', () => {
  const bye: Flight = { ms: 900, carries: sip('BYE sip:cf@a SIP/2.0', { cseq: '1 BYE' }), hops: outwards };
  const unknown = (status = 481, cseq = '1 BYE'): Flight => {
    return { ms: 910, carries: sip(`SIP/2.0 ${status} x`, { cseq }), hops: inwards };
  };
  const given = (...flights: readonly Flight[]) => {
    const timeline = timelineOf([...called, ...flights]);
    return detectSessionGivenUp(timeline).map(({ firstNs, evidence }) => [
      Number(firstNs) / 1e6,
      ...shownIn(timeline, evidence),
    ]);
  };

  test('when its BYE is answered 481', () => {
    expect(given(bye, unknown())).toEqual([[910.06, 'a-edge BYE', 'b-edge 481']]);
    expect(given(unknown())).toEqual([[910.06, 'b-edge 481']]);
  });

  test('not by another answer, or to another request', () => {
    expect(given(bye, unknown(200))).toEqual([]);
    expect(given(bye, unknown(481, '1 INFO'))).toEqual([]);
  });
});
