import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ids, magicCookie, seededIds } from './ids.ts';

const draw = (ids: Ids) => [ids.callId(), ids.tag(), ids.branch(), ids.ssrc(), ids.sequence(), ids.below(10)];

describe('identifiers', () => {
  test('the same seed and name say the same words; another seed or name others', () => {
    expect(draw(seededIds(1, 'a-mcx'))).toEqual(draw(seededIds(1, 'a-mcx')));
    expect(draw(seededIds(1, 'a-mcx'))).not.toEqual(draw(seededIds(2, 'a-mcx')));
    expect(draw(seededIds(1, 'a-mcx'))).not.toEqual(draw(seededIds(1, 'b-mcx')));
  });

  test('no two of ten thousand branches are equal, over two seeds', () => {
    const all = [1, 2].flatMap((seed) => {
      const ids = seededIds(seed);
      return Array.from({ length: 5000 }, () => ids.branch());
    });
    expect(new Set(all).size).toBe(10_000);
  });

  test('everything is a token of RFC 3261 25.1, branches with the magic cookie', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, text) => {
        const ids = seededIds(seed, text);
        const words = [ids.callId(), ids.tag(), ids.branch(), ids.branchOf(text), ids.token(7)];
        expect(words.every((word) => /^[0-9A-Za-z]+$/.test(word))).toBe(true);
        expect(ids.branch().startsWith(magicCookie)).toBe(true);
        expect(ids.branchOf(text)).toBe(ids.branchOf(text));
        expect(ids.branchOf(text)).not.toBe(ids.branchOf(`${text}.`));
      }),
    );
  });

  test('SSRCs are 32 bits and never 0, sequence numbers 16 bits', () => {
    const ids = seededIds(5);
    for (let i = 0; i < 1000; i += 1) {
      const ssrc = ids.ssrc();
      expect(Number.isInteger(ssrc) && ssrc > 0 && ssrc <= 0xffff_ffff).toBe(true);
      const sequence = ids.sequence();
      expect(Number.isInteger(sequence) && sequence >= 0 && sequence <= 0xffff).toBe(true);
    }
  });

  test('below() is even enough: each of ten values in 10,000 draws within a fifth of its share', () => {
    const ids = seededIds(6);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i += 1) {
      const value = ids.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts).toHaveLength(10);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});
