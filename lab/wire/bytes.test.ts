import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, mustFit, padded4, put16, put32, put64, u16, u24, u32, u64 } from './bytes.ts';

describe('numbers in bytes', () => {
  test('are read as they were written, as a DataView reads them', () => {
    const place = fc.nat({ max: 8 });
    const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(place, number, (at, wide) => {
        const bytes = new Uint8Array(16);
        const view = new DataView(bytes.buffer);
        put64(bytes, at, wide);
        expect(u64(bytes, at)).toBe(wide);
        expect(view.getBigUint64(at)).toBe(wide);
        put32(bytes, at, Number(wide & 0xffffffffn));
        expect(u32(bytes, at)).toBe(view.getUint32(at));
        put16(bytes, at, Number(wide & 0xffffn));
        expect(u16(bytes, at)).toBe(view.getUint16(at));
        expect(u24(bytes, at)).toBe(u16(bytes, at) * 256 + (bytes[at + 2] ?? 0));
      }),
    );
  });

  test('are padded to whole words', () => {
    expect([0, 1, 3, 4, 5].map(padded4)).toEqual([0, 4, 4, 4, 8]);
  });

  test.each([-1, 256, 1.5, Number.NaN])('that do not fit are refused with their name: %d', (value) => {
    expect(() => mustFit('TTL', value, 255)).toThrow('TTL must be an integer from 0 to 255');
  });

  test('that fit are passed on', () => {
    expect([mustFit('TTL', 0, 255), mustFit('TTL', 255, 255)]).toEqual([0, 255]);
  });
});

test('pieces are joined in their order', () => {
  expect(concat([Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3));
});
