import type { Timeline } from '../../lab/capture/timeline.ts';

/** The zero of every drawing of a scenario: its first marker, or the first packet where there is none. */
export function beginOf({ sightings }: Timeline): bigint {
  const marker = sightings.find(({ content }) => content.protocol === 'marker');
  return (marker ?? sightings[0])?.timeNs ?? 0n;
}
