import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { field } from '../../lab/wire/floor/fields.ts';
import { header, headers } from '../../lab/wire/sip/headers.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { accept, bodyText, type FarSide, openFarSide, pause, until } from './bench/far-side.ts';
import { granted, idle, taken } from './bench/floor-words.ts';
import { loopback } from './bench/loopback.ts';
import { openUe, type Ue } from './bench/ue.ts';

const group = 'sip:campaign@a.mcx.test';
const host = loopback(11);
let far: FarSide;
let ue: Ue;

beforeEach(async () => {
  far = await openFarSide(loopback(1));
  ue = await openUe(host, far.at);
});

afterEach(async () => {
  expect(ue.faults()).toBe(0);
  await ue.close();
  await far.close();
});

async function register(): Promise<void> {
  const registered = ue.do({ do: 'register' });
  const { request, transaction } = await far.next('REGISTER');
  transaction.respond(
    makeResponse(request, 200, {
      toTag: 'r',
      headers: [{ name: 'Contact', value: `${header(request, 'contact')};expires=600` }],
    }),
  );
  await registered;
}

async function callUp(floorParams?: string) {
  await ue.do({ do: 'call', group });
  const invite = await far.next('INVITE');
  accept(far, invite, floorParams);
  await far.next('ACK');
  return invite;
}

describe('registration (RFC 3261 10.2, TS 24.379 7.2)', () => {
  test('names the device and the service, and answers the act when it is registered', async () => {
    const registered = ue.do({ do: 'register' });
    const { request, transaction } = await far.next('REGISTER');
    expect(request.uri).toBe('sip:a.mcx.test');
    expect(header(request, 'from')).toMatch(/^<sip:a-ue-1@a\.mcx\.test>;tag=/);
    expect(header(request, 'to')).toBe('<sip:a-ue-1@a.mcx.test>');
    const contact = header(request, 'contact') ?? '';
    expect(contact).toContain(`<sip:a-ue-1@${host}:5060>`);
    expect(contact).toContain(';+g.3gpp.mcptt;');
    expect(contact).toContain('+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt"');
    expect(contact).toContain('+sip.instance="<urn:uuid:2f6b8c4e-1a2b-4c3d-9e8f-0a1b2c3d4e5f>"');
    expect(header(request, 'supported')).toBe('path');
    expect(header(request, 'via')).toContain(';rport');
    transaction.respond(makeResponse(request, 200, { toTag: 'r' }));
    await registered;
    expect((await ue.describe()).registration).toMatchObject({ state: 'registered', lastStatus: 200 });
  });

  test('keeps the flow towards the edge open with CRLFs', async () => {
    await register();
    await until('two keep-alives', () => far.crlfs() >= 2);
  });

  test('a refusal is the error of the act', async () => {
    const registered = ue.do({ do: 'register' });
    const { request, transaction } = await far.next('REGISTER');
    transaction.respond(makeResponse(request, 403, { toTag: 'r' }));
    await expect(registered).rejects.toThrow('REGISTER: 403 Forbidden');
    expect((await ue.describe()).registration.state).toBe('none');
  });

  test('asks for longer when the interval is too brief, with the next CSeq', async () => {
    const registered = ue.do({ do: 'register' });
    const first = await far.next('REGISTER');
    first.transaction.respond(
      makeResponse(first.request, 423, { toTag: 'r', headers: [{ name: 'Min-Expires', value: '7200' }] }),
    );
    const second = await far.next('REGISTER');
    expect(header(second.request, 'expires')).toBe('7200');
    expect(header(second.request, 'call-id')).toBe(header(first.request, 'call-id'));
    expect(header(second.request, 'cseq')).toBe('2 REGISTER');
    second.transaction.respond(makeResponse(second.request, 200, { toTag: 'r' }));
    await registered;
  });

  test('is refreshed at half of what the registrar gave to the own contact', async () => {
    const registered = ue.do({ do: 'register' });
    const { request, transaction } = await far.next('REGISTER');
    const others = `<sip:a-ue-1@192.0.2.9:5060>;expires=900, ${header(request, 'contact')};expires=2`;
    transaction.respond(makeResponse(request, 200, { toTag: 'r', headers: [{ name: 'Contact', value: others }] }));
    await registered;
    const again = await far.next('REGISTER');
    expect(header(again.request, 'cseq')).toBe('2 REGISTER');
    expect(header(again.request, 'from')).toBe(header(request, 'from'));
  });
});

