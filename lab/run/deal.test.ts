import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deal, type Waiting } from './deal.ts';

/** The skeleton is the key's capital: `X1` and `X2` are of one. */
const one = (id: string, key: string): Waiting => ({ id, key, skeleton: key.slice(0, 1) });
const waiting = (...keys: string[]): Waiting[] => keys.map((key, index) => one(`${index}`, key));

const scenario = fc.tuple(fc.constantFrom('X1', 'X2', 'Y', 'Z'), fc.boolean());

describe('dealing scenarios out', () => {
  test('a hand stays on its ground as long as somebody wants it', () => {
    const deal = new Deal(waiting('x', 'y', 'x', 'y', 'x'));
    let last: Waiting | undefined = one('before', 'x');
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
    const idle = (id: string): Waiting => ({ ...one(id, 'x'), idles: true });
    const deal = new Deal([...waiting('x', 'x', 'x'), idle('i'), idle('j')]);
    const first = deal.next(undefined);
    expect(first?.id).toBe('i');
    expect(deal.next(undefined)?.id).toBe('0');
    expect(deal.next(first)?.id).toBe('j');
    expect(['1', '2', undefined]).toEqual([1, 2, 3].map(() => deal.next(undefined)?.id));
    const two = new Deal([idle('i'), idle('j')]);
    expect([two.next(undefined)?.id, two.next(undefined)?.id]).toEqual(['i', 'j']);
  });

  test('a hand that must leave its ground goes on with the skeleton that it has', () => {
    const deal = new Deal(waiting('Y', 'Y', 'Y', 'X2'));
    expect(deal.next(one('before', 'X1'))?.id).toBe('3');
  });

  test('a skeleton that few want has one hand, from the beginning', () => {
    const deal = new Deal(waiting('X1', 'X2', 'X1', 'Y', 'Y', 'X1', 'X2', 'X1'));
    const first = [1, 2, 3].map(() => deal.next(undefined));
    expect(first.map((dealt) => dealt?.id)).toEqual(['0', '3', '2']);
    const [a, y, b] = first;
    expect(deal.next(b)?.id).toBe('5');
    const again = deal.next(y);
    expect(again?.id).toBe('4');
    expect(deal.next(a)?.id).toBe('7');
  });

  test('a hand whose skeleton nobody wants any more takes one that no other hand is at', () => {
    const deal = new Deal(waiting('X', 'X', 'X', 'X', 'Y', 'Z'));
    expect(deal.next(undefined)?.id).toBe('0');
    const y = deal.next(undefined);
    expect(y?.id).toBe('4');
    expect(deal.next(y)?.id).toBe('5');
  });

  test('a hand helps out at the skeleton of others, unless they have begun what is left before it has built', () => {
    const dealing = (left: number) => {
      const deal = new Deal(waiting('Y', ...Array(left + 2).fill('X')));
      const y = one('before', 'Y');
      const ours = deal.next(y);
      const others = [deal.next(undefined), deal.next(undefined)];
      expect(others.map((dealt) => dealt?.key)).toEqual(['X', 'X']);
      return { deal, others, helps: deal.next(ours) };
    };
    expect(dealing(3).helps?.key).toBe('X');
    const { deal, others, helps } = dealing(2);
    expect(helps).toBeUndefined();
    expect(others.map((last) => deal.next(last)?.key)).toEqual(['X', 'X']);
  });

  test('a hand without a ground always gets one', () => {
    const deal = new Deal(waiting('X', 'X'));
    expect([deal.next(undefined)?.id, deal.next(undefined)?.id, deal.next(undefined)]).toEqual(['0', '1', undefined]);
  });

  test('every scenario is dealt once, whoever asks', () => {
    fc.assert(
      fc.property(fc.array(scenario), fc.infiniteStream(fc.nat(2)), (kinds, turns) => {
        const all = kinds.map(([key, idles], index) => ({ ...one(`${index}`, key), idles }));
        const deal = new Deal(all);
        // Whoever is told that nothing is left for it goes home.
        const hands: { last?: Waiting }[] = [{}, {}, {}];
        const dealt: string[] = [];
        for (const turn of turns) {
          if (hands.length === 0) break;
          const hand = turn % hands.length;
          const next = deal.next(hands[hand]?.last);
          if (next) dealt.push(next.id);
          hands.splice(hand, 1, ...(next ? [{ last: next }] : []));
        }
        expect(dealt.sort()).toEqual(all.map(({ id }) => id).sort());
      }),
    );
  });
});
