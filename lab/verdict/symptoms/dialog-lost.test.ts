import { describe, expect, test } from 'vitest';
import { type Flight, foundBy, inwards, later, outwards, sip } from '../flights.test-data.ts';
import { detectDialogLost } from './dialog-lost.ts';

const replaced = (hops: readonly string[], from: string, to: string) => hops.map((hop) => hop.replaceAll(from, to));
/** The same door, with another pod behind it. */
const next = replaced(replaced(inwards, 'b-edge', 'b-next'), '10.244.0.25', '10.244.0.27');
const back = replaced(replaced(outwards, 'b-edge', 'b-next'), '10.244.0.25', '10.244.0.27');

const invite: Flight = { ms: 0, carries: sip('INVITE sip:team@ic.b.mcx.test SIP/2.0'), hops: inwards };
const ok: Flight = { ms: 10, carries: sip('SIP/2.0 200 OK', { toTag: 't' }), hops: outwards };
const byeText = sip('BYE sip:team@ic.b.mcx.test SIP/2.0', { toTag: 't', cseq: '2 BYE' });
const bye: Flight = { ms: 900, carries: byeText, hops: next };
const unknown = (cseq = '2 BYE', status = 481): Flight => ({
  ms: 910,
  carries: sip(`SIP/2.0 ${status} x`, { toTag: 't', cseq }),
  hops: back,
});

const found = (...flights: readonly Flight[]) => foundBy(detectDialogLost, [...flights, later(2000)]);

describe('a dialog is lost', () => {
  test('when the host behind the same door is another one and does not know it', () => {
    expect(found(invite, ok, bye, unknown())).toEqual([
      {
        name: 'dialog-lost',
        rung: 'K3',
        firstNs: 900_000_000n,
        shown: ['a-edge INVITE', 'b-edge INVITE', 'a-edge BYE', 'b-next BYE', 'b-next 481', 'a-edge 481'],
      },
    ]);
  });

  test.each<[string, readonly Flight[]]>([
    ['the same host has forgotten it', [invite, ok, { ...bye, hops: inwards }, { ...unknown(), hops: outwards }]],
    ['nobody refuses', [invite, ok, bye]],
    ['it is refused for another reason', [invite, ok, bye, unknown('2 BYE', 403)]],
    ['another request is refused', [invite, ok, bye, unknown('3 BYE')]],
    ['another method is refused', [invite, ok, bye, unknown('2 INFO')]],
    ['somebody else refuses it', [invite, ok, bye, { ...unknown(), hops: outwards }]],
    ['it came to another door', [invite, ok, { ...bye, hops: replaced(next, '31070', '31071') }, unknown()]],
    ['it never arrived', [invite, ok, { ...bye, hops: next.slice(0, 3) }, unknown()]],
    [
      'it begins a dialog',
      [invite, ok, { ...bye, carries: sip('BYE sip:team@ic.b.mcx.test SIP/2.0', { cseq: '2 BYE' }) }, unknown()],
    ],
    [
      'it is an ACK, which nobody answers',
      [
        invite,
        ok,
        { ...bye, carries: sip('ACK sip:team@ic.b.mcx.test SIP/2.0', { toTag: 't', cseq: '1 ACK' }) },
        unknown('1 ACK'),
      ],
    ],
    [
      'the other host was there first',
      [
        { ...bye, ms: 0 },
        { ...unknown(), ms: 1 },
        { ...invite, ms: 900 },
        { ...ok, ms: 910 },
      ],
    ],
    ['it is the first one that arrives', [{ ...invite, hops: inwards.slice(0, 3) }, ok, bye, unknown()]],
  ])('not when %s', (_what, flights) => {
    expect(found(...flights)).toEqual([]);
  });
});
