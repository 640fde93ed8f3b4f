import type { Timeline } from '../capture/timeline.ts';
import type { TapTopology } from './places.ts';
import type { Topology } from './topology.ts';

const firstMarker = 0;
const lastMarker = 65535;

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
  const acts = Math.max(0, ...[...markers.values()].flatMap((seen) => [...seen].filter((n) => n !== lastMarker)));
  const wanted = [...Array.from({ length: acts + 1 }, (_, n) => n + firstMarker), lastMarker];
  for (const { name } of requiredTaps(topology)) {
    const record = timeline.taps.find(({ tap }) => tap === name);
    if (record === undefined) return `the tap ${name} recorded nothing`;
    if (record.truncated) return `the file of the tap ${name} ends in the middle of a packet`;
    if ((record.drops ?? 0) > 0) return `the recorder of the tap ${name} dropped ${record.drops} packets`;
    const missing = wanted.find((marker) => !markers.get(name)?.has(marker));
    if (missing !== undefined) return `marker ${missing} is missing on the tap ${name}`;
  }
  return undefined;
}

function markersByTap(timeline: Timeline): Map<string, Set<number>> {
  const markers = new Map<string, Set<number>>();
  for (const { tap, content } of timeline.sightings) {
    if (content.protocol !== 'marker') continue;
    const seen = markers.get(tap) ?? new Set();
    markers.set(tap, seen.add(content.marker));
  }
  return markers;
}
