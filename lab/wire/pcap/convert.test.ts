import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { partToPcapng } from './convert.ts';
import { classicFile, readAll } from './sample.test-data.ts';
import {
  classicHeader,
  classicRecord,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
} from './writer.ts';

const data = Uint8Array.of(1, 2, 3);
const packets = Array.from({ length: 5000 }, (_, i) => ({
  timeNs: 1_700_000_000_000_000_001n + BigInt(i) * 20_000_000n,
  data: new Uint8Array(i % 600).fill(i),
  originalLength: (i % 600) + (i % 7),
}));

let folder: string;
let path: string;
let to: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convert-'));
  path = join(folder, 'recorder.pcap');
  to = join(folder, 'a-node.pcapng');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** All of a recording, or a part of it. */
function converted(raw: Uint8Array, from = 24, end = raw.length) {
  writeFileSync(path, raw);
  partToPcapng({ path, from, to: end }, to, 'a-node', 3);
  return readAll(readFileSync(to));
}

describe('a recording as pcapng', () => {
  test('keeps every packet and says which tap it is and what was dropped', () => {
    const raw = classicFile(packets);
    const { packets: read, reader } = converted(raw);
    expect(read).toEqual(readAll(raw).packets);
    expect(reader.interfaces).toMatchObject([{ name: 'a-node', linkType: 1, drops: 3 }]);
    expect(reader.end(true)).toEqual({ kind: 'complete' });
  });

  test('has in every byte what its packets alone would give, whatever was recorded before and after them', () => {
    const [before, own, after] = [packets.slice(0, 40), packets.slice(40, 4900), packets.slice(4900)];
    const size = (list: typeof packets) => list.reduce((sum, { data }) => sum + 16 + data.length, 0);
    const from = 24 + size(before);
    converted(classicFile([...before, ...own, ...after]), from, from + size(own));
    const timeNs = own.at(-1)?.timeNs ?? 0n;
    const expected = concat([
      sectionHeader(),
      interfaceDescription({ linkType: 1, name: 'a-node' }),
      ...own.map((packet) => enhancedPacket({ ...packet, interfaceId: 0 })),
      interfaceStatistics({ interfaceId: 0, timeNs, drops: 3, received: own.length }),
    ]);
    expect(Buffer.compare(readFileSync(to), expected)).toBe(0);
  });

  test('keeps the link type, without any packet too', () => {
    const { packets: read, reader } = converted(
      concat([classicHeader(276), classicRecord({ timeNs: 1n, data })]),
      24,
      24,
    );
    expect(read).toEqual([]);
    expect(reader.interfaces).toMatchObject([{ name: 'a-node', linkType: 276, drops: 3 }]);
    expect(reader.end(true)).toEqual({ kind: 'complete' });
  });

  test('ends in the middle of a packet where the raw one does', () => {
    const [first, second] = packets.slice(600, 602).map((packet) => classicRecord(packet)) as [Uint8Array, Uint8Array];
    const raw = concat([classicHeader(1), first, second.subarray(0, -1)]);
    // Also where more was expected.
    for (const end of [raw.length, raw.length + 100]) {
      const { packets: read, reader } = converted(raw, 24, end);
      expect(read).toHaveLength(1);
      expect(reader.interfaces).toMatchObject([{ drops: 3 }]);
      expect(reader.end(true).kind).toBe('truncated');
    }
  });

  test('of a recorder that was killed before its header is an empty one', () => {
    const { packets: read, reader } = converted(new Uint8Array());
    expect(read).toEqual([]);
    expect(reader).toMatchObject({ format: 'pcapng', interfaces: [{ name: 'a-node' }] });
    expect(reader.end(true).kind).toBe('truncated');
  });

  test('is not there where it has no room, and what was recorded is', () => {
    symlinkSync('/dev/full', to);
    expect(() => converted(classicFile(packets))).toThrow('ENOSPC');
    expect(readdirSync(folder)).toEqual(['recorder.pcap']);
  });

  test('is not there where there is no recording', () => {
    expect(() => partToPcapng({ path, from: 24, to: 24 }, to, 'a', 0)).toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual([]);
  });
});
