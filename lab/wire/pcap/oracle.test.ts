import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'pcap-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { udpFrame } from '../net/build.ts';
import { BIG, LITTLE } from './endian.ts';
import { classicFile, readAll } from './sample.test-data.ts';
import { block, enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from './writer.ts';

const packets = Array.from({ length: 40 }, (_, i) => {
  const payload = new Uint8Array(10 + i).fill(i);
  const data = udpFrame({ src: '10.0.0.1', dst: '10.0.0.2', srcPort: 40000 + i, dstPort: 9, payload });
  return { timeNs: 1_700_000_000_000_000_000n + BigInt(i) * 20_001_003n, data, originalLength: data.length + (i % 2) };
});

interface TheirPacket {
  readonly header: {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly originalLength: number;
  };
  readonly data: Buffer;
}

function theirs(bytes: Uint8Array): Promise<TheirPacket[]> {
  return new Promise((resolve, reject) => {
    const read: TheirPacket[] = [];
    const parser = parse(Readable.from([Buffer.from(bytes)], { objectMode: false }));
    parser.on('packet', (packet: TheirPacket) => read.push(packet));
    parser.on('end', () => resolve(read));
    parser.on('error', reject);
  });
}

describe('classic files as an independent reader sees them', () => {
  test.each([
    ['little-endian', LITTLE],
    ['big-endian', BIG],
  ])('%s', async (_what, endian) => {
    const bytes = classicFile(packets, { endian, nanoseconds: false });
    const ours = readAll(bytes).packets.map(({ timeNs, data, originalLength }) => ({
      timestampSeconds: Number(timeNs / 1_000_000_000n),
      timestampMicroseconds: Number((timeNs % 1_000_000_000n) / 1000n),
      originalLength,
      data: Buffer.from(data).toString('hex'),
    }));
    const read = (await theirs(bytes)).map(({ header, data }) => ({
      timestampSeconds: header.timestampSeconds,
      timestampMicroseconds: header.timestampMicroseconds,
      originalLength: header.originalLength,
      data: data.toString('hex'),
    }));
    expect(read).toHaveLength(packets.length);
    expect(ours).toEqual(read);
  });
});

const tshark = '/usr/bin/tshark';

describe.skipIf(!existsSync(tshark))('pcapng files as tshark sees them (skipped where it is not installed)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function fields(bytes: Uint8Array, ...names: string[]): string[][] {
    const path = join(folder, 'capture.pcapng');
    writeFileSync(path, bytes);
    const args = ['-r', path, '-T', 'fields', ...names.flatMap((name) => ['-e', name])];
    const out = execFileSync(tshark, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
  }

  test.each([
    ['little-endian', LITTLE],
    ['big-endian', BIG],
  ])('%s: times, interface names, comments', (_what, endian) => {
    const bytes = concat([
      sectionHeader({ comment: 'a lab', application: 'lab' }, endian),
      interfaceDescription({ linkType: 1, name: 'a-node' }, endian),
      interfaceDescription({ linkType: 1, name: 'b-node' }, endian),
      ...packets.map((packet, i) =>
        enhancedPacket({ ...packet, interfaceId: i % 2, comments: [`packet ${i}`] }, endian),
      ),
      interfaceStatistics({ interfaceId: 0, timeNs: 1n, drops: 36, received: 20 }, endian),
    ]);
    const { packets: read, reader } = readAll(bytes);
    const ours = read.map((packet) => [
      `${packet.frame}`,
      `${packet.timeNs / 1_000_000_000n}.${String(packet.timeNs % 1_000_000_000n).padStart(9, '0')}`,
      reader.interfaces[packet.interfaceId]?.name,
      `${packet.originalLength}`,
      packet.comments.join(','),
    ]);
    const names = ['frame.number', 'frame.time_epoch', 'frame.interface_name', 'frame.len', 'frame.comment'];
    expect(ours).toEqual(fields(bytes, ...names));
  });

  test.each([
    ...[4, 10, 0x77, 0x204, 0xbad, 0x40000bad].map((type) => [type, new Uint8Array(24)] as const),
    [9, new TextEncoder().encode('__REALTIME_TIMESTAMP=1\nA=b\n\0')] as const,
  ])('block type %i: packets have the same numbers', (type, body) => {
    const udp = (n: number) => enhancedPacket({ ...packets[n], interfaceId: 0 } as never);
    const bytes = concat([
      ...[sectionHeader(), interfaceDescription({ linkType: 1, name: 'a' })],
      ...[udp(0), block(type, body), udp(1)],
    ]);
    const numbered = fields(bytes, 'frame.number', 'udp.srcport').filter(
      ([, port]) => port !== '' && port !== undefined,
    );
    expect(readAll(bytes).packets.map(({ frame }) => `${frame}`)).toEqual(numbered.map(([frame]) => frame));
  });
});
