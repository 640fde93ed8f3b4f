import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineReader } from './line-reader.ts';

test('lines come out whole, however the bytes are cut', () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => text !== '' && !text.includes('\n'));
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const seen: string[] = [];
      const read = lineReader((text) => seen.push(text));
      for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
      expect(seen).toEqual(lines);
    }),
  );
});

test('a line without end is thrown away, the next one is read', () => {
  const seen: string[] = [];
  const read = lineReader((text) => seen.push(text.slice(0, 10)));
  for (let i = 0; i < 40; i += 1) read(Buffer.alloc(100_000, 'x'));
  read(Buffer.from('tail\nnext\n'));
  expect(seen).toEqual(['next']);
});
