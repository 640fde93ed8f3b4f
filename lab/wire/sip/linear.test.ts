import { describe, expect, test } from 'vitest';
import { cpuMs } from '../cpu-time.test-data.ts';
import { parseNameAddr } from './address.ts';
import { checkSip } from './check.ts';
import { decodeSip } from './decode.ts';
import { encodeSip } from './encode.ts';
import { header, headers, listValues } from './headers.ts';
import { bodyParts, freeBoundary } from './multipart.ts';
import { parseParams } from './params.ts';
import { toBytes } from './text.ts';
import { parseSipUri } from './uri.ts';
import { parseVia } from './via.ts';

const start = 'INVITE sip:x SIP/2.0\r\n';
const read = (text: string) => {
  const m = decodeSip(toBytes(`${start}${text}`)).value;
  if (m === undefined) throw new Error('not a message');
  return m;
};

/** Each of these takes milliseconds when it is linear and minutes when it is quadratic. */
const budgetMs = 3000;

function timed<T>(act: () => T): T {
  const from = cpuMs();
  const result = act();
  expect(cpuMs() - from).toBeLessThan(budgetMs);
  return result;
}

describe('size costs in proportion', () => {
  test('100 000 headers', () => {
    const m = timed(() => read(`${'Via: SIP/2.0/UDP h;branch=z9hG4bK\r\n'.repeat(100_000)}\r\n`));
    expect(timed(() => headers(m, 'v')).length).toBe(100_000);
    expect(timed(() => listValues(m, 'v')).length).toBe(100_000);
    expect(timed(() => encodeSip(m)).length).toBeGreaterThan(3_000_000);
  });

  test('100 000 lines that are no headers, and a colon at the very end', () => {
    const m = timed(() => read(`${'nothing here\r\n'.repeat(100_000)}a: b\r\n\r\n`));
    expect(m.headers).toEqual([{ name: 'a', value: 'b' }]);
  });

  test('a folded line of 1 MB', () => {
    const m = timed(() => read(`Subject: a${'\r\n b'.repeat(250_000)}\r\n\r\n`));
    expect(timed(() => header(m, 'Subject'))?.length).toBe(500_001);
  });

  test('1 MB of white space in a value', () => {
    const m = timed(() => read(`Subject: a${' '.repeat(1_000_000)}b\r\n c\r\n\r\n`));
    expect(timed(() => header(m, 'Subject'))?.length).toBe(1_000_004);
  });

  test.each(['"', '<', '\\', ',', ';', '<>', '""', '"\\', '(', '%', '@', ':', '[', ' '])('1 MB of %s', (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    const m = read(`Contact: ${text}\r\n\r\n`);
    timed(() => listValues(m, 'Contact'));
    timed(() => parseNameAddr(text));
    timed(() => parseParams(text));
    timed(() => parseSipUri(`sip:${text}`));
    timed(() => parseVia(`SIP/2.0/UDP ${text}`));
  });

  test.each(['"', '<', ';', ',', ' ', '\\', ';a', ',<'])('a check of 300 kB of %s', (unit) => {
    const value = unit.repeat(300_000 / unit.length);
    const m = timed(() => read(`Contact: ${value}\r\nVia: ${value}\r\nFrom: ${value}\r\n\r\n`));
    timed(() => checkSip(m));
  });

  test('a Content-Length of 4 GB allocates nothing', () => {
    expect(timed(() => read('l: 4294967295\r\n\r\nabc')).body.length).toBe(3);
  });

  test('multiparts in multiparts, 2 000 deep', () => {
    let body = 'end';
    for (let i = 0; i < 2000; i++) {
      body = `--b${i}\r\nContent-Type: multipart/mixed;boundary=b${i - 1}\r\n\r\n${body}\r\n--b${i}--\r\n`;
    }
    const m = read(`Content-Type: multipart/mixed;boundary=b1999\r\n\r\n${body}`);
    const parts = timed(() => bodyParts(m));
    expect(parts.length).toBe(1);
  });

  test('100 000 parts, and as many near misses of the boundary', () => {
    const m = read(
      `Content-Type: multipart/mixed;boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n--bb\r\n'.repeat(100_000)}--b--`,
    );
    expect(timed(() => bodyParts(m)).length).toBe(100_000);
  });

  test('a body that holds every boundary one could think of', () => {
    const body = toBytes(Array.from({ length: 50_000 }, (_, i) => `--mcx-${i}`).join(' '));
    const boundary = timed(() => freeBoundary([{ headers: [], body }]));
    expect(boundary).toBe('mcx-100000');
  });
});
