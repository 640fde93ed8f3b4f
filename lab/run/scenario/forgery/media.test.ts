import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { classify } from '../../../capture/classify.ts';
import { playHealthy } from '../../../verdict/failures.test-data.ts';
import { speech } from '../../../verdict/media.ts';
import { decodeFloor } from '../../../wire/floor/codec.ts';
import { decodeRtp } from '../../../wire/rtp/codec.ts';
import { decodeSip } from '../../../wire/sip/decode.ts';
import { header } from '../../../wire/sip/headers.ts';
import type { SipRequest } from '../../../wire/sip/message.ts';
import type { CastAct } from '../director.ts';
import { garbage, garbageOf } from './garbage.ts';
import { exposedMediaPorts, spray } from './spray.ts';

const { call } = playHealthy();
const { topology } = call.stage;
const seen = call.stage.timeline();
function genuine(): SipRequest {
  for (const { content } of seen.sightings)
    if (content.protocol === 'sip' && content.message.kind === 'request' && content.message.method === 'INVITE')
      return content.message;
  throw new Error('no request');
}
const nothing = { taps: [], sightings: [], journeys: [] };

function sends(acts: readonly CastAct[]) {
  return acts.map(({ place, act }) => {
    if (act.do !== 'send') throw new Error(act.do);
    return {
      place,
      to: `${act.to.host}:${act.to.port}`,
      bytes: Buffer.from(act.payload, 'base64'),
      times: act.times ?? 1,
    };
  });
}

describe('spray', () => {
  const all = sends(spray(topology, 'b-stranger')(seen));

  test('RTP and floor control at every exposed port of every node', () => {
    const doors = exposedMediaPorts(topology).map(({ host, port }) => `${host}:${port}`);
    expect(doors).toHaveLength(64);
    expect(doors).toEqual(expect.arrayContaining(['172.18.0.2:30100', '172.18.0.3:30131']));
    for (const kind of ['rtp', 'floor']) {
      const reached = all.filter(({ bytes }) => protocolOf(bytes) === kind).map(({ to }) => to);
      expect(reached.sort()).toEqual(doors.toSorted());
    }
  });

  test('the RTP is the next packet of the last talker, with other speech in it', () => {
    const last = seen.sightings.flatMap((sighting) => speech(sighting) ?? []).at(-1);
    const genuine = new Set(seen.sightings.map(({ payload }) => Buffer.from(payload).toString('hex')));
    for (const { bytes } of all.filter((one) => protocolOf(one.bytes) === 'rtp')) {
      const packet = decodeRtp(bytes).value;
      expect(packet).toMatchObject({ ssrc: last?.ssrc, sequenceNumber: ((last?.sequenceNumber ?? 0) + 1) & 0xffff });
      expect(genuine.has(bytes.toString('hex'))).toBe(false);
    }
  });

  test('the Floor Request outbids everybody, and no two datagrams are alike', () => {
    const requests = all.flatMap(({ bytes }) => decodeFloor(bytes).value ?? []);
    expect(requests[0]).toMatchObject({ name: 'Floor Request', fields: [{ id: 'Floor Priority', priority: 255 }, {}] });
    expect(new Set(all.map(({ bytes }) => bytes.toString('hex'))).size).toBe(all.length);
  });

  test('where nobody has talked there is nothing to go on from', () => {
    expect(spray(topology, 'b-stranger')(nothing)).toEqual([]);
  });
});

function protocolOf(payload: Uint8Array): string {
  return classify({ dst: '172.18.0.2', srcPort: 45_000, dstPort: 30_100, payload }).protocol;
}

describe('garbage', () => {
  const all = sends(garbage(topology, 'b-stranger', 2000)(seen));

  test('comes to every exposed port, at least as often as asked and not much more', () => {
    const total = all.reduce((sum, { times }) => sum + times, 0);
    expect(total).toBeGreaterThanOrEqual(2000);
    expect(total).toBeLessThan(2500);
    const doors = new Set(all.map(({ to }) => to));
    expect(doors.size).toBe(68);
    for (const port of ['172.18.0.2:30060', '172.18.0.2:30070', '172.18.0.3:31060', '172.18.0.3:31070']) {
      expect(doors).toContain(port);
    }
  });

  test('is never empty, fits a datagram, and is the same every time', () => {
    expect(all.every(({ bytes }) => bytes.length > 0 && bytes.length < 8192)).toBe(true);
    expect(sends(garbage(topology, 'b-stranger', 2000)(seen))).toEqual(all);
    expect(sends(garbage(topology, 'bridge', 2000)(seen))).not.toEqual(all);
  });

  test('belongs to no genuine call', () => {
    const ids = seen.sightings.flatMap(({ content }) =>
      content.protocol === 'sip' ? content.message.headers.filter(({ name }) => name === 'Call-ID') : [],
    );
    for (const { value } of ids) expect(all.some(({ bytes }) => bytes.includes(`Call-ID: ${value}\r`))).toBe(false);
  });

  test('has requests without a fault too, each with a beginning of its own', () => {
    const decoded = all.map(({ bytes }) => decodeSip(bytes)).filter(({ faults }) => faults.length === 0);
    const requests = decoded.flatMap(({ value }) => (value?.kind === 'request' ? [value] : []));
    for (const method of ['INVITE', 'REGISTER']) {
      const ids = requests.filter((one) => one.method === method).flatMap((one) => header(one, 'Call-ID') ?? []);
      expect(ids.length).toBeGreaterThan(20);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('without SIP to spoil it still has every kind', () => {
    const unspoilt = sends(garbage(topology, 'b-stranger', 2000)(nothing)).filter(({ to }) => to.endsWith(':30060'));
    expect(unspoilt).toHaveLength(8);
    expect(unspoilt.some(({ bytes }) => bytes.includes('INVITE'))).toBe(true);
  });

  test('RTP and floor control whose lengths lie are told as faulty', () => {
    const random = Buffer.from(Array.from({ length: 512 }, (_, index) => (0xee + 7 * index) & 0xff));
    const kinds = Array.from({ length: 10 }, (_, kind) => garbageOf(kind, genuine(), random));
    for (const kind of [4, 5]) expect(decodeRtp(kinds[kind] ?? random).faults).not.toEqual([]);
    for (const kind of [6, 7]) expect(decodeFloor(kinds[kind] ?? random).faults).not.toEqual([]);
    expect(new Set(kinds.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(10);
    expect(garbageOf(10, genuine(), random)).toEqual(kinds[0]);
  });
});
