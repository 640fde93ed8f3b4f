import { describe, expect, test } from 'vitest';
import { type Flight, foundBy, inwards, later, outwards, refusal, sip } from '../flights.test-data.ts';
import { detectPacketBeforeService } from './packet-before-service.ts';

const start = 'INVITE sip:team@ic.b.mcx.test SIP/2.0';
const early: Flight = { ms: 0, carries: sip(start), hops: inwards.slice(0, 3) };
const refused = refusal(1, 'b-node', '172.18.0.2:5064 > 172.18.0.3:31070');
const repeated: Flight = { ms: 500, carries: sip(start), hops: inwards };
const answer: Flight = { ms: 510, carries: sip('SIP/2.0 200 OK', { toTag: 't' }), hops: outwards };

const found = (...flights: readonly Flight[]) => foundBy(detectPacketBeforeService, [...flights, later(2000)]);

describe('a packet before its Service', () => {
  test('is refused by the node, and its repetition arrives', () => {
    expect(found(early, refused, repeated, answer)).toEqual([
      {
        name: 'packet-before-service',
        rung: 'K4',
        firstNs: 0n,
        shown: ['a-edge INVITE', 'b-node INVITE', 'b-node icmp', 'a-edge INVITE', 'b-edge INVITE'],
      },
    ]);
  });

  const elsewhere = (hops: readonly string[], from: string, to: string) => hops.map((hop) => hop.replaceAll(from, to));

  test.each<[string, readonly Flight[]]>([
    ['nobody refuses it', [early, repeated]],
    ['it is refused as something else', [early, refusal(1, 'b-node', '172.18.0.2:5064 > 172.18.0.3:31071'), repeated]],
    ['no repetition arrives', [early, refused, { ...repeated, hops: inwards.slice(0, 3) }]],
    [
      'what arrives was sent before',
      [
        { ...repeated, ms: 0 },
        { ...early, ms: 10 },
        { ...refused, ms: 11 },
      ],
    ],
    [
      'what arrives is another transaction',
      [early, refused, { ...repeated, carries: sip(start, { branch: 'z9hG4bK2' }) }],
    ],
    [
      'what arrives is the ACK of its refusal',
      [early, refused, { ...repeated, carries: sip('ACK sip:team@ic.b.mcx.test SIP/2.0', { cseq: '1 ACK' }) }],
    ],
    ['what arrives went elsewhere', [early, refused, { ...repeated, hops: elsewhere(inwards, '31070', '31071') }]],
    [
      'what arrives came from another host',
      [early, refused, { ...repeated, hops: elsewhere(inwards, 'a-edge', 'c-edge') }],
    ],
    [
      'what arrives needed no translation',
      [early, refused, { ...repeated, hops: [...inwards.slice(0, 3), 'b-edge 172.18.0.2:5064 > 172.18.0.3:31070'] }],
    ],
    ['it arrives itself', [{ ...early, hops: inwards }, refused, repeated]],
  ])('not when %s', (_what, flights) => {
    const speaks: Flight = {
      ms: 5,
      carries: 'SIP/2.0 100 Trying\r\n\r\n',
      hops: ['b-edge 172.18.0.3:5064 > 192.0.2.9:5060'],
    };
    expect(found(...flights, answer, speaks)).toEqual([]);
  });

  test('is a request: answers are not repeated by whoever sent them to a Service', () => {
    const ok = sip('SIP/2.0 200 OK', { toTag: 't' });
    const lost: Flight = { ms: 600, carries: ok, hops: outwards.slice(0, 3) };
    const icmp = refusal(601, 'a-node', '172.18.0.3:31070 > 172.18.0.2:5064');
    expect(found({ ...repeated, ms: 0 }, lost, icmp, { ...answer, ms: 700 })).toEqual([]);
  });
});
