import { expect, test } from 'vitest';
import { before, during, framesOf, inWindow, no, pending, yes } from './answers.ts';
import { timelineOf } from './flights.test-data.ts';
import type { Scene } from './question.ts';
import { Stage } from './stage.test-data.ts';

const timeline = timelineOf(
  [0, 10, 20, 30].map((ms) => ({ ms, carries: `${ms}`, hops: ['a 1.1.1.1:1 > 2.2.2.2:2', 'b 1.1.1.1:1 > 2.2.2.2:2'] })),
);
const { topology } = new Stage();
const scene: Scene = { timeline, topology, fromNs: 10_000_000n, toNs: 30_000_000n, closed: false };
const [first, alsoFirst, second] = timeline.sightings;

test('a frame is named once, by its tap and number', () => {
  expect(framesOf(first, undefined, alsoFirst, first, second)).toEqual([
    { tap: 'a', frame: 1 },
    { tap: 'b', frame: 1 },
    { tap: 'a', frame: 2 },
  ]);
});

test('yes and no are final, with their frames', () => {
  expect(yes('seen', first)).toEqual({ state: 'yes', because: 'seen', evidence: [{ tap: 'a', frame: 1 }] });
  expect(no('not so', second)).toEqual({ state: 'no', because: 'not so', evidence: [{ tap: 'a', frame: 2 }] });
});

test('an act begins with its marker and ends before the next one', () => {
  const times = during(scene).map(({ timeNs }) => Number(timeNs) / 1e6);
  expect(times).toEqual([10, 10.02, 20, 20.02]);
  expect(during(scene)).toBe(during(scene));
  expect(during({ ...scene, toNs: undefined })).toHaveLength(6);
  expect(timeline.sightings.filter((one) => inWindow(scene, one))).toEqual(during(scene));
  // What belongs to calls of earlier acts.
  expect(timeline.sightings.filter((one) => before(scene, one))).toHaveLength(6);
});

test('what is not seen yet is told by the nearest miss, or by where looking began', () => {
  expect(pending(scene, 'a miss', first)).toEqual({
    state: 'open',
    because: 'a miss',
    evidence: [{ tap: 'a', frame: 1 }],
  });
  expect(pending(scene, 'nothing')).toMatchObject({ state: 'open', evidence: [{ tap: 'a', frame: 2 }] });
  expect(pending({ ...scene, closed: true }, 'nothing').state).toBe('no');
  expect(pending({ ...scene, fromNs: 99_000_000n }, 'nothing').evidence).toEqual([]);
});
