import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deal, type Waiting } from './deal.ts';

const waiting = (...keys: string[]): Waiting[] => keys.map((key, index) => ({ id: `${index}`, key }));

describe('dealing scenarios out', () => {
  test('a hand stays on its ground as long as somebody wants it', () => {
    const deal = new Deal(waiting('x', 'y', 'x', 'y', 'x'));
    let last: Waiting | undefined = { id: 'before', key: 'x' };
    const dealt: (string | undefined)[] = [];
    for (let hand = 0; hand < 4; hand++) {
      last = deal.next(last);
      dealt.push(last?.id);
    }
    expect(dealt).toEqual(['0', '2', '4', '1']);
  });

  test('a hand without a ground takes the one that most want', () => {
    expect(new Deal(waiting('x', 'y', 'y')).next(undefined)?.id).toBe('1');
  });

  test('scenarios that idle come first, and not two at a time as long as others are left', () => {
    const idle = (id: string): Waiting => ({ id, key: 'x', idles: true });
    const deal = new Deal([...waiting('x', 'x', 'x'), idle('i'), idle('j')]);
    const first = deal.next(undefined);
    expect(first?.id).toBe('i');
    expect(deal.next(undefined)?.id).toBe('0');
    expect(deal.next(first)?.id).toBe('j');
    expect(['1', '2', undefined]).toEqual([1, 2, 3].map(() => deal.next(undefined)?.id));
    const two = new Deal([idle('i'), idle('j')]);
    expect([two.next(undefined)?.id, two.next(undefined)?.id]).toEqual(['i', 'j']);
  });

  test('every scenario is dealt once, whoever asks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x', 'y', 'z')), fc.infiniteStream(fc.nat(2)), (keys, hands) => {
        const deal = new Deal(waiting(...keys));
        const last: (Waiting | undefined)[] = [undefined, undefined, undefined];
        const dealt: string[] = [];
        for (const hand of hands) {
          const next = deal.next(last[hand]);
          if (!next) break;
          last[hand] = next;
          dealt.push(next.id);
        }
        expect(dealt.sort()).toEqual(keys.map((_, index) => `${index}`).sort());
      }),
    );
  });
});
