import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { rawToPcapng } from './convert.ts';
import { classicFile, readAll } from './sample.test-data.ts';
import { classicHeader, classicRecord } from './writer.ts';

const packets = Array.from({ length: 5000 }, (_, i) => ({
  timeNs: 1_700_000_000_000_000_001n + BigInt(i) * 20_000_000n,
  data: new Uint8Array(i % 600).fill(i),
  originalLength: (i % 600) + (i % 7),
}));

let folder: string;
let from: string;
let to: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convert-'));
  from = join(folder, 'a-node.pcap');
  to = join(folder, 'a-node.pcapng');
});
afterEach(() => rm(folder, { recursive: true }));

async function converted(raw: Uint8Array) {
  await writeFile(from, raw);
  await rawToPcapng({ from, to, interfaceName: 'a-node', drops: 3 });
  return readAll(await readFile(to));
}

describe('a raw capture as pcapng', () => {
  test('keeps every packet and says which tap it is and what was dropped', async () => {
    const raw = classicFile(packets);
    const { packets: read, reader } = await converted(raw);
    expect(read).toEqual(readAll(raw).packets);
    expect(reader.interfaces).toMatchObject([{ name: 'a-node', linkType: 1, drops: 3 }]);
    expect(reader.end(true)).toEqual({ kind: 'complete' });
  });

  test('keeps the link type, without any packet too', async () => {
    const { packets: read, reader } = await converted(classicHeader(276));
    expect(read).toEqual([]);
    expect(reader.interfaces).toMatchObject([{ name: 'a-node', linkType: 276, drops: 3 }]);
  });

  test('ends in the middle of a packet where the raw one does', async () => {
    const [first, second] = packets.slice(600, 602).map((packet) => classicRecord(packet)) as [Uint8Array, Uint8Array];
    const { packets: read, reader } = await converted(concat([classicHeader(1), first, second.subarray(0, -1)]));
    expect(read).toHaveLength(1);
    expect(reader.interfaces).toMatchObject([{ drops: 3 }]);
    expect(reader.end(true).kind).toBe('truncated');
  });

  test('of a recorder that was killed before its header is an empty one', async () => {
    const { packets: read, reader } = await converted(new Uint8Array());
    expect(read).toEqual([]);
    expect(reader).toMatchObject({ format: 'pcapng', interfaces: [{ name: 'a-node' }] });
    expect(reader.end(true).kind).toBe('truncated');
  });

  test('refuses a raw file that is not there', async () => {
    await expect(rawToPcapng({ from, to, interfaceName: 'a', drops: 0 })).rejects.toThrow('ENOENT');
  });
});
