import { expect, test } from 'vitest';
import { Newcomers } from './newcomers.ts';

test('one address fills its own share, all together the whole', () => {
  const newcomers = new Newcomers(2, 3);
  const leave = [newcomers.enter('x'), newcomers.enter('x')];
  expect([newcomers.hasRoomFor('x'), newcomers.hasRoomFor('y')]).toEqual([false, true]);
  const last = newcomers.enter('y');
  expect(newcomers.hasRoomFor('z')).toBe(false);
  leave[0]?.();
  expect([newcomers.hasRoomFor('x'), newcomers.hasRoomFor('z')]).toEqual([true, true]);
  leave[1]?.();
  last();
  for (let i = 0; i < 2; i += 1) newcomers.enter('x');
  expect(newcomers.hasRoomFor('x')).toBe(false);
});
