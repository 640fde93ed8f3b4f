import type { Timeline } from '../capture/timeline.ts';
import { lastMarker } from './markers.ts';

const horizons = new WeakMap<Timeline, bigint>();

/**
 * Up to when a timeline of files that still grow is whole: recorders are behind by different amounts, so only to where the
 * one that is furthest behind has come. While a question waits, markers come by on every tap, so that silence moves it too; but
 * not on that of a place that an operator has taken away, which has had its last marker and is whole.
 */
export function horizonOf(timeline: Timeline): bigint {
  const known = horizons.get(timeline);
  if (known !== undefined) return known;
  const waitedFor = new Set(timeline.taps.map(({ tap }) => tap));
  for (const { tap, content } of timeline.sightings)
    if (content.protocol === 'marker' && content.marker === lastMarker) waitedFor.delete(tap);
  let horizon = timeline.sightings.at(-1)?.timeNs ?? 0n;
  for (let at = timeline.sightings.length - 1; at >= 0 && waitedFor.size > 0; at--) {
    const sighting = timeline.sightings[at];
    if (sighting !== undefined && waitedFor.delete(sighting.tap)) horizon = sighting.timeNs;
  }
  // A tap that has shown nothing at all yet.
  if (waitedFor.size > 0) horizon = 0n;
  horizons.set(timeline, horizon);
  return horizon;
}

/** What such a timeline holds for certain: nothing can come any more between what is there. */
export function wholePart(timeline: Timeline): Timeline {
  const horizon = horizonOf(timeline);
  const upTo = <T extends { readonly timeNs: bigint }>(all: readonly T[]) =>
    all.filter(({ timeNs }) => timeNs <= horizon);
  const journeys = timeline.journeys.map((journey) => ({ ...journey, sightings: upTo(journey.sightings) }));
  return {
    taps: timeline.taps,
    sightings: upTo(timeline.sightings),
    journeys: journeys.filter(({ sightings }) => sightings.length > 0),
  };
}
