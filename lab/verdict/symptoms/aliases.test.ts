import { expect, test } from 'vitest';
import { type Flight, outwards, sip, timelineOf } from '../flights.test-data.ts';
import { aliasesOf } from './aliases.ts';

const via = (value: string, start = 'SIP/2.0 200 OK') => sip(start).replace(/^Via: .*$/m, `Via: ${value}`);
const said = (...carried: readonly (string | Flight['carries'])[]) =>
  [...aliasesOf(timelineOf(carried.map((carries, ms) => ({ ms, carries, hops: outwards }))))].map((pair) =>
    pair.join(' is '),
  );

test('a response goes where the received of its topmost Via says: its destination is that address', () => {
  expect(said(via('SIP/2.0/UDP 10.9.9.9:5064;branch=z9hG4bK1;received=203.0.113.7'))).toEqual([
    '203.0.113.7 is 172.18.0.2',
  ]);
  expect(said(via('SIP/2.0/UDP x;received=203.0.113.7, SIP/2.0/UDP y;received=203.0.113.8'))).toEqual([
    '203.0.113.7 is 172.18.0.2',
  ]);
});

test('the first response counts', () => {
  const flights: Flight[] = [
    { ms: 0, carries: via('SIP/2.0/UDP x;received=203.0.113.7'), hops: outwards },
    { ms: 1, carries: via('SIP/2.0/UDP x;received=203.0.113.7'), hops: ['b 1.1.1.1:1 > 2.2.2.2:2'] },
  ];
  expect([...aliasesOf(timelineOf(flights))]).toEqual([['203.0.113.7', '172.18.0.2']]);
});

test('nothing is learnt from requests, from other packets and from a Via that does not say', () => {
  const received = 'SIP/2.0/UDP x;received=203.0.113.7';
  expect(said(via(received, 'INVITE sip:b SIP/2.0'), 'no SIP', via('SIP/2.0/UDP x;branch=z9hG4bK1'))).toEqual([]);
  expect(said(via('SIP/2.0/UDP x;received'), via('SIP/2.0/UDP x;received='), via('nonsense'))).toEqual([]);
  expect(said(sip('SIP/2.0 200 OK').replace(/^Via: .*\r\n/m, ''))).toEqual([]);
});
