import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { cpuMs } from '../cpu-time.test-data.ts';
import { decodeDns } from './codec.ts';

test('65535 records of 64 kB each name pointing back take no more than their bytes', () => {
  const long = Buffer.from([...Array.from({ length: 120 }, () => [1, 97]).flat(), 0]);
  const entry = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 5, 0, 0]);
  const count = Math.floor((65_535 - 12 - long.length - 4) / entry.length);
  const bytes = Buffer.concat([
    Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0xff, 0xff, 0, 0, 0, 0]),
    long,
    Buffer.from([0, 1, 0, 1]),
    ...Array(count).fill(entry),
  ]);
  const from = cpuMs();
  expect(decodeDns(bytes).value?.answers.length).toBe(count);
  expect(cpuMs() - from).toBeLessThan(3000);
});
