import { Buffer } from 'node:buffer';
import type { Content, Journey, Sighting, Timeline } from '../../lab/capture/timeline.ts';
import { speech } from '../../lab/verdict/media.ts';
import type { Topology } from '../../lab/verdict/topology.ts';
import type { FloorMessage } from '../../lab/wire/floor/message.ts';
import { dnsRows } from './dns-rows.ts';
import { mediaRows } from './media-rows.ts';
import { pathOf } from './path.ts';
import { evidenceOf, type Row, type RowKind } from './row.ts';
import { DialogNumbers, sipDetails, sipKind, sipLabel } from './sip-rows.ts';

export interface Rows {
  readonly rows: readonly Row[];
  /** What was recorded and is not drawn: `34 keep-alives`. */
  readonly left: readonly string[];
}

/** Everything that the ladder shows, in time order; the same datagram sent again and again is one row. */
export function rowsOf(timeline: Timeline, topology: Topology): Rows {
  const dialogs = new DialogNumbers();
  const left = new Map<string, number>();
  const repeated = new Map<string, { row: Row; at: number }>();
  const rows: Row[] = [...dnsRows(timeline, topology), ...mediaRows(timeline.journeys, topology), ...acts(timeline)];
  for (const journey of timeline.journeys) {
    const row = rowOf(journey, topology, dialogs);
    const [first] = journey.sightings;
    if (first === undefined) continue;
    if (typeof row === 'string') {
      left.set(row, (left.get(row) ?? 0) + 1);
      continue;
    }
    if (row === undefined) continue;
    // An ICMP error quotes a packet that is never the same twice.
    const said = row.kind === 'icmp' ? row.details : Buffer.from(first.payload).toString('latin1');
    const key = `${said} ${JSON.stringify(row.path)}`;
    const before = repeated.get(key);
    if (before === undefined) repeated.set(key, { row, at: rows.push(row) - 1 });
    else {
      const { count, more } = before.row;
      before.row = { ...before.row, count: count + 1, untilNs: row.timeNs, more: [...more, ...row.evidence] };
      rows[before.at] = before.row;
    }
  }
  return {
    rows: rows.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0)),
    left: [...left].map(([what, count]) => `${count} ${what}`),
  };
}

/** A row, the name of what is not drawn, or nothing for what is drawn elsewhere. */
function rowOf(journey: Journey, topology: Topology, dialogs: DialogNumbers): Row | string | undefined {
  const [first] = journey.sightings;
  if (first === undefined) return undefined;
  const said = words(first, dialogs);
  if (said === undefined || typeof said === 'string') return said;
  const path = pathOf(journey, topology);
  if (path === undefined) return 'datagrams on taps that the plan does not know';
  return {
    timeNs: first.timeNs,
    untilNs: first.timeNs,
    count: 1,
    ...said,
    path,
    evidence: evidenceOf(journey.sightings),
    more: [],
  };
}

type Words = { readonly kind: RowKind; readonly label: string; readonly details: string };

function words(sighting: Sighting, dialogs: DialogNumbers): Words | string | undefined {
  const { content } = sighting;
  switch (content.protocol) {
    case 'sip':
      return {
        kind: sipKind(content.message),
        label: sipLabel(content.message, dialogs),
        details: sipDetails(content.message),
      };
    case 'floor':
      return { kind: 'floor', ...floorWords(content.messages) };
    case 'icmp':
      return icmpWords(content);
    case 'rtp':
      return speech(sighting) === undefined ? 'RTP keep-alives' : undefined;
    case 'rtcp':
      return 'RTCP reports';
    case 'other':
      return 'other datagrams (keep-alives of SIP and floor control among them)';
    case 'dns':
    case 'marker':
      return undefined;
  }
}

function floorWords(messages: readonly FloorMessage[]): { label: string; details: string } {
  const details = messages.map(({ fields }) =>
    fields.flatMap((field) => ('uri' in field ? [`${field.id} ${field.uri}`] : [])).join(' · '),
  );
  return { label: messages.map(({ name }) => name).join(' + '), details: ['Floor control', ...details].join(' · ') };
}

/** RFC 792: type 3 says that something cannot be reached, and quotes the packet that was on its way there. */
function icmpWords(content: Extract<Content, { protocol: 'icmp' }>): Words {
  const { type, code, quoted } = content;
  const port = type === 3 && code === 3;
  const about =
    quoted === undefined ? '' : ` · about ${quoted.src}:${quoted.srcPort} → ${quoted.dst}:${quoted.dstPort}`;
  return {
    kind: 'icmp',
    label: port ? 'port unreachable' : `ICMP ${type}/${code}`,
    details: `ICMP ${type}/${code}${about}`,
  };
}

/** Markers say when a step of the scenario began. */
function acts(timeline: Timeline): Row[] {
  const seen = new Map<number, Sighting>();
  for (const sighting of timeline.sightings) {
    if (sighting.content.protocol !== 'marker') continue;
    const { marker } = sighting.content;
    if (!seen.has(marker)) seen.set(marker, sighting);
  }
  return [...seen].map(([marker, { timeNs, tap, frame }]) => ({
    timeNs,
    untilNs: timeNs,
    count: 1,
    kind: 'act',
    label: marker === 0 ? 'the scenario begins' : marker === 65_535 ? 'the scenario ends' : `act ${marker}`,
    path: undefined,
    details: `marker ${marker}`,
    evidence: [{ tap, frame }],
    more: [],
  }));
}
