import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { concat } from '../../wire/bytes.ts';
import { CaptureReader } from '../../wire/pcap/reader.ts';
import { classicHeader, classicRecord } from '../../wire/pcap/writer.ts';
import { sealTap } from './seal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-seal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a tap is sealed with its name, its drops and its packets alone, and the recording stays', () => {
  const recording = join(folder, 'recorder.pcap');
  const [before, own] = [1, 2].map((n) => classicRecord({ timeNs: BigInt(n), data: Uint8Array.of(n) })) as [
    Uint8Array,
    Uint8Array,
  ];
  const raw = concat([classicHeader(1), before, own]);
  writeFileSync(recording, raw);
  const path = join(folder, 'a-edge.pcapng');
  const part = { path: recording, from: 24 + before.length, to: raw.length, drops: 4 };
  sealTap({ name: 'a-edge', place: 'a-edge', interface: 'eth0', path }, part);
  const reader = new CaptureReader();
  expect(reader.feed(readFileSync(path))).toMatchObject([{ frame: 1, timeNs: 2n, data: Uint8Array.of(2) }]);
  expect(reader.interfaces).toMatchObject([{ name: 'a-edge', drops: 4 }]);
  expect(readdirSync(folder).toSorted()).toEqual(['a-edge.pcapng', 'recorder.pcap']);
});
