import type { Journey, Timeline } from '../lab/capture/timeline.ts';
import { payloadKey, speech } from '../lab/verdict/media.ts';
import { receivedBy, sentBy, ueTap } from '../lab/verdict/places.ts';
import type { Topology, UeTopology } from '../lab/verdict/topology.ts';
import { beginOf } from './ladder/begin.ts';
import { layColumns } from './ladder/columns.ts';
import { type Drawing, drawHead, drawRows } from './ladder/draw.ts';
import { mediaRows } from './ladder/media-rows.ts';
import { pathOf } from './ladder/path.ts';
import { type Markup, markup } from './text.ts';

/** One packet of somebody's speech, from the talker to wherever its copies got. */
export interface SpeechWay {
  readonly talker: string;
  /** In time order; each begins where an earlier one ended. */
  readonly journeys: readonly Journey[];
  /** UEs that received it, in the topology's order. */
  readonly heardBy: readonly string[];
  /** Places after which a copy was seen no more, though it was not meant for them. */
  readonly lostAfter: readonly string[];
}

/**
 * For each UE that talked, the way of one packet: of those that got furthest the one in the middle of the burst, because the
 * first ones may be lost until all edges have latched.
 */
export function speechWays(timeline: Timeline, topology: Topology): SpeechWay[] {
  const spoken = timeline.journeys.flatMap((journey) => {
    const [first] = journey.sightings;
    const packet = first === undefined ? undefined : speech(first);
    return packet === undefined ? [] : [{ journey, key: payloadKey(packet) }];
  });
  const copies = Map.groupBy(spoken, ({ key }) => key);
  return topology.ues.flatMap((ue): SpeechWay[] => {
    const own = [...copies.values()].filter(([copy]) => copy !== undefined && isSentBy(copy.journey, ue, topology));
    const furthest = Math.max(...own.map(({ length }) => length));
    const candidates = own.filter(({ length }) => length === furthest);
    const chosen = candidates[Math.floor(candidates.length / 2)];
    if (chosen === undefined) return [];
    const journeys = chosen.map(({ journey }) => journey);
    return [{ talker: ue.name, journeys, ...ends(journeys, topology) }];
  });
}

function isSentBy({ sightings: [first] }: Journey, ue: UeTopology, topology: Topology): boolean {
  const tap = ueTap(topology, ue);
  return tap !== undefined && first !== undefined && sentBy(tap, first);
}

function ends(journeys: readonly Journey[], topology: Topology): Pick<SpeechWay, 'heardBy' | 'lostAfter'> {
  const reached = (ue: UeTopology): boolean => {
    const tap = ueTap(topology, ue);
    return tap !== undefined && journeys.some(({ sightings }) => sightings.some((one) => receivedBy(tap, one)));
  };
  const paths = journeys.flatMap((journey) => pathOf(journey, topology) ?? []);
  return {
    heardBy: topology.ues.filter(reached).map(({ name }) => name),
    lostAfter: [...new Set(paths.filter(({ lost }) => lost).map(({ to }) => to))],
  };
}

/** The ways as pictures: the ladder of a single packet, with both addresses at every translation; none: nobody talked. */
export function drawWays(timeline: Timeline, topology: Topology, prefix: string): Markup {
  const beginNs = beginOf(timeline);
  const figures = speechWays(timeline, topology).map((way) => {
    const rows = mediaRows(way.journeys, topology);
    const touched = new Set(rows.flatMap(({ path }) => (path === undefined ? [] : [path.from, path.to])));
    const drawing: Drawing = { columns: layColumns(topology, touched), beginNs, prefix: `${prefix}-way-${way.talker}` };
    return markup`<figure class="ladder"><p>${sentence(way)}</p>${drawHead(drawing)}
${drawRows(drawing, rows)}</figure>`;
  });
  return markup`${figures}`;
}

function sentence({ talker, heardBy, lostAfter }: SpeechWay): string {
  const heard = heardBy.length === 0 ? 'nobody hears it' : `heard by ${heardBy.join(', ')}`;
  const lost = lostAfter.length === 0 ? '' : `; a copy is lost after ${lostAfter.join(', ')}`;
  return `A packet of what ${talker} says: ${heard}${lost}`;
}
