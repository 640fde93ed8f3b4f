import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import type { SipMessage, SipRequest } from '../../../lab/wire/sip/message.ts';
import { silentLog } from '../../kit/log.ts';
import { body, mcpttSdp, pointsTo, request } from '../bench/messages.ts';
import type { Party } from '../party.ts';
import { MediaPorts } from './ports.ts';
import { MediaSessions } from './sessions.ts';

const address = `127.${20 + (process.pid % 200)}.251.5`;
const partner: Party = { kind: 'peer', peer: { domain: 'b.mcx.test', nodes: ['127.0.0.1'] } };
const other: Party = { kind: 'peer', peer: { domain: 'c.mcx.test', nodes: ['127.0.0.1'] } };

let now: number;
let outside: MediaPorts;
let sessions: MediaSessions;
beforeEach(() => {
  now = 0;
  outside = new MediaPorts([30_100, 30_105]);
  const place = placeOf(outside);
  sessions = new MediaSessions({
    place: { ...place, now: () => now, log: silentLog },
    idleMs: 1000,
    ruleFor: () => ({ media: 'announced', allowed: [] }),
  });
});
afterEach(() => sessions.close());

const placeOf = (outsidePorts: MediaPorts) => ({
  ...{ address, advertised: '192.0.2.2', outsidePorts },
  insidePorts: new MediaPorts([21_000, 21_099]),
});

const sdp = mcpttSdp('127.0.0.1', 20_000, 20_002);
const invite = (parts: Partial<Parameters<typeof request>[0]> = {}) =>
  request({ method: 'INVITE', uri: 'sip:x@y', from: 'sip:z@y', sdp, ...parts });
const ok = (to: SipRequest) => makeResponse(to, 200, { toTag: 'far', ...body(sdp) });
const pass = (message: SipMessage, about: SipRequest, from: 'inside' | 'outside' = 'inside', party = partner) =>
  sessions.pass(message, about, party, from);

describe('one relay for a call', () => {
  test('offer and answer get the two sides of the same legs, whoever sends them again', async () => {
    const offer = invite();
    const out = pointsTo((await pass(offer, offer)).message);
    const back = pointsTo((await pass(ok(offer), offer, 'outside')).message);
    expect(out.map(({ host }) => host)).toEqual(['192.0.2.2', '192.0.2.2']);
    expect(back.map(({ host }) => host)).toEqual([address, address]);
    expect(pointsTo((await pass(ok(offer), offer, 'outside')).message)).toEqual(back);
    expect(pointsTo((await pass(offer, offer)).message)).toEqual(out);
    expect([sessions.size, outside.free]).toEqual([1, 3]);
  });

  test('is found in the dialog, in both directions', async () => {
    const offer = invite({ fromTag: 'near', callId: 'one' });
    const out = pointsTo((await pass(offer, offer)).message);
    const there = invite({ fromTag: 'near', toTag: 'far', callId: 'one' });
    const back = invite({ fromTag: 'far', toTag: 'near', callId: 'one' });
    expect(pointsTo((await pass(there, there)).message)).toEqual(out);
    await pass(back, back, 'outside');
    expect(sessions.size).toBe(1);
  });

  test('is that party’s alone', async () => {
    const offer = invite();
    await pass(offer, offer);
    sessions.release(offer, other);
    expect(sessions.size).toBe(1);
    await pass(offer, offer, 'inside', other);
    expect(sessions.size).toBe(2);
  });

  test('an offer in the 2xx and the answer in the ACK (RFC 3261 13.2.1)', async () => {
    const { body: _, ...bare } = invite();
    const empty: SipRequest = {
      ...bare,
      headers: bare.headers.filter(({ name }) => name !== 'Content-Type'),
      body: new Uint8Array(),
    };
    expect((await pass(empty, empty)).message).toBe(empty);
    const inward = pointsTo((await pass(ok(empty), empty, 'outside')).message);
    expect(inward[0]?.host).toBe(address);
    const ack: SipRequest = { ...invite(), method: 'ACK', headers: invite().headers };
    const own = { ...ack, headers: [...empty.headers, ...ack.headers.filter(({ name }) => name === 'Content-Type')] };
    expect(pointsTo((await pass(own, own)).message)[0]?.host).toBe('192.0.2.2');
    expect(sessions.size).toBe(1);
  });
});

