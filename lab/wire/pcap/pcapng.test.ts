import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { BIG, LITTLE } from './endian.ts';
import { packetList, pcapngFile, readAll } from './sample.test-data.ts';
import { block, enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from './writer.ts';

const data = Uint8Array.of(1, 2, 3, 4, 5);
const packet = (interfaceId: number, timeNs = 1n) => enhancedPacket({ interfaceId, timeNs, data });
const named = (name: string) => interfaceDescription({ linkType: 1, name });

describe('pcapng', () => {
  test.each([
    ['little-endian', LITTLE],
    ['big-endian', BIG],
  ])('%s packets survive writing and reading', (_what, endian) => {
    fc.assert(
      fc.property(packetList, (packets) => {
        const { packets: read, reader } = readAll(pcapngFile(packets, 'a-mcx-lo', endian));
        expect(reader).toMatchObject({ format: 'pcapng', faults: [], interfaces: [{ name: 'a-mcx-lo', linkType: 1 }] });
        expect(read).toEqual(
          packets.map((written, i) => ({ ...written, frame: i + 1, interfaceId: 0, linkType: 1, comments: [] })),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('drops come from the newest statistics of each interface', () => {
    const statistics = (interfaceId: number, drops: number, endian = LITTLE) =>
      interfaceStatistics({ interfaceId, timeNs: 1n, drops, received: 9 }, endian);
    const bytes = concat([
      ...[sectionHeader(), named('a'), named('b'), named('c')],
      ...[statistics(0, 1), statistics(0, 2 ** 33 + 7), statistics(1, 0)],
    ]);
    expect(readAll(bytes).reader.interfaces.map(({ drops }) => drops)).toEqual([2 ** 33 + 7, 0, undefined]);
    const big = concat([sectionHeader({}, BIG), interfaceDescription({ linkType: 1 }, BIG), statistics(0, 36, BIG)]);
    expect(readAll(big).reader.interfaces).toMatchObject([{ drops: 36 }]);
  });

  test('drops by the operating system count too, statistics without counters do not', () => {
    const counter = (code: number, count: number) => ({ code, value: Uint8Array.of(count, 0, 0, 0, 0, 0, 0, 0) });
    const head = [sectionHeader(), named('a')];
    const both = block(5, new Uint8Array(12), [counter(5, 3), counter(7, 4), counter(4, 100)]);
    expect(readAll(concat([...head, both])).reader.interfaces[0]?.drops).toBe(7);
    const none = block(5, new Uint8Array(12), [counter(4, 100)]);
    expect(readAll(concat([...head, none])).reader.interfaces[0]?.drops).toBeUndefined();
  });

  test('comments of packets are read, in their order', () => {
    const comments = ['act 1', 'überall'];
    const bytes = concat([
      sectionHeader({ comment: 'x' }),
      named('a'),
      enhancedPacket({ interfaceId: 0, timeNs: 1n, data, comments }),
    ]);
    expect(readAll(bytes).packets[0]?.comments).toEqual(comments);
  });

  test('interfaces are numbered anew in every section, which may turn the byte order', () => {
    const bytes = concat([
      ...[sectionHeader(), named('a'), packet(0)],
      ...[sectionHeader({}, BIG), interfaceDescription({ linkType: 101, name: 'b' }, BIG)],
      enhancedPacket({ interfaceId: 0, timeNs: 2n, data }, BIG),
    ]);
    const { packets, reader } = readAll(bytes);
    expect(reader.interfaces.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(packets).toMatchObject([
      { frame: 1, interfaceId: 0, linkType: 1, timeNs: 1n },
      { frame: 2, interfaceId: 1, linkType: 101, timeNs: 2n },
    ]);
  });

  test('a simple packet has no time and is as long as interface 0 allows', () => {
    const short = new Uint8Array(8);
    LITTLE.put16(short, 0, 1);
    LITTLE.put32(short, 4, 3);
    const body = new Uint8Array(8);
    LITTLE.put32(body, 0, 60);
    const { packets } = readAll(concat([sectionHeader(), block(1, short), block(3, body)]));
    expect(packets).toMatchObject([{ frame: 1, timeNs: 0n, data: new Uint8Array(3), originalLength: 60 }]);
  });

  test('the obsolete packet block is read', () => {
    const body = new Uint8Array(24);
    LITTLE.put32(body, 8, 5_000_000);
    LITTLE.put32(body, 12, 4);
    LITTLE.put32(body, 16, 99);
    const head = [sectionHeader(), block(1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))];
    const { packets } = readAll(concat([...head, block(2, body)]));
    expect(packets).toMatchObject([{ timeNs: 5_000_000_000n, data: new Uint8Array(4), originalLength: 99 }]);
  });

  test('unknown blocks are skipped', () => {
    const bytes = concat([
      sectionHeader(),
      block(4, new Uint8Array(4)),
      named('a'),
      block(0x77, new Uint8Array(40)),
      packet(0),
    ]);
    const { packets, reader } = readAll(bytes);
    expect(packets).toMatchObject([{ frame: 1 }]);
    expect(reader.faults).toEqual([]);
  });

  test.each<[string, number, number[], bigint]>([
    ['microseconds when nothing is said', 1, [], 1_000n],
    ['milliseconds', 1, [9, 0, 1, 0, 3, 0, 0, 0], 1_000_000n],
    ['picoseconds', 5000, [9, 0, 1, 0, 12, 0, 0, 0], 5n],
    ['powers of two', 3, [9, 0, 1, 0, 0x81, 0, 0, 0], 1_500_000_000n],
    ['nanoseconds from an offset', 7, [9, 0, 1, 0, 9, 0, 0, 0, 14, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0], 2_000_000_007n],
    [
      'nanoseconds before the epoch',
      7,
      [9, 0, 1, 0, 9, 0, 0, 0, 14, 0, 8, 0, ...new Array(8).fill(255)],
      -999_999_993n,
    ],
  ])('the resolution of time: %s', (_what, ticks, options, timeNs) => {
    const description = block(1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, ...options));
    expect(readAll(concat([sectionHeader(), description, packet(0, BigInt(ticks))])).packets[0]?.timeNs).toBe(timeNs);
  });
});

describe('what is written', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  test('a block without options has no end of options', () => {
    expect(hex(block(7, Uint8Array.of(1, 2, 3, 4)))).toBe('07000000100000000102030410000000');
    expect(hex(block(7, new Uint8Array(), [{ code: 1, value: Uint8Array.of(0x61) }], BIG))).toBe(
      '0000000700000018000100016100000000000000' + '00000018',
    );
  });

  test('a section says what made it, and for whom', () => {
    const bytes = sectionHeader({ comment: 'c', application: 'app' });
    expect(hex(bytes.subarray(8, 24))).toBe('4d3c2b1a01000000ffffffffffffffff');
    expect(hex(bytes.subarray(24))).toBe('0100010063000000' + '0400030061707000' + '00000000' + '30000000');
  });

  test('statistics count what was received, where it is known', () => {
    const without = interfaceStatistics({ interfaceId: 1, timeNs: 2n ** 32n + 2n, drops: 2 ** 32 + 3 });
    expect(hex(without.subarray(8, -4))).toBe(
      '010000000100000002000000' + '0500080003000000' + '01000000' + '00000000',
    );
    const received = interfaceStatistics({ interfaceId: 1, timeNs: 0n, drops: 0, received: 5 }, BIG);
    expect(hex(received.subarray(20, 32))).toBe('00040008' + '0000000000000005');
  });

  test('what does not fit is refused by its name', () => {
    expect(() => interfaceDescription({ linkType: 0x10000 })).toThrow('link type must be');
    expect(() => named('x'.repeat(0x10000))).toThrow('length of an option must be');
  });

  test('an interface may have no name, and its snap length is told', () => {
    const { reader } = readAll(concat([sectionHeader(), interfaceDescription({ linkType: 1 })]));
    expect(reader.interfaces).toEqual([{ name: undefined, linkType: 1, snapLength: 0x40000, drops: undefined }]);
  });
});

describe('what is optional', () => {
  const described = (...options: number[]) =>
    readAll(concat([sectionHeader(), block(1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, ...options)), packet(0, 1n)]));

  test.each<[string, number[], bigint]>([
    ['a resolution of two octets', [9, 0, 2, 0, 9, 9, 0, 0], 1000n],
    ['an offset of four octets', [14, 0, 4, 0, 1, 0, 0, 0], 1000n],
    ['a resolution behind the end of options', [0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0], 1000n],
    ['seconds', [9, 0, 1, 0, 0, 0, 0, 0], 1_000_000_000n],
    ['tenths of nanoseconds', [9, 0, 1, 0, 10, 0, 0, 0], 0n],
    ['seconds, and an offset', [9, 0, 1, 0, 0, 0, 0, 0, 14, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0], 2_000_000_000n],
    ['powers of two, and an offset', [9, 0, 1, 0, 0x80, 0, 0, 0, 14, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0], 2_000_000_000n],
    ['picoseconds, and an offset', [9, 0, 1, 0, 12, 0, 0, 0, 14, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0], 1_000_000_000n],
  ])('the resolution of time: %s', (_what, options, timeNs) => {
    expect(described(...options).packets[0]?.timeNs).toBe(timeNs);
  });

  test('an option may end with its block, a rest of less than a head is none', () => {
    expect(described(2, 0, 4, 0, 0x6e, 0x61, 0x6d, 0x65).reader).toMatchObject({
      interfaces: [{ name: 'name' }],
      faults: [],
    });
    expect(described(2, 0, 0, 0).reader).toMatchObject({ interfaces: [{ name: '' }], faults: [] });
  });

  test('counters of another length do not count', () => {
    const short = block(5, new Uint8Array(12), [{ code: 5, value: Uint8Array.of(1, 0, 0, 0) }]);
    expect(readAll(concat([sectionHeader(), named('a'), short])).reader.interfaces[0]?.drops).toBeUndefined();
  });

  test('a simple packet of no limit is as long as it was, or as its block', () => {
    const description = block(1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    const simple = (length: number) => {
      const body = new Uint8Array(8).fill(7);
      LITTLE.put32(body, 0, length);
      return readAll(concat([sectionHeader(), description, block(3, body)])).packets[0]?.data.length;
    };
    expect([simple(2), simple(4), simple(60)]).toEqual([2, 4, 4]);
  });

  test('journal entries, system calls and custom blocks have numbers as packets have', () => {
    const others = [9, 0x0204, 0x0bad, 0x40000bad].map((type) => block(type, new Uint8Array(4)));
    expect(readAll(concat([sectionHeader(), named('a'), ...others, packet(0)])).packets).toMatchObject([{ frame: 5 }]);
  });

  test('the obsolete packet block has an interface of sixteen bits', () => {
    const body = new Uint8Array(24);
    LITTLE.put16(body, 0, 1);
    LITTLE.put16(body, 2, 9);
    LITTLE.put32(body, 12, 4);
    expect(readAll(concat([sectionHeader(), named('a'), named('b'), block(2, body)])).packets).toMatchObject([
      { interfaceId: 1 },
    ]);
  });
});

describe('faults of pcapng', () => {
  const head = concat([sectionHeader(), named('a')]);
  const at = head.length;
  const changed = (bytes: Uint8Array, offset: number, value: number) => {
    const copy = bytes.slice();
    LITTLE.put32(copy, offset, value);
    return copy;
  };

  test.each<[string, Uint8Array, string, number]>([
    ['a packet of an interface that is not described', packet(3), 'pcap/interface', at + 8],
    ['a packet longer than its block', changed(packet(0), 20, 400), 'pcap/packet-length', at + 20],
    ['a packet block without its fields', block(6, new Uint8Array(8)), 'pcap/block-short', at + 8],
    ['an obsolete packet block without its fields', block(2, new Uint8Array(16)), 'pcap/block-short', at + 8],
    [
      'a packet of more than any has',
      enhancedPacket({ interfaceId: 0, timeNs: 0n, data: new Uint8Array(256 * 1024 + 1) }),
      'pcap/packet-length',
      at + 20,
    ],
    [
      'an option of a packet past its block',
      block(6, Uint8Array.of(...new Array<number>(20).fill(0), 1, 0, 9, 0)),
      'pcap/option',
      at + 28,
    ],
    ['a simple packet block without its fields', block(3, new Uint8Array()), 'pcap/block-short', at + 8],
    ['an interface without its fields', block(1, new Uint8Array(4)), 'pcap/block-short', at + 8],
    ['statistics without their fields', block(5, new Uint8Array(4)), 'pcap/block-short', at + 8],
    ['statistics of nothing', interfaceStatistics({ interfaceId: 9, timeNs: 1n, drops: 1 }), 'pcap/interface', at + 8],
    ['an option past its block', block(1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 9, 0)), 'pcap/option', at + 16],
    ['two lengths that differ', changed(packet(0), 36, 44), 'pcap/block-trailer', at + 36],
    ['another version', changed(sectionHeader(), 12, 2), 'pcap/version', at + 12],
  ])('%s: the rest is read', (_what, bad, code, offset) => {
    const { packets, reader } = readAll(concat([head, bad, sectionHeader(), named('b'), packet(0)]));
    expect(reader.faults).toMatchObject([{ code, offset }]);
    expect(packets.at(-1)).toMatchObject({ interfaceId: reader.interfaces.length - 1, data });
    expect(reader.end()).toEqual({ kind: 'complete' });
  });

  test.each<[string, Uint8Array, string, number]>([
    ['a block too small to be one', changed(packet(0), 4, 8), 'pcap/block-length', at + 4],
    ['a block too large to be held', changed(packet(0), 4, 0x7ffffffc), 'pcap/block-length', at + 4],
    ['a section of no byte order', changed(sectionHeader(), 8, 7), 'pcap/byte-order', at + 8],
  ])('%s ends the reading', (_what, bad, code, offset) => {
    const { packets, reader } = readAll(concat([head, bad, packet(0)]));
    expect(packets).toEqual([]);
    expect(reader.faults).toMatchObject([{ code, offset }]);
    expect(reader.end()).toEqual({ kind: 'truncated', offset: at });
  });

  test('a simple packet without any interface is a fault', () => {
    expect(readAll(concat([sectionHeader(), block(3, new Uint8Array(4))])).reader.faults).toMatchObject([
      { code: 'pcap/interface' },
    ]);
  });

  test('a length that forgot the padding is rounded up', () => {
    const odd = changed(packet(0), 4, 38);
    const { packets } = readAll(concat([head, odd, packet(0)]));
    expect(packets).toHaveLength(2);
  });
});
