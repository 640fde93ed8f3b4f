import { describe, expect, test } from 'vitest';
import { type Flight, inwards, outwards, sip, timelineOf } from '../flights.test-data.ts';
import { whyUndecided } from './undecided.ts';

const invite: Flight = { ms: 0, carries: sip('INVITE sip:team@b SIP/2.0'), hops: inwards };
const ok: Flight = { ms: 10, carries: sip('SIP/2.0 200 OK', { toTag: 't' }), hops: outwards };
const unarrived = { ...invite, hops: inwards.slice(0, 3) };
const missing = 'the INVITE from 10.244.0.5 to 172.18.0.3:31070 is not recorded at its other end';

const why = (...flights: readonly Flight[]) => whyUndecided(timelineOf(flights));

describe('no symptom proves health', () => {
  test('when every request arrives at a recorded host', () => {
    expect(why(invite, ok)).toBeUndefined();
    // One of several transmissions is enough.
    expect(why(unarrived, { ...invite, ms: 500 }, ok)).toBeUndefined();
  });

  test('although an ACK or an answer gets lost: that is for the symptoms', () => {
    const ack = sip('ACK sip:team@b SIP/2.0', { toTag: 't' });
    expect(why(invite, ok, { ms: 20, carries: ack, hops: inwards.slice(0, 3) })).toBeUndefined();
    expect(why(invite, ok, { ...ok, ms: 20, hops: outwards.slice(0, 3) })).toBeUndefined();
  });

  test('though a client was not recorded: whoever registered by way of that address', () => {
    const from = '192.0.2.10:5060';
    const register: Flight = {
      ms: 0,
      ttl: 62,
      carries: sip('REGISTER sip:a SIP/2.0', { callId: 'register' }),
      hops: [`a-edge ${from} > 10.244.0.5:5064`],
    };
    const called: Flight = {
      ms: 20,
      carries: sip('INVITE sip:ue@a SIP/2.0', { callId: 'ue' }),
      hops: [`a-edge 10.244.0.5:5064 > ${from}`],
    };
    expect(why(invite, ok, register, called)).toBeUndefined();
    expect(why(invite, ok, called)).toBe(
      'the INVITE from 10.244.0.5 to 192.0.2.10:5060 is not recorded at its other end',
    );
    const elsewhere = { ...called, hops: ['a-edge 10.244.0.5:5064 > 192.0.2.10:5061'] };
    expect(why(invite, ok, register, elsewhere)).toContain('192.0.2.10:5061');
  });
});

describe('no symptom proves nothing', () => {
  test('without SIP, or where nobody stood at a sender', () => {
    expect(why()).toBe('there is no SIP in these files');
    expect(why({ ...invite, carries: 'noise' })).toBe('there is no SIP in these files');
    expect(why({ ...invite, ttl: 60 })).toBe('none of these files was recorded where SIP is sent');
  });

  test('when a request arrives nowhere', () => {
    expect(why(unarrived, ok)).toBe(missing);
    // Another method, or the same of another host, is another request.
    const info: Flight = { ms: 30, carries: sip('INFO sip:team@b SIP/2.0', { toTag: 't' }), hops: inwards };
    expect(why(unarrived, ok, info)).toBe(missing);
    const other = { ...invite, ms: 30, hops: inwards.map((hop) => hop.replaceAll('a-edge', 'c-edge')) };
    expect(why(unarrived, ok, other)).toBe(missing);
  });

  test('unless its sender forged it: nobody hears anything there, and somebody else has that address', () => {
    const forged: Flight = {
      ms: 30,
      carries: sip('INVITE sip:x SIP/2.0', { callId: 'f' }),
      hops: ['c-pod 172.18.0.2:5064 > 10.0.0.9:5060'],
    };
    expect(why(invite, ok, forged)).toBeUndefined();
    const own = { ...forged, hops: ['c-pod 192.0.2.99:5064 > 10.0.0.9:5060'] };
    expect(why(invite, ok, own)).toContain('192.0.2.99');
    const hears: Flight = {
      ms: 40,
      ttl: 63,
      carries: sip('SIP/2.0 403 x', { callId: 'f' }),
      hops: ['c-pod 10.0.0.9:5060 > 172.18.0.2:5064'],
    };
    expect(why(invite, ok, forged, hears)).toContain('172.18.0.2 to 10.0.0.9');
  });
});
