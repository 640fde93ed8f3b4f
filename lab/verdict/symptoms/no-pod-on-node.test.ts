import { describe, expect, test } from 'vitest';
import { type Flight, foundBy, inwards, later, outwards, refusal, sip } from '../flights.test-data.ts';
import { detectNoPodOnNode } from './no-pod-on-node.ts';

const invite: Flight = { ms: 0, carries: sip('INVITE sip:team@ic.b.mcx.test SIP/2.0'), hops: inwards };
const ok: Flight = { ms: 10, carries: sip('SIP/2.0 200 OK', { toTag: 't' }), hops: outwards };
const byeText = sip('BYE sip:team@ic.b.mcx.test SIP/2.0', { toTag: 't', cseq: '2 BYE', branch: 'z9hG4bK2' });
/** As far as the node of agency b, and no further. */
const dropped = inwards.slice(0, 3);
const bye = (ms: number): Flight => ({ ms, carries: byeText, hops: dropped });
const byes = [bye(900), bye(1400), bye(2400)];
const okToBye = sip('SIP/2.0 200 OK', { toTag: 't', cseq: '2 BYE', branch: 'z9hG4bK2' });

const found = (...flights: readonly Flight[]) => foundBy(detectNoPodOnNode, [...flights, later(4000)]);
const changed = (flights: readonly Flight[], change: Partial<Flight>) =>
  flights.map((flight) => ({ ...flight, ...change }));
const turned = (hop: string) => hop.replace(/ (\S+) > (\S+)$/, ' $2 > $1');
const elsewhere = (hops: readonly string[], from: string, to: string) => hops.map((hop) => hop.replaceAll(from, to));

describe('no pod on the node', () => {
  test('when requests and their repetitions end at the node without a word, and the pod of before is silent', () => {
    expect(found(invite, ok, ...byes)).toEqual([
      {
        name: 'no-pod-on-node',
        rung: 'K5',
        firstNs: 900_000_000n,
        shown: ['a-edge INVITE', 'b-edge INVITE', 'a-edge BYE', 'b-node BYE', 'b-node BYE'],
      },
    ]);
  });

  test('whatever the proxy that repeats it tells those before it', () => {
    const hops = ['a-edge 10.244.0.5:5060 > 10.244.0.6:5060', 'a-mcx 10.244.0.5:5060 > 10.244.0.6:5060'];
    const gaveUp: Flight = { ms: 3000, carries: okToBye.replace('200 OK', '408 Request Timeout'), hops };
    const speaks: Flight = {
      ms: 800,
      carries: sip('OPTIONS sip:a SIP/2.0', { callId: 'x' }),
      hops: [...hops].reverse().map(turned),
    };
    expect(found(invite, ok, speaks, ...byes, gaveUp)).toHaveLength(1);
  });

  test.each<[string, readonly Flight[]]>([
    ['it was sent but twice', byes.slice(0, 2)],
    ['one repetition arrives', [bye(900), bye(1400), { ...bye(2400), hops: inwards }]],
    ['it is answered after all', [...byes, { ms: 2500, carries: okToBye, hops: outwards }]],
    ['the node refuses it', [...byes, refusal(901, 'b-node', '172.18.0.2:5064 > 172.18.0.3:31070')]],
    ['it is lost on the way', changed(byes, { hops: inwards.slice(0, 2) })],
    ['one repetition is lost on the way', [bye(900), bye(1400), { ...bye(2400), hops: inwards.slice(0, 2) }]],
    ['it was seen nowhere but at its sender', changed(byes, { hops: inwards.slice(0, 1) })],
    [
      'it is translated, and lost behind that',
      changed(byes, { hops: [...dropped, 'b-node 172.18.0.2:5064 > 10.244.0.25:5064'] }),
    ],
    ['nobody stood behind that door', changed(byes, { hops: elsewhere(dropped, '31070', '31071') })],
    ['somebody else came through that door', changed(byes, { hops: elsewhere(dropped, 'a-edge', 'c-edge') })],
    [
      'the pod of before still speaks',
      [...byes, { ms: 3000, carries: okToBye.replace('2 BYE', '9 INFO'), hops: outwards }],
    ],
    [
      'nobody answers an ACK',
      changed(byes, { carries: sip('ACK sip:team@ic.b.mcx.test SIP/2.0', { toTag: 't', cseq: '1 ACK' }) }),
    ],
    ['it is an answer', changed(byes, { carries: sip('SIP/2.0 200 OK', { toTag: 't', cseq: '7 INFO' }) })],
  ])('not when %s', (_what, flights) => {
    expect(found(invite, ok, ...flights)).toEqual([]);
  });

  test('not when what went before needed no translation', () => {
    const direct = [...inwards.slice(0, 3), 'b-edge 172.18.0.2:5064 > 172.18.0.3:31070'];
    const speaks: Flight = {
      ms: 5,
      carries: sip('SIP/2.0 100 Trying'),
      hops: ['b-edge 172.18.0.3:31070 > 172.18.0.2:5064'],
    };
    expect(found({ ...invite, hops: direct }, speaks, ...byes)).toEqual([]);
  });

  test('not when it only came before', () => {
    expect(found(...byes, { ...invite, ms: 3000 }, { ...ok, ms: 3010 })).toEqual([]);
  });

  test('not while the capture may just not have gone on', () => {
    expect(foundBy(detectNoPodOnNode, [invite, ok, ...byes, later(2480)])).toEqual([]);
    expect(foundBy(detectNoPodOnNode, [invite, ok, ...byes, later(2501)])).toHaveLength(1);
    expect(foundBy(detectNoPodOnNode, [invite, ok, ...byes, bye(4400), later(4450)])).toHaveLength(1);
  });
});
