import type { Timeline } from '../capture/timeline.ts';

/** Marker numbers are opaque counters: what they mean is known from the order of a scenario's acts alone. */
export const firstMarker = 0;
/** Of a tap: nothing that a scenario is about comes after it. */
export const lastMarker = 65535;

/** When act `n` began (0: the scenario itself), in nanoseconds, on the tap that saw its marker first. */
export function actStart(timeline: Timeline, act: number): bigint | undefined {
  for (const sighting of timeline.sightings)
    if (sighting.content.protocol === 'marker' && sighting.content.marker === act) return sighting.timeNs;
  return undefined;
}