describe('the INVITE (TS 24.379 10.1.1.2.1.1)', () => {
  test('goes to the participating function, the group in mcptt-info', async () => {
    await ue.do({ do: 'call', group });
    const { request } = await far.next('INVITE');
    expect(request.uri).toBe('sip:pf@a.mcx.test');
    expect(headers(request, 'accept-contact')).toEqual([
      '*;+g.3gpp.mcptt;require;explicit',
      '*;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit',
    ]);
    expect(header(request, 'p-preferred-service')).toBe('urn:urn-7:3gpp-service.ims.icsi.mcptt');
    expect(header(request, 'answer-mode')).toBe('Auto');
    expect(header(request, 'session-expires')).toBe('1800');
    expect(header(request, 'supported')).toBe('timer');
    expect(header(request, 'contact')).toContain('+g.3gpp.mcptt');
    const info = bodyText(partOfType(request, 'application/vnd.3gpp.mcptt-info+xml') ?? new Uint8Array());
    expect(info).toContain('<mcpttURI>sip:campaign@a.mcx.test</mcpttURI>');
    expect(info).toContain('<session-type>prearranged</session-type>');
    expect(info).not.toContain('calling-user-id');
    const sdp = bodyText(partOfType(request, 'application/sdp') ?? new Uint8Array());
    expect(sdp).toContain('m=audio 40000 RTP/AVP 96\r\ni=speech\r\n');
    expect(sdp).toContain(
      'm=application 40002 udp MCPTT\r\na=fmtp:MCPTT mc_queueing;mc_priority=5;mc_implicit_request',
    );
  });

  test('each 2xx is acknowledged, the repeated one with the same ACK', async () => {
    await ue.do({ do: 'call', group });
    const invite = await far.next('INVITE');
    accept(far, invite);
    const first = await far.next('ACK');
    accept(far, invite);
    const second = await far.next('ACK');
    expect(first.request.uri).toBe(`sip:focus@${far.at.host}:${far.at.port}`);
    expect(header(first.request, 'cseq')).toBe('1 ACK');
    expect(header(first.request, 'via')).not.toBe(header(invite.request, 'via'));
    expect(second.request).toEqual(first.request);
  });

  test('a final refusal ends it and is told', async () => {
    await ue.do({ do: 'call', group });
    const { request, transaction } = await far.next('INVITE');
    transaction.respond(makeResponse(request, 404, { toTag: 'x' }));
    await until('failure', async () => (await ue.describe()).lastFailure === 404);
    await expect(ue.do({ do: 'talk', packets: 1, release: true })).rejects.toThrow('no call');
  });

  test('hung up before an answer it is cancelled, and a 2xx that crosses is acknowledged and ended', async () => {
    await ue.do({ do: 'call', group });
    const invite = await far.next('INVITE');
    invite.transaction.respond(makeResponse(invite.request, 180, { toTag: 'focus' }));
    await pause(30);
    let cancelled = false;
    invite.transaction.onCancel(() => {
      cancelled = true;
    });
    await ue.do({ do: 'hang-up' });
    await until('CANCEL', () => cancelled);
    accept(far, invite);
    await far.next('ACK');
    const bye = await far.next('BYE');
    bye.transaction.respond(makeResponse(bye.request, 200));
    expect((await ue.describe()).call).toBeUndefined();
  });
});

