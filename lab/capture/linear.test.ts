import { expect, test } from 'vitest';
import { at, type Recorded, timelineOf } from './scene.test-data.ts';

test('a timeline of a flood of the same bytes is made in linear time', () => {
  const flood = (n: number) => Array.from({ length: n }, (_, i) => at(i, 'a', {}));
  const time = (packets: Recorded[]) => {
    const before = performance.now();
    expect(timelineOf(packets).journeys).toHaveLength(packets.length);
    return performance.now() - before;
  };
  time(flood(2000));
  expect(time(flood(20_000))).toBeLessThan(5000);
});
