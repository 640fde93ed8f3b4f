import { describe, expect, test } from 'vitest';
import { Call } from './call.test-data.ts';
import { horizonOf, wholePart } from './horizon.ts';
import { lastMarker } from './markers.ts';

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

  test('does not wait for a tap whose place is gone, and which has had its last marker', () => {
    const call = new Call();
    call.stage.mark(0);
    const gone = call.stage.timeline().taps[3]?.tap;
    call.stage.mark(lastMarker);
    const ended = call.stage.timeline().sightings.at(-1)?.timeNs ?? 0n;
    call.stage.mark(1);
    const all = call.stage.timeline();
    // On the others there is no last marker: they go on.
    const sightings = all.sightings.filter(({ tap, timeNs, content }) =>
      tap === gone ? timeNs <= ended : !(content.protocol === 'marker' && content.marker === lastMarker),
    );
    const timeline = { ...all, sightings };
    expect(horizonOf(timeline)).toBeGreaterThan(ended);
    const waiting = sightings.filter(
      ({ tap, content }) => tap !== gone || !(content.protocol === 'marker' && content.marker === lastMarker),
    );
    expect(horizonOf({ ...all, sightings: waiting })).toBeLessThan(ended);
  });

  test('is the end where all have ended', () => {
    const call = new Call();
    call.stage.mark(0);
    call.stage.mark(lastMarker);
    const timeline = call.stage.timeline();
    expect(horizonOf(timeline)).toBe(timeline.sightings.at(-1)?.timeNs);
    expect(wholePart(timeline).sightings).toHaveLength(timeline.sightings.length);
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
