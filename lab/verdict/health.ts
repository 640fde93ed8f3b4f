import type { Timeline } from '../capture/timeline.ts';
import { firstMarker, lastMarker } from './markers.ts';
import type { TapTopology } from './places.ts';
import type { Topology } from './topology.ts';

/** The taps without which nothing is decided: all that the plan names. A fabric without a bridge of its own plans no tap there. */
export function requiredTaps(topology: Topology): readonly TapTopology[] {
  return topology.taps;
}

/**
 * Why these captures cannot carry a verdict, undefined when they can: a tap is missing or truncated, its kernel dropped
 * packets, or a marker that the others have is not there. Drops that a file does not tell are no reason.
 */
export function captureHealth(timeline: Timeline, topology: Topology): string | undefined {
  const markers = markersByTap(timeline);
  const acts = Math.max(
    0,
    ...[...markers.values()].flatMap((seen) => [...seen.keys()].filter((n) => n !== lastMarker)),
  );
  const starts = startsOf(timeline);
  const wanted = [...Array.from({ length: acts + 1 }, (_, n) => n + firstMarker), lastMarker];
  for (const { name } of requiredTaps(topology)) {
    const record = timeline.taps.find(({ tap }) => tap === name);
    if (record === undefined) return `the tap ${name} recorded nothing`;
    if (record.truncated) return `the file of the tap ${name} ends in the middle of a packet`;
    if ((record.drops ?? 0) > 0) return `the recorder of the tap ${name} dropped ${record.drops} packets`;
    const ended = markers.get(name)?.get(lastMarker);
    // A place that an operator took away: its recording ended with the last marker, and later acts are not to be found there.
    const later = (marker: number) => ended !== undefined && (starts.get(marker) ?? 0n) > ended;
    const missing = wanted.find((marker) => !markers.get(name)?.has(marker) && !later(marker));
    if (missing !== undefined) return `marker ${missing} is missing on the tap ${name}`;
  }
  return undefined;
}

/** When each marker was first seen, by tap. */
function markersByTap(timeline: Timeline): Map<string, Map<number, bigint>> {
  const markers = new Map<string, Map<number, bigint>>();
  for (const { tap, content, timeNs } of timeline.sightings) {
    if (content.protocol !== 'marker') continue;
    const seen = markers.get(tap) ?? new Map<number, bigint>();
    if (!seen.has(content.marker)) seen.set(content.marker, timeNs);
    markers.set(tap, seen);
  }
  return markers;
}

/** When each act began, on the tap that saw its marker first. */
function startsOf(timeline: Timeline): Map<number, bigint> {
  const starts = new Map<number, bigint>();
  for (const { content, timeNs } of timeline.sightings)
    if (content.protocol === 'marker' && !starts.has(content.marker)) starts.set(content.marker, timeNs);
  return starts;
}
