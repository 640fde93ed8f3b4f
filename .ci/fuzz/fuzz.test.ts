import { describe, expect, test } from 'vitest';
import { largest, mutate, Random } from './mutate.ts';
import { readSeeds } from './seeds.ts';
import { targets } from './targets.ts';

const seeds = await readSeeds();

describe('the seeds', () => {
  test('every codec has some, but for none', () => {
    for (const codec of Object.keys(targets)) expect(seeds.get(codec)?.length ?? 0, codec).toBeGreaterThan(0);
  });

  test.each(Object.keys(targets))('%s reads its seeds and former finds', (codec) => {
    for (const seed of seeds.get(codec) ?? []) targets[codec]?.(seed);
  });
});

describe('mutations', () => {
  const [one, other] = [Uint8Array.from({ length: 300 }, (_, i) => i), new TextEncoder().encode('other')];

  test('the same seed makes the same inputs', () => {
    const made = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 50 }, () => Buffer.from(mutate(one, other, random)).toString('hex'));
    };
    expect(made(7)).toEqual(made(7));
    expect(made(7)).not.toEqual(made(8));
    expect(new Set(made(7)).size).toBeGreaterThan(40);
  });

  test('they stay within their size, and leave the seed alone', () => {
    const before = one.slice();
    const random = new Random(1);
    for (let i = 0; i < 300; i++) expect(mutate(one, other, random).length).toBeLessThanOrEqual(largest);
    expect(one).toEqual(before);
  });
});

test('a short run over every codec finds nothing', { timeout: 60_000 }, () => {
  const random = new Random(11);
  for (const [codec, target] of Object.entries(targets)) {
    const own = seeds.get(codec) ?? [];
    const pick = () => own[random.below(own.length)] ?? new Uint8Array();
    for (let i = 0; i < 60; i++) target(mutate(pick(), pick(), random));
  }
});
