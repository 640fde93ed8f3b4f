import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { decodeMcpttInfo } from './mcptt-info.ts';
import { encodeMcpttInfo } from './mcptt-info-write.ts';

test('the parser gives its memory back', () => {
  const good = encodeMcpttInfo({ mcOrg: 'x'.repeat(100_000) });
  const bad = good.subarray(0, 90_000);
  for (let i = 0; i < 20; i++) decodeMcpttInfo(good);
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 1000; i++) {
    decodeMcpttInfo(good);
    decodeMcpttInfo(bad);
    decodeMcpttInfo(Buffer.from('<other/>'));
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});
