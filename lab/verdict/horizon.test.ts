import { describe, expect, test } from 'vitest';
import { Call } from './call.test-data.ts';
import { horizonOf, wholePart } from './horizon.ts';

describe('the horizon of files that still grow', () => {
  test('is where the recorder that is furthest behind has come', () => {
    const call = new Call();
    call.stage.mark(0);
    const marked = call.stage.timeline();
    const behind = marked.taps[3]?.tap;
    call.registerAll();
    call.stage.silence(10);
    const all = call.stage.timeline();
    const sightings = all.sightings.filter(
      ({ tap, timeNs }) => tap !== behind || timeNs <= (marked.sightings.at(-1)?.timeNs ?? 0n),
    );
    const late = { ...all, sightings };
    expect(horizonOf(late)).toBe(marked.sightings.findLast(({ tap }) => tap === behind)?.timeNs);
    expect(horizonOf(all)).toBe(all.sightings.findLast(({ tap }) => tap === all.taps[0]?.tap)?.timeNs);
    const whole = wholePart(late);
    expect(whole.sightings.at(-1)?.tap).toBe(behind);
    expect(whole.journeys.every(({ sightings: seen }) => seen.length > 0)).toBe(true);
    expect(whole.journeys.flatMap(({ sightings: seen }) => seen)).toHaveLength(whole.sightings.length);
  });

  test('is nowhere as long as a tap has shown nothing', () => {
    const call = new Call();
    call.stage.mark(0);
    const timeline = call.stage.timeline();
    const sightings = timeline.sightings.filter(({ tap }) => tap !== timeline.taps[0]?.tap);
    expect(horizonOf({ ...timeline, sightings })).toBe(0n);
    expect(wholePart({ ...timeline, sightings }).sightings).toEqual([]);
  });
});