describe('floor and media of a call', () => {
  test('pin-holes of RTP, RTCP and floor control are opened at once and held', async () => {
    await callUp();
    await until('openers', () => far.leg.counters().keepAlivesIn >= 2 && far.leg.counters().rtcpIn >= 1);
    const { rtcpIn } = far.leg.counters();
    await until('keep-alives', () => far.leg.counters().rtcpIn >= rtcpIn + 2);
  });

  test('the floor that the INVITE asked for is used: the burst has its numbers, then the floor is released', async () => {
    await callUp('mc_queueing;mc_priority=5;mc_implicit_request');
    await ue.do({ do: 'talk', packets: 25, release: true });
    await pause(60);
    expect(far.rtp).toHaveLength(0);
    far.sendFloor(granted(0xabcd), ue.floorAt);
    await far.nextFloor('Floor Release');
    expect(far.rtp).toHaveLength(25);
    const packets = far.rtp.map(({ packet }) => packet);
    expect(new Set(packets.map(({ ssrc }) => ssrc))).toEqual(new Set([0xabcd]));
    expect(packets.map(({ marker }) => marker)).toEqual([true, ...Array<boolean>(24).fill(false)]);
    expect(packets.every(({ payloadType, payload }) => payloadType === 96 && payload.length === 33)).toBe(true);
    expect(new Set(packets.map(({ payload }) => payload.join())).size).toBe(25);
    const [first] = packets;
    for (const [i, packet] of packets.entries()) {
      expect(packet.sequenceNumber).toBe(((first?.sequenceNumber ?? 0) + i) & 0xffff);
      expect(packet.timestamp).toBe(((first?.timestamp ?? 0) + i * 320) >>> 0);
    }
    expect(far.ueRtp()).toEqual(ue.rtpAt);
    far.sendFloor(idle(3), ue.floorAt);
    await pause(100);
    expect(far.rtp).toHaveLength(25);
    expect(far.floor.filter(({ name }) => name === 'Floor Release').length).toBeLessThanOrEqual(2);
  });

  test('the schedule does not drift: 50 packets take 49 frames', async () => {
    await callUp('mc_queueing;mc_priority=5;mc_implicit_request;mc_granted');
    await ue.do({ do: 'talk', packets: 50, release: true });
    await until('burst', () => far.rtp.length === 50);
    const took = (far.rtp.at(-1)?.atMs ?? 0) - (far.rtp[0]?.atMs ?? 0);
    expect(took).toBeGreaterThan(49 * 20 - 25);
    expect(took).toBeLessThan(49 * 20 + 200);
  });

  test('without a floor the button sends Floor Request, again until it is answered', async () => {
    await callUp();
    await ue.do({ do: 'talk', packets: 3, release: true });
    const first = await far.nextFloor('Floor Request');
    const second = await far.nextFloor('Floor Request');
    expect(second).toEqual(first);
    expect(field(first, 'Floor Priority')?.priority).toBe(5);
    expect(field(first, 'Floor Indicator')?.bits).toBe(0x8400);
    far.sendFloor(granted(5), ue.floorAt);
    await until('burst', () => far.rtp.length === 3);
  });

  test('two bursts: sequence numbers run on, timestamps go through the silence, payloads differ', async () => {
    await callUp();
    for (const count of [4, 8]) {
      await ue.do({ do: 'talk', packets: 4, release: true });
      await far.nextFloor('Floor Request');
      far.sendFloor(granted(5), ue.floorAt);
      await far.nextFloor('Floor Release');
      far.sendFloor(idle(count), ue.floorAt);
      expect(far.rtp).toHaveLength(count);
      await pause(60);
    }
    const packets = far.rtp.map(({ packet }) => packet);
    expect(new Set(packets.map(({ payload }) => payload.join())).size).toBe(8);
    expect(packets[4]?.sequenceNumber).toBe(((packets[3]?.sequenceNumber ?? 0) + 1) & 0xffff);
    const gap = ((packets[4]?.timestamp ?? 0) - (packets[3]?.timestamp ?? 0)) >>> 0;
    expect(gap % 320).toBe(0);
    expect(gap).toBeGreaterThan(640);
  });

  test('Floor Taken that asks for it is acknowledged as by a participant', async () => {
    await callUp();
    far.sendFloor(taken(9, true), ue.floorAt);
    const ack = await far.nextFloor('Floor Ack');
    expect(field(ack, 'Source')?.source).toBe(0);
    expect(field(ack, 'Message Type')?.type).toBe(2);
    far.sendFloor(taken(10, false), ue.floorAt);
    await pause(50);
    expect(far.floor.filter(({ name }) => name === 'Floor Ack')).toHaveLength(1);
  });

  test('Floor Revoke stops the burst, and Floor Release says so', async () => {
    await callUp('mc_granted;mc_implicit_request');
    await ue.do({ do: 'talk', packets: 500, release: true });
    await until('media', () => far.rtp.length > 3);
    far.sendFloor(
      { ...granted(1), name: 'Floor Revoke', fields: [{ id: 'Reject Cause', cause: 2, phrase: '' }] },
      ue.floorAt,
    );
    await far.nextFloor('Floor Release');
    const sent = far.rtp.length;
    await pause(80);
    expect(far.rtp.length).toBe(sent);
  });

  test('a denied burst is not sent later', async () => {
    await callUp();
    await ue.do({ do: 'talk', packets: 5, release: true });
    await far.nextFloor('Floor Request');
    far.sendFloor(
      { ...granted(1), name: 'Floor Deny', fields: [{ id: 'Reject Cause', cause: 1, phrase: '' }] },
      ue.floorAt,
    );
    await until('no wish', async () => (await ue.describe()).call?.media.floor.state === 'U: has no permission');
    await pause(150);
    expect(far.rtp).toHaveLength(0);
    expect(far.floor.filter(({ name }) => name === 'Floor Request').length).toBeLessThanOrEqual(2);
  });

  test('media and floor control of anybody else are no part of the call', async () => {
    await callUp();
    const stranger = await openFarSide(loopback(99));
    await ue.do({ do: 'talk', packets: 5, release: true });
    await far.nextFloor('Floor Request');
    stranger.sendFloor(granted(1), ue.floorAt);
    await pause(80);
    expect(far.rtp).toHaveLength(0);
    await stranger.close();
  });
});
