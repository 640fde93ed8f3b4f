import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat, put16 } from '../wire/bytes.ts';
import { encodeFloor } from '../wire/floor/codec.ts';
import { type UdpPacket, udpFragments, udpFrame } from '../wire/net/build.ts';
import {
  classicHeader,
  classicRecord,
  enhancedPacket,
  interfaceDescription,
  sectionHeader,
} from '../wire/pcap/writer.ts';
import { encodeRtcp } from '../wire/rtcp/codec.ts';
import { encodeRtp } from '../wire/rtp/codec.ts';
import type { RtpPacket } from '../wire/rtp/packet.ts';
import { mediaBySize, readCaptures } from './files.ts';
import { Outline } from './outline.ts';

const ends = { src: '10.244.0.6', dst: '172.18.0.3', srcPort: 40000, dstPort: 30100 };
const ascii = (text: string) => new TextEncoder().encode(text);

function rtp(sequenceNumber: number, rest: Partial<RtpPacket> = {}): Uint8Array {
  const payload = Uint8Array.of(1, 2, 3, sequenceNumber >> 8, sequenceNumber);
  const head = { marker: false, payloadType: 96, sequenceNumber, timestamp: 320 * sequenceNumber, ssrc: 0xabcdef01 };
  return encodeRtp({ ...head, csrcs: [], payload, padding: 0, ...rest });
}

function passes(outline: Outline, payload: Uint8Array, rest: Partial<UdpPacket> = {}): boolean {
  const frame = udpFrame({ ...ends, ...rest, payload });
  return outline.glance(concat([Uint8Array.of(9, 9), frame]), 2, 2 + frame.length, 1, 0);
}

describe('what an outline leaves out', () => {
  test('fifteen of sixteen packets of a stream, by their number', () => {
    const outline = new Outline();
    const kept = Array.from({ length: 200 }, (_, i) => i + 5).filter((n) => !passes(outline, rtp(n)));
    expect(kept).toEqual([16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192]);
    expect(outline.thinned).toEqual([188]);
  });

  test('more and more of a stream that does not end: what is kept does not grow with it', () => {
    const outline = new Outline();
    const frame = udpFrame({ ...ends, payload: rtp(0) });
    const kept = Array.from({ length: 12 }, () => {
      let count = 0;
      for (let n = 0; n < 0x10000; n += 4) {
        put16(frame, 44, n);
        if (!outline.glance(frame, 0, frame.length, 1, 0)) count++;
      }
      return count;
    });
    expect(kept.slice(0, 4)).toEqual([4096, 2048, 1024, 512]);
    expect(kept.reduce((sum, count) => sum + count)).toBeLessThan(2 * 4096);
  });

  test('but one packet a cycle is kept however long it goes on', () => {
    const outline = new Outline();
    const kept = Array.from({ length: 40 }, () => [0, 0x6000, 0xc000].filter((n) => !passes(outline, rtp(n))));
    expect(kept.slice(12)).toEqual(new Array(28).fill([0]));
  });

  test('a late packet is no new cycle, and streams are counted apart', () => {
    const outline = new Outline();
    for (const n of [65_534, 65_535, 65_500, 65_535]) passes(outline, rtp(n));
    expect(passes(outline, rtp(65_520))).toBe(false);
    expect(passes(outline, rtp(16))).toBe(true);
    expect(passes(outline, rtp(32))).toBe(false);
    expect(passes(outline, rtp(16, { ssrc: 2 }))).toBe(false);
  });

  test.each<[string, Uint8Array, Partial<UdpPacket>?]>([
    ['the first of a talk spurt', rtp(1, { marker: true })],
    ['a keep-alive without payload', rtp(1, { payload: new Uint8Array() })],
    ['padding', rtp(1, { padding: 4 })],
    ['a header extension', rtp(1, { extension: { profile: 1, data: new Uint8Array(4) } })],
    ['a payload type that stands for RTCP', rtp(1, { payloadType: 72 })],
    ['a report', encodeRtcp([{ type: 'RR', ssrc: 1, reports: [], extension: new Uint8Array(24) }])],
    ['floor control', encodeFloor([{ name: 'Floor Idle', ackRequired: false, ssrc: 1, fields: [] }])],
    ['SIP', ascii('OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\n')],
    ['nothing', new Uint8Array()],
    ['what a name server sends', rtp(1), { srcPort: 53 }],
    ['what is sent to a name server', rtp(1), { dstPort: 1053 }],
    ['a tagged frame', rtp(1), { vlans: [7] }],
    ['IPv6', rtp(1), { src: 'fd00::1', dst: 'fd00::2' }],
  ])('not %s', (_what, payload, rest = {}) => {
    expect(passes(new Outline(), payload, rest)).toBe(false);
  });

  test('not what lies on another link, nor fragments', () => {
    const outline = new Outline();
    const frame = udpFrame({ ...ends, payload: rtp(1) });
    expect(outline.glance(frame, 0, frame.length, 113, 0)).toBe(false);
    const fragments = udpFragments({ ...ends, payload: rtp(1, { payload: new Uint8Array(100) }) }, 68);
    expect(fragments.map((one) => outline.glance(one, 0, one.length, 1, 0))).not.toContain(true);
  });

  test('a cut frame is looked at no further than it goes', () => {
    const frame = udpFrame({ ...ends, payload: rtp(1) });
    for (let end = 0; end < frame.length - 5; end++) expect(new Outline().glance(frame, 0, end, 1, 0)).toBe(false);
  });
});

