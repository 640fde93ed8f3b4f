import { expect, test } from 'vitest';
import floors from './floor.json' with { type: 'json' };
import { belowFloor, checksOf, partsNotRun } from './floor.ts';
import { kind } from './test/kind.ts';
import { own } from './test/own.ts';

test('a part at its floor is well, one below it or without one is not', () => {
  expect(belowFloor({ units: 10 }, 'units', 10)).toBeUndefined();
  expect(belowFloor({ units: 10 }, 'units', 9)).toBe('units: 9 passed, the floor is 10');
  expect(belowFloor({ units: 10 }, 'others', 99)).toContain('no floor');
});

test('a part that was left out is told', () => {
  expect(partsNotRun({ one: 1, two: 1 }, ['two'])).toEqual(['one']);
  expect(partsNotRun({ one: 1 }, ['one', 'more'])).toEqual([]);
});

test('a tier that is left out leaves out as many checks as its floors ask for', () => {
  expect(checksOf({ one: 2, two: 40 })).toBe(42);
});

test('every committed floor asks for something, of parts that there are', () => {
  for (const [tier, parts] of Object.entries({ own, kind })) {
    const least: Record<string, number> = floors[tier as keyof typeof floors];
    expect(Object.keys(least), tier).toEqual(parts.map(({ name }) => name));
    for (const [part, count] of Object.entries(least)) expect(count, part).toBeGreaterThan(0);
  }
});
