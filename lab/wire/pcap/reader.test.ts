import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { BIG, LITTLE } from './endian.ts';
import { CaptureReader } from './reader.ts';
import { classicFile, packetList, pcapngFile, readAll } from './sample.test-data.ts';
import { classicHeader, classicRecord, type WrittenPacket } from './writer.ts';

const one: WrittenPacket = { timeNs: 1_700_000_000_123_456_789n, data: Uint8Array.of(1, 2, 3, 4, 5) };

describe('classic captures', () => {
  test.each([
    ['little-endian, nanoseconds', LITTLE, true, 1n],
    ['little-endian, microseconds', LITTLE, false, 1000n],
    ['big-endian, nanoseconds', BIG, true, 1n],
    ['big-endian, microseconds', BIG, false, 1000n],
  ])('%s', (_what, endian, nanoseconds, unit) => {
    fc.assert(
      fc.property(packetList, (packets) => {
        const { packets: read, reader } = readAll(classicFile(packets, { endian, nanoseconds }));
        expect(reader.format).toBe('pcap');
        expect(reader.faults).toEqual([]);
        expect(reader.interfaces).toMatchObject([{ name: undefined, linkType: 1, drops: undefined }]);
        expect(read).toEqual(
          packets.map(({ timeNs, ...packet }, i) => ({
            ...packet,
            frame: i + 1,
            interfaceId: 0,
            linkType: 1,
            timeNs: timeNs - (timeNs % unit),
            comments: [],
          })),
        );
        expect(reader.end(true)).toEqual({ kind: 'complete' });
      }),
      { numRuns: 40 },
    );
  });
});

test('what stands above the link type speaks of check sequences', () => {
  const header = classicHeader(1);
  LITTLE.put16(header, 22, 0xf400);
  expect(readAll(concat([header, classicRecord(one)])).packets).toMatchObject([{ linkType: 1, data: one.data }]);
});

test('the snap length of the file is told', () => {
  expect(readAll(classicHeader(1)).reader.interfaces).toMatchObject([{ snapLength: 0x40000 }]);
});

test('a packet may have 256 KiB, not more', () => {
  const sized = (size: number) =>
    readAll(concat([classicHeader(1), classicRecord({ timeNs: 0n, data: new Uint8Array(size) })]));
  expect(sized(256 * 1024).packets).toHaveLength(1);
  expect(sized(256 * 1024 + 1).reader.faults).toMatchObject([{ code: 'pcap/packet-length', offset: 32 }]);
});

describe('reading in pieces', () => {
  const files = fc.oneof(
    packetList.map((packets) => classicFile(packets)),
    packetList.map((packets) => pcapngFile(packets)),
  );

  test('gives the same packets wherever the pieces are cut', () => {
    const cutFile = files.chain((bytes) =>
      fc.tuple(
        fc.constant(bytes),
        fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }).map((cuts) => cuts.sort((a, b) => a - b)),
      ),
    );
    fc.assert(
      fc.property(cutFile, ([bytes, cuts]) => {
        const whole = readAll(bytes);
        const pieces = readAll(bytes, cuts);
        expect(pieces.packets).toEqual(whole.packets);
        expect(pieces.reader.end(true)).toEqual({ kind: 'complete' });
      }),
    );
  });

  test('byte by byte gives the same packets', () => {
    const bytes = pcapngFile([one, one]);
    const cuts = Array.from(bytes.keys()).slice(1);
    expect(readAll(bytes, cuts).packets).toEqual(readAll(bytes).packets);
  });

  test('packets already given stay as they are while more is read', () => {
    const bytes = classicFile([one, { ...one, data: new Uint8Array(5).fill(9) }]);
    const reader = new CaptureReader();
    const [first] = reader.feed(bytes.slice(0, 45)).concat(reader.feed(bytes.slice(45, 50)));
    reader.feed(bytes.slice(50));
    expect(first?.data).toEqual(one.data);
  });

  test('random bytes after a good beginning never throw, and reading ends', () => {
    const beginning = fc.constantFrom(classicFile([one]), pcapngFile([one]), new Uint8Array());
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 200 }), (good, random) => {
        const { reader } = readAll(concat([good, random]), [good.length]);
        expect(['complete', 'truncated']).toContain(reader.end(true).kind);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the end of a capture', () => {
  const header = classicHeader(1);
  const record = classicRecord(one);

  test.each<[string, Uint8Array, number, number]>([
    ['nothing yet', new Uint8Array(), 4, 0],
    ['half a magic number', header.subarray(0, 2), 2, 0],
    ['half a file header', header.subarray(0, 10), 14, 0],
    ['half a record header', concat([header, record.subarray(0, 10)]), 6, 24],
    ['half a packet', concat([header, record, record.subarray(0, 18)]), 3, 45],
    ['half a block', pcapngFile([one]).subarray(0, -6), 6, 72],
  ])('%s: more is expected, or the file is truncated', (_what, bytes, needed, offset) => {
    const reader = new CaptureReader();
    reader.feed(bytes);
    expect(reader.end()).toEqual({ kind: 'more', needed });
    expect(reader.end(true)).toEqual({ kind: 'truncated', offset });
  });

  test('what is expected is taken when it comes', () => {
    const reader = new CaptureReader();
    const bytes = concat([header, record]);
    expect(reader.feed(bytes.slice(0, 42))).toEqual([]);
    expect(reader.feed(bytes.slice(42))).toHaveLength(1);
    expect(reader.end()).toEqual({ kind: 'complete' });
  });

  test('a length that cannot be ends the reading, before anything is allocated for it', () => {
    const bad = record.slice();
    LITTLE.put32(bad, 8, 0x7fffffff);
    const { packets, reader } = readAll(concat([header, record, bad, record]));
    expect(packets).toHaveLength(1);
    expect(reader.faults).toMatchObject([{ code: 'pcap/packet-length', offset: 53 }]);
    expect(reader.end()).toEqual({ kind: 'truncated', offset: 45 });
  });

  test('what is no capture has no format and one fault', () => {
    const { packets, reader } = readAll(new TextEncoder().encode('INVITE sip:a SIP/2.0'));
    expect(packets).toEqual([]);
    expect(reader.format).toBeUndefined();
    expect(reader.faults).toMatchObject([{ code: 'pcap/magic', offset: 0 }]);
    expect(reader.end()).toEqual({ kind: 'truncated', offset: 0 });
  });

  test('another version of the format is a fault, and is read', () => {
    const other = header.slice();
    LITTLE.put16(other, 4, 3);
    const { packets, reader } = readAll(concat([other, record]));
    expect(packets).toHaveLength(1);
    expect(reader.faults).toMatchObject([{ code: 'pcap/version', offset: 4 }]);
  });
});
