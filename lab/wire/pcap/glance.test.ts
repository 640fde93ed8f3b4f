import { describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { BIG, LITTLE } from './endian.ts';
import { CaptureReader } from './reader.ts';
import type { Glance } from './records.ts';
import { classicFile, pcapngFile } from './sample.test-data.ts';
import { block, classicHeader, enhancedPacket, interfaceDescription, sectionHeader } from './writer.ts';

const packets = [1, 2, 3].map((n) => ({ timeNs: BigInt(n), data: Uint8Array.of(n, n, n, 9) }));

/** What is asked for of each packet, and what is read where those that begin with 2 are passed over. */
function glancing(bytes: Uint8Array) {
  const asked: [data: string, linkType: number, interfaceId: number][] = [];
  const glance: Glance = (within, start, end, linkType, interfaceId) => {
    asked.push([Buffer.from(within.subarray(start, end)).toString('hex'), linkType, interfaceId]);
    return within[start] === 2;
  };
  const reader = new CaptureReader(glance);
  const read = reader.feed(bytes).map(({ frame, data }) => [frame, data[0]]);
  return { asked, read, reader };
}

describe('a glance', () => {
  test.each([
    ['pcap', classicFile(packets)],
    ['pcap, big-endian', classicFile(packets, { endian: BIG })],
    ['pcapng', pcapngFile(packets)],
    ['pcapng, big-endian', pcapngFile(packets, 'a', BIG)],
  ])('passes packets over that are counted all the same: %s', (_format, bytes) => {
    const { asked, read, reader } = glancing(bytes);
    expect(asked).toEqual([
      ['01010109', 1, 0],
      ['02020209', 1, 0],
      ['03030309', 1, 0],
    ]);
    expect(read).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(reader.end(true)).toEqual({ kind: 'complete' });
  });

  test('knows the interface, over all sections', () => {
    const second = concat([sectionHeader(), interfaceDescription({ linkType: 101 })]);
    const { asked } = glancing(
      concat([
        ...[pcapngFile([]), second, interfaceDescription({ linkType: 113 })],
        enhancedPacket({ interfaceId: 1, timeNs: 0n, data: Uint8Array.of(7) }),
      ]),
    );
    expect(asked).toEqual([['07', 113, 2]]);
  });

  test('is not asked of what is no whole packet', () => {
    const whole = enhancedPacket({ interfaceId: 0, timeNs: 0n, data: Uint8Array.of(2, 2, 2, 2) });
    const changed = (at: number, value: number) => {
      const copy = whole.slice();
      LITTLE.put32(copy, at, value);
      return copy;
    };
    const odd = [
      changed(8, 1),
      changed(20, 5),
      changed(whole.length - 4, 12),
      block(6, new Uint8Array(16)),
      block(5, new Uint8Array(20)),
    ];
    const { asked } = glancing(concat([pcapngFile([]), ...odd]));
    expect(asked).toEqual([]);
  });

  test('is asked of a packet without bytes', () => {
    const empty = enhancedPacket({ interfaceId: 0, timeNs: 0n, data: new Uint8Array() });
    expect(glancing(concat([pcapngFile([]), empty])).asked).toEqual([['', 1, 0]]);
    expect(glancing(classicHeader(1)).asked).toEqual([]);
  });
});
