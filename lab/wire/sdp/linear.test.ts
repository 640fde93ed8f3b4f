import { expect, test } from 'vitest';
import { cpuMs } from '../cpu-time.test-data.ts';
import { toBytes } from '../sip/text.ts';
import { decodeSdp } from './codec.ts';

test('a megabyte of lines takes its time once', () => {
  const from = cpuMs();
  expect(decodeSdp(toBytes('a=x\r\n'.repeat(200_000))).value?.session).toHaveLength(200_000);
  expect(decodeSdp(toBytes('x'.repeat(1_000_000))).value).toBeUndefined();
  expect(cpuMs() - from).toBeLessThan(3000);
});