describe('ports', () => {
  test('none left: nothing is kept, and the SDP that goes nowhere has no port', async () => {
    const [first, second] = [invite(), invite()];
    await pass(first, first);
    await pass(second, second);
    const third = invite();
    const result = await pass(third, third);
    expect(result.exhausted).toBe(true);
    expect(pointsTo(result.message)).toEqual([]);
    expect([sessions.size, outside.free]).toEqual([2, 0]);
  });

  test('a second stream that finds none gives the first one back', async () => {
    const narrow = new MediaPorts([30_200, 30_201]);
    const place = placeOf(narrow);
    const few = new MediaSessions({
      place: { ...place, now: () => 0, log: silentLog },
      idleMs: 1,
      ruleFor: () => ({ media: 'latch', allowed: [] }),
    });
    const offer = invite();
    expect((await few.pass(offer, offer, partner, 'inside')).exhausted).toBe(true);
    expect([few.size, narrow.free]).toEqual([0, 2]);
  });
});

describe('what one call may take', () => {
  test('four m= lines; the others are refused', async () => {
    outside = new MediaPorts([30_100, 30_131]);
    const wide = new MediaSessions({
      place: { ...placeOf(outside), now: () => 0, log: silentLog },
      idleMs: 1,
      ruleFor: () => ({ media: 'latch', allowed: [] }),
    });
    const lines = Array.from({ length: 30 }, (_, i) => `m=audio ${40_000 + 2 * i} RTP/AVP 96\r\n`).join('');
    const offer = invite({ sdp: Buffer.from(`v=0\r\nc=IN IP4 127.0.0.1\r\n${lines}`) });
    const result = await wide.pass(offer, offer, partner, 'inside');
    expect([pointsTo(result.message).length, result.exhausted, outside.free]).toEqual([4, false, 24]);
    await wide.close();
    expect(outside.free).toBe(32);
  });

  test('two offers at the same time share the ports', async () => {
    const offer = invite();
    const both = await Promise.all([pass(offer, offer), pass(offer, offer)]);
    expect(pointsTo(both[0].message)).toEqual(pointsTo(both[1].message));
    expect([pointsTo(both[0].message).length, sessions.size, outside.free]).toEqual([2, 1, 3]);
  });
});

describe('the end of a call', () => {
  const begun = async (answered: boolean) => {
    const offer = invite({ fromTag: 'near', callId: 'call' });
    await pass(offer, offer);
    if (answered) sessions.concluded(offer, partner, 200);
    return invite({ fromTag: 'far', toTag: 'near', callId: 'call' });
  };
  test.each<[string, boolean, string, number, number]>([
    ['refused', false, 'INVITE', 486, 0],
    ['cancelled', false, 'INVITE', 487, 0],
    ['ringing', false, 'INVITE', 180, 1],
    ['a refused re-INVITE', true, 'INVITE', 491, 1],
    ['a re-INVITE for nobody', true, 'INVITE', 481, 0],
    ['BYE', true, 'BYE', 200, 0],
    ['BYE for nobody', true, 'BYE', 481, 0],
    ['BYE without an answer', true, 'BYE', 408, 0],
    ['BYE that is asked for a password', true, 'BYE', 401, 1],
    ['an INFO that fails', true, 'INFO', 500, 1],
  ])('%s', async (_, answered, method, status, left) => {
    const next = await begun(answered);
    sessions.concluded({ ...next, method }, partner, status);
    expect(sessions.size).toBe(left);
  });

  test('unheard for too long', async () => {
    await begun(true);
    now = 999;
    sessions.releaseIdle();
    expect(sessions.size).toBe(1);
    now = 1000;
    sessions.releaseIdle();
    expect(sessions.size).toBe(0);
  });
});

describe('what has no SDP for a relay', () => {
  test('other requests and other bodies stay as they are', async () => {
    const info = { ...invite(), method: 'INFO' };
    expect((await pass(info, info)).message).toBe(info);
    const bare = request({ method: 'INVITE', uri: 'sip:x@y', from: 'sip:z@y' });
    expect((await pass(bare, bare)).message).toBe(bare);
    expect(sessions.size).toBe(0);
  });

  test('the SDP of a request that begins nothing loses its ports', async () => {
    const update = { ...invite(), method: 'UPDATE' };
    const result = await pass(update, update);
    expect([pointsTo(result.message), result.exhausted, sessions.size]).toEqual([[], false, 0]);
  });
});