describe('a file in outline', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outline-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const sip = { ...ends, srcPort: 5060, dstPort: 5060, payload: ascii('OPTIONS sip:a@b SIP/2.0\r\n\r\n') };
  const frames = Array.from({ length: 100 }, (_, n) =>
    n === 50 ? udpFrame(sip) : udpFrame({ ...ends, payload: rtp(n) }),
  );
  const record = (data: Uint8Array, n: number) => ({ interfaceId: 0, timeNs: BigInt(n) * 20_000_000n, data });
  const head = [sectionHeader(), interfaceDescription({ linkType: 1, name: 'a-node' })];

  test.each([
    ['pcap', concat([classicHeader(1), ...frames.map((data, n) => classicRecord(record(data, n)))])],
    ['pcapng', concat([...head, ...frames.map((data, n) => enhancedPacket(record(data, n)))])],
  ])('%s: the same sightings as of every packet, but for those left out', async (kind, bytes) => {
    const path = join(folder, `capture.${kind}`);
    await writeFile(path, bytes);
    const every = await readCaptures([path]);
    const outline = await readCaptures([path], { media: 'outline' });
    const simple = ({ frame, timeNs, content }: (typeof every.sightings)[number]) => ({ frame, timeNs, content });
    const frame = (n: number) => n + 1;
    expect(outline.sightings.map((one) => one.frame)).toEqual([0, 16, 32, 48, 50, 64, 80, 96].map(frame));
    const kept = new Set(outline.sightings.map((one) => one.frame));
    expect(outline.sightings.map(simple)).toEqual(every.sightings.filter((one) => kept.has(one.frame)).map(simple));
    expect(every.taps).toMatchObject([{ frames: 100 }]);
    expect(outline.taps).toMatchObject([{ frames: 100, thinned: 92 }]);
    expect(every.taps[0]).not.toHaveProperty('thinned');
  });

  test('two taps keep the same packets: journeys are whole', async () => {
    const paths = ['inside', 'outside'].map((name) => join(folder, `${name}.pcap`));
    for (const [i, path] of paths.entries()) {
      // The outer tap begins later, and its datagrams are translated.
      const records = Array.from({ length: 400 }, (_, n) => n + 37 * i).map((n) => {
        const [src, ttl] = i === 0 ? [ends.src, 64] : ['172.18.0.2', 63];
        const data = udpFrame({ ...ends, src, ttl, ipId: n + 1, payload: rtp(n) });
        return classicRecord({ timeNs: BigInt(n) * 20_000_000n + BigInt(i) * 90_000n, data });
      });
      await writeFile(path, concat([classicHeader(1), ...records]));
    }
    const { journeys } = await readCaptures(paths, { media: 'outline' });
    const middle = journeys.filter(({ sightings: [first] }) => first !== undefined && first.timeNs > 1_000_000_000n);
    const inside = middle.filter(({ sightings: [first] }) => (first?.timeNs ?? 0n) < 7_900_000_000n);
    expect(inside.length).toBeGreaterThan(15);
    for (const { sightings } of inside) expect(sightings.map(({ tap }) => tap)).toEqual(['inside', 'outside']);
  });

  test('is for large files alone', async () => {
    expect(await mediaBySize([join(folder, 'capture.pcap'), join(folder, 'missing')])).toBe('every');
  });
});
