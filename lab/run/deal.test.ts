import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deal, type Waiting } from './deal.ts';

const waiting = (...keys: string[]): Waiting[] => keys.map((key, index) => ({ id: `${index}`, key }));

describe('dealing scenarios out', () => {
  test('a hand stays on its ground as long as somebody wants it', () => {
    const deal = new Deal(waiting('x', 'y', 'x', 'y', 'x'));
    expect(['x', 'x', 'x', 'x'].map((last) => deal.next(last)?.id)).toEqual(['0', '2', '4', '1']);
  });

  test('a hand without a ground takes the one that most want', () => {
    expect(new Deal(waiting('x', 'y', 'y')).next(undefined)?.id).toBe('1');
  });

  test('every scenario is dealt once, whoever asks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x', 'y', 'z')), fc.infiniteStream(fc.nat(2)), (keys, hands) => {
        const deal = new Deal(waiting(...keys));
        const last: (string | undefined)[] = [undefined, undefined, undefined];
        const dealt: string[] = [];
        for (const hand of hands) {
          const next = deal.next(last[hand]);
          if (!next) break;
          last[hand] = next.key;
          dealt.push(next.id);
        }
        expect(dealt.sort()).toEqual(keys.map((_, index) => `${index}`).sort());
      }),
    );
  });
});
