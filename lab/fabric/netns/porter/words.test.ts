import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameCutter, newsOf, packFrame, packList, unpackList } from './words.ts';

const lists = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });

test('a list is its items, each with its length before it', () => {
  expect(packList(['ab', 7, Uint8Array.of(0, 255)])).toEqual(
    Buffer.from([0, 0, 0, 2, 97, 98, 0, 0, 0, 1, 55, 0, 0, 0, 2, 0, 255]),
  );
  expect(packList([])).toEqual(Buffer.alloc(0));
  expect(packFrame(['é'])).toEqual(Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 0xc3, 0xa9]));
});

test('what was packed is what is unpacked', () => {
  fc.assert(
    fc.property(lists, (items) => {
      expect(unpackList(packList(items))).toEqual(items.map((item) => Buffer.from(item)));
    }),
  );
});

test('an item that ends behind its list is refused', () => {
  expect(() => unpackList(Buffer.from([0, 0, 0, 2, 1]))).toThrow(RangeError);
  expect(() => unpackList(Buffer.from([0, 0]))).toThrow(RangeError);
});

test('frames come whole, wherever what carries them is cut', () => {
  fc.assert(
    fc.property(fc.array(lists, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (frames, size) => {
      const bytes = Buffer.concat(frames.map((items) => packFrame(items)));
      const cutter = new FrameCutter();
      const got: Buffer[][] = [];
      for (let at = 0; at < bytes.length; at += size) got.push(...cutter.take(bytes.subarray(at, at + size)));
      expect(got).toEqual(frames.map((items) => items.map((item) => Buffer.from(item))));
    }),
  );
});

test('what is told has numbers, texts and bytes', () => {
  const told = (...items: (string | number)[]) => newsOf(unpackList(packList(items)));
  expect(told('done', 12, 3, 1, 'out\n', 'no\n')).toEqual({
    kind: 'done',
    id: 12,
    code: 3,
    at: 1,
    stdout: 'out\n',
    stderr: 'no',
  });
  expect(told('err', 7, 'é')).toEqual({ kind: 'err', id: 7, bytes: Buffer.from('é') });
  expect(told('exited', 7, -9)).toEqual({ kind: 'exited', id: 7, how: -9 });
  expect(() => told('sung', 7)).toThrow('the porter tells sung');
});
