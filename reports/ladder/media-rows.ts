import type { Journey } from '../../lab/capture/timeline.ts';
import { speech } from '../../lab/verdict/media.ts';
import type { Topology } from '../../lab/verdict/topology.ts';
import { pathOf } from './path.ts';
import { evidenceOf, type Row } from './row.ts';

/** A pause of so long ends a burst. */
const pauseNs = 500_000_000n;

interface Burst {
  readonly journeys: Journey[];
  readonly key: string;
  lastNs: bigint;
}

/** RTP that carries speech, a burst on one hop to a row. */
export function mediaRows(journeys: readonly Journey[], topology: Topology): Row[] {
  const running = new Map<string, Burst>();
  const rows: Row[] = [];
  for (const journey of journeys) {
    const [first] = journey.sightings;
    const packet = first === undefined ? undefined : speech(first);
    const path = pathOf(journey, topology);
    if (first === undefined || packet === undefined || path === undefined) continue;
    const key = `${packet.ssrc} ${JSON.stringify(path)}`;
    const burst = running.get(key);
    if (burst !== undefined && first.timeNs - burst.lastNs <= pauseNs) {
      burst.journeys.push(journey);
      burst.lastNs = first.timeNs;
      continue;
    }
    if (burst !== undefined) rows.push(rowOf(burst, topology));
    running.set(key, { journeys: [journey], key, lastNs: first.timeNs });
  }
  return [...rows, ...[...running.values()].map((burst) => rowOf(burst, topology))];
}

function rowOf({ journeys, lastNs }: Burst, topology: Topology): Row {
  const [journey] = journeys;
  const first = journey?.sightings[0];
  const packet = first === undefined ? undefined : speech(first);
  if (journey === undefined || first === undefined || packet === undefined) throw new Error('a burst has a packet');
  return {
    timeNs: first.timeNs,
    untilNs: lastNs,
    count: journeys.length,
    kind: 'media',
    label: `RTP ${ssrcText(packet.ssrc)}`,
    path: pathOf(journey, topology),
    details: `RTP · SSRC ${ssrcText(packet.ssrc)} · payload type ${packet.payloadType}`,
    evidence: evidenceOf(journey.sightings),
    more: journeys.slice(1).flatMap(({ sightings }) => evidenceOf(sightings)),
  };
}

export function ssrcText(ssrc: number): string {
  return ssrc.toString(16).padStart(8, '0');
}
