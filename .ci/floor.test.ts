import { expect, test } from 'vitest';
import floor from './floor.json' with { type: 'json' };
import { belowFloor, partsNotRun } from './floor.ts';

test('a part at its floor is well, one below it or without one is not', () => {
  expect(belowFloor({ units: 10 }, 'units', 10)).toBeUndefined();
  expect(belowFloor({ units: 10 }, 'units', 9)).toBe('units: 9 passed, the floor is 10');
  expect(belowFloor({ units: 10 }, 'others', 99)).toContain('no floor');
});

test('a part that was left out is told', () => {
  expect(partsNotRun({ one: 1, two: 1 }, ['two'])).toEqual(['one']);
  expect(partsNotRun({ one: 1 }, ['one', 'more'])).toEqual([]);
});

test('every committed floor asks for something', () => {
  expect(Object.keys(floor).length).toBeGreaterThan(4);
  for (const [part, least] of Object.entries(floor)) expect(least, part).toBeGreaterThan(0);
});
