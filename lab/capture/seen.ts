import type { Journey, Sighting } from './timeline.ts';

/** A sighting while its journey may still change: packets of other taps come later than their time. */
export interface Seen extends Omit<Sighting, 'journey'> {
  journey: Path;
}

/** A journey in the making. */
export interface Path extends Journey {
  id: number;
  readonly sightings: Seen[];
}

/** Before it has been paired. */
export const NOWHERE: Path = { id: -1, sightings: [] };

/**
 * The order of a timeline: by time; at the same time the higher hop count first, which is nearer to the sender; and then
 * by name and number, so that the order in which taps are read makes no difference.
 */
export function byTime(a: Seen, b: Seen): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1;
  if (a.ttl !== b.ttl) return b.ttl - a.ttl;
  if (a.tap !== b.tap) return a.tap < b.tap ? -1 : 1;
  return a.frame - b.frame;
}

/** Puts sorted newcomers into a sorted list, from its end: newcomers are mostly the newest. The place of the first of them. */
export function mergeByTime(sorted: Seen[], newcomers: readonly Seen[]): number {
  let from = sorted.length - 1;
  let at = sorted.length + newcomers.length - 1;
  for (let next = newcomers.length - 1; next >= 0; at--) {
    const newcomer = newcomers[next] as Seen;
    const known = sorted[from];
    if (known !== undefined && byTime(known, newcomer) > 0) {
      sorted[at] = known;
      from--;
    } else {
      sorted[at] = newcomer;
      next--;
    }
  }
  return at + 1;
}
