import type { Journey, Sighting } from '../../lab/capture/timeline.ts';
import { agencyOf, receivedBy, type TapTopology } from '../../lab/verdict/places.ts';
import type { Topology } from '../../lab/verdict/topology.ts';

/** A place, or the way between two. */
export type Anchor = string | readonly [string, string];

/** An address and port that changed on the way, and where. */
export interface Translation {
  readonly at: Anchor;
  readonly side: 'from' | 'to';
  readonly before: string;
  readonly after: string;
}

/** The way of one datagram. */
export interface Path {
  readonly from: string;
  /** Where it was seen last; the same as `from` where it never got further. */
  readonly to: string;
  /** It was last seen somewhere that it was not meant for. */
  readonly lost: boolean;
  /** Of what is lost: where it wanted to, as the last tap saw it. */
  readonly meantFor?: string;
  readonly translations: readonly Translation[];
}

interface Stop {
  readonly tap: TapTopology;
  readonly sighting: Sighting;
}

/** The way of a datagram through the places of the topology; undefined where none of its taps is known. */
export function pathOf(journey: Journey, topology: Topology): Path | undefined {
  const stops = journey.sightings.flatMap((sighting): Stop[] => {
    const tap = topology.taps.find(({ name }) => name === sighting.tap);
    return tap === undefined ? [] : [{ tap, sighting }];
  });
  const [first] = stops;
  const last = stops.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const arrived = stops.some(({ tap, sighting }) => isHost(tap) && receivedBy(tap, sighting));
  return {
    from: first.tap.place,
    to: last.tap.place,
    lost: !arrived,
    ...(arrived ? {} : { meantFor: destination(last.sighting) }),
    translations: stops.flatMap((stop, i) => changes(stops[i - 1], stop, stops, topology)),
  };
}

function isHost(tap: TapTopology): boolean {
  return tap.kind === 'pod' || tap.kind === 'pod-lo' || tap.kind === 'ue';
}

function changes(before: Stop | undefined, after: Stop, stops: readonly Stop[], topology: Topology): Translation[] {
  if (before === undefined) return [];
  const at = anchor(before.tap, after.tap, stops, topology);
  const sides = [
    { side: 'from', before: source(before.sighting), after: source(after.sighting) },
    { side: 'to', before: destination(before.sighting), after: destination(after.sighting) },
  ] as const;
  return sides.filter((one) => one.before !== one.after).map((one) => ({ at, ...one }));
}

export function source({ src, srcPort }: Sighting): string {
  return srcPort === 0 ? src : `${src}:${srcPort}`;
}

export function destination({ dst, dstPort }: Sighting): string {
  return dstPort === 0 ? dst : `${dst}:${dstPort}`;
}

/**
 * Access routers and nodes translate; a node of a UE's leg stands between its access and its edge, not at the border.
 */
function anchor(before: TapTopology, after: TapTopology, stops: readonly Stop[], topology: Topology): Anchor {
  const taps = [before, after];
  const access = taps.find(({ kind }) => kind === 'access');
  const node = taps.find(({ kind }) => kind === 'node');
  if (node !== undefined) {
    const agency = agencyOf(topology, node);
    const near = stops.map(({ tap }) => tap).filter((tap) => agencyOf(topology, tap) === agency);
    const outside = near.find(({ kind }) => kind === 'access') ?? near.find(({ kind }) => kind === 'ue');
    const pod = near.find(({ kind }) => kind === 'pod');
    return outside !== undefined && pod !== undefined ? [outside.place, pod.place] : node.place;
  }
  return access?.place ?? [before.place, after.place];
}
