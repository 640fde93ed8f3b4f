import { agencyOf } from '../../lab/verdict/places.ts';
import type { AgencyTopology, Topology } from '../../lab/verdict/topology.ts';

/** One vertical line of the ladder: a host, or a node's border where packets change clusters. */
export interface Column {
  /** A place of the topology: `a-edge`, `a-node`. */
  readonly place: string;
  readonly agency: string;
  readonly kind: 'ue' | 'access' | 'pod' | 'node';
  readonly x: number;
  /** Under the name: its address. */
  readonly address: string;
}

export interface Columns {
  readonly width: number;
  /** Left of the first column: the time. */
  readonly margin: number;
  readonly columns: readonly Column[];
  /** Left and right edge of each agency's band. */
  readonly bands: readonly { readonly agency: AgencyTopology; readonly from: number; readonly to: number }[];
}

const width = 1200;
const margin = 58;

/**
 * Columns in the order of a call's path: UEs, access, edge, server, the node's border; then the other agencies,
 * mirrored, so that what crosses between agencies crosses in the middle. `drawn` are the places that some row
 * touches; UEs, edges and servers are always there.
 */
export function layColumns(topology: Topology, drawn: ReadonlySet<string>): Columns {
  const groups = topology.agencies.map((agency, index) => {
    const places = placesOf(topology, agency).filter(({ place, kept }) => kept || drawn.has(place));
    return { agency, places: index === 0 ? places : places.toReversed() };
  });
  const count = groups.reduce((sum, { places }) => sum + places.length, 0);
  const step = (width - margin) / Math.max(1, count);
  const columns: Column[] = [];
  const bands: Columns['bands'][number][] = [];
  for (const { agency, places } of groups) {
    const from = margin + columns.length * step;
    for (const { place, kind, address } of places) {
      columns.push({ place, agency: agency.name, kind, address, x: margin + (columns.length + 0.5) * step });
    }
    bands.push({ agency, from, to: margin + columns.length * step });
  }
  return { width, margin, columns, bands };
}

interface Place {
  readonly place: string;
  readonly kind: Column['kind'];
  readonly address: string;
  readonly kept: boolean;
}

/** The places of one agency from its UEs to its border. */
function placesOf(topology: Topology, agency: AgencyTopology): Place[] {
  const taps = topology.taps.filter((tap) => agencyOf(topology, tap) === agency);
  const order = (place: Place): number => {
    if (place.kind === 'ue') return 0;
    if (place.kind === 'access') return 1;
    if (place.kind === 'node') return 5;
    if (place.address === agency.edge && place.kept) return 2;
    return place.address === agency.server && place.kept ? 3 : 4;
  };
  const places = taps.flatMap((tap): Place[] => {
    if (tap.kind === 'bridge' || tap.kind === 'pod-lo') return [];
    const address = tap.addresses[0] ?? '';
    const isServer = address === agency.edge || address === agency.server;
    return [{ place: tap.place, kind: tap.kind, address, kept: tap.kind !== 'pod' || isServer }];
  });
  // UEs outermost, the last one first.
  const ues = places.filter(({ kind }) => kind === 'ue').reverse();
  const rest = places.filter(({ kind }) => kind !== 'ue').sort((a, b) => order(a) - order(b));
  return [...ues, ...rest];
}
