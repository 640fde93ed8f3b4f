import type { Sighting, Timeline } from '../../lab/capture/timeline.ts';
import { speech } from '../../lab/verdict/media.ts';
import { ueTap } from '../../lab/verdict/places.ts';
import type { Topology } from '../../lab/verdict/topology.ts';
import type { FloorMessage } from '../../lab/wire/floor/message.ts';

/** `has` and `taken` as the floor control server told; `sent` and `heard` as RTP showed. */
export interface Span {
  readonly what: 'has' | 'taken' | 'sent' | 'heard';
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly text: string;
}

export interface Mark {
  readonly timeNs: bigint;
  readonly sign: '▲' | '▼' | '✕';
  readonly text: string;
}

export interface Lane {
  readonly ue: string;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

export function lanesOf(timeline: Timeline, topology: Topology): Lane[] {
  const endNs = timeline.sightings.at(-1)?.timeNs ?? 0n;
  return topology.ues.map((ue) => {
    const tap = ueTap(topology, ue);
    const here = timeline.sightings.filter((sighting) => sighting.tap === tap?.name);
    const sent = (sighting: Sighting): boolean => sighting.src === ue.address;
    return {
      ue: ue.name,
      spans: [
        ...floorSpans(
          here.filter((sighting) => !sent(sighting)),
          here.filter(sent),
          endNs,
        ),
        ...speechSpans(here.filter(sent), 'sent'),
        ...speechSpans(
          here.filter((sighting) => !sent(sighting)),
          'heard',
        ),
      ],
      marks: here.flatMap((sighting) => messagesOf(sighting).flatMap((message) => markOf(message, sighting))),
    };
  });
}

/**
 * TS 24.380 6.2.4: Granted begins one's own turn, Taken another's; Idle, Deny and Revoke, one's own Release, the next
 * message end it.
 */
function floorSpans(received: readonly Sighting[], sent: readonly Sighting[], endNs: bigint): Span[] {
  const spans: Span[] = [];
  let open: Omit<Span, 'toNs'> | undefined;
  const close = (toNs: bigint): void => {
    if (open !== undefined) spans.push({ ...open, toNs });
    open = undefined;
  };
  for (const sighting of [...received, ...sent].sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1))) {
    for (const message of messagesOf(sighting)) {
      const change = received.includes(sighting)
        ? toldBy(message)
        : message.name === 'Floor Release'
          ? 'nobody'
          : undefined;
      if (change === undefined || (change === open?.what && textOf(message) === open.text)) continue;
      close(sighting.timeNs);
      if (change !== 'nobody') open = { what: change, fromNs: sighting.timeNs, text: textOf(message) };
    }
  }
  close(endNs);
  return spans;
}

function toldBy({ name }: FloorMessage): 'has' | 'taken' | 'nobody' | undefined {
  if (name === 'Floor Granted') return 'has';
  if (name === 'Floor Taken') return 'taken';
  return name === 'Floor Idle' || name === 'Floor Revoke' ? 'nobody' : undefined;
}

function textOf({ name, fields }: FloorMessage): string {
  const who = fields.flatMap((field) => ('uri' in field && field.id === "Granted Party's Identity" ? [field.uri] : []));
  return [name, ...who].join(': ');
}

function markOf(message: FloorMessage, { timeNs }: Sighting): Mark[] {
  const signs: Readonly<Partial<Record<FloorMessage['name'], Mark['sign']>>> = {
    'Floor Request': '▲',
    'Floor Release': '▼',
    'Floor Deny': '✕',
    'Floor Revoke': '✕',
  };
  const sign = signs[message.name];
  return sign === undefined ? [] : [{ timeNs, sign, text: message.name }];
}

function messagesOf({ content }: Sighting): readonly FloorMessage[] {
  return content.protocol === 'floor' ? content.messages : [];
}

const pauseNs = 200_000_000n;
const packetNs = 20_000_000n;

/** RTP packets that follow each other closely are one span. */
function speechSpans(sightings: readonly Sighting[], what: 'sent' | 'heard'): Span[] {
  const spans: { fromNs: bigint; lastNs: bigint; count: number; ssrc: number }[] = [];
  for (const sighting of sightings) {
    const packet = speech(sighting);
    if (packet === undefined) continue;
    const last = spans.at(-1);
    if (last !== undefined && last.ssrc === packet.ssrc && sighting.timeNs - last.lastNs <= pauseNs) {
      last.lastNs = sighting.timeNs;
      last.count += 1;
    } else {
      spans.push({ fromNs: sighting.timeNs, lastNs: sighting.timeNs, count: 1, ssrc: packet.ssrc });
    }
  }
  return spans.map(({ fromNs, lastNs, count, ssrc }) => ({
    what,
    fromNs,
    toNs: lastNs + packetNs,
    text: `${count} packets of SSRC ${ssrc.toString(16).padStart(8, '0')}`,
  }));
}
