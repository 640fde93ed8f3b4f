import { Buffer } from 'node:buffer';
import type { Sighting } from '../../capture/timeline.ts';
import { settled } from '../announced.ts';
import { during, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { packetKey } from '../media.ts';
import { edgeTap, receivedBy, sentBy, type TapTopology } from '../places.ts';
import type { Question, Scene } from '../question.ts';

function edgesOf({ topology }: Scene): { readonly tap: TapTopology; readonly mediaPorts: readonly [number, number] }[] {
  return topology.agencies.flatMap((agency) => {
    const tap = edgeTap(topology, agency);
    return tap === undefined ? [] : [{ tap, mediaPorts: agency.mediaPorts }];
  });
}

/** Where datagrams came in, as `a-edge 30100`: exposed ports are the pods' own. */
const doorOf = (sighting: Sighting) => `${sighting.tap} ${sighting.dstPort}`;

function mediaDoors(scene: Scene): string[] {
  return edgesOf(scene).flatMap(({ tap, mediaPorts: [first, last] }) =>
    Array.from({ length: last - first + 1 }, (_, index) => `${tap.name} ${first + index}`),
  );
}

/**
 * RTP and floor control that this place sent in this act arrive at every exposed port of every edge (the control) and
 * leave it towards nobody: no edge sends a datagram with that payload.
 */
export function mediaGetsNowhere(place: string): Question {
  return question(clauses.R4, (scene) => {
    const taps = scene.topology.taps.filter((tap) => tap.place === place);
    const edges = edgesOf(scene).map(({ tap }) => tap);
    const sent = new Map<string, Sighting>();
    const arrived: Sighting[] = [];
    for (const sighting of during(scene)) {
      const key = mediaKey(sighting);
      if (key === undefined) continue;
      if (taps.some((tap) => sentBy(tap, sighting))) sent.set(key, sighting);
      const origin = sent.get(key);
      if (origin === undefined) continue;
      if (edges.some((edge) => receivedBy(edge, sighting))) arrived.push(sighting);
      else if (edges.some((edge) => sentBy(edge, sighting))) return no(`${sighting.tap} relays it`, origin, sighting);
    }
    const [first] = sent.values();
    const missed = missedDoor(scene, arrived, ['rtp', 'floor']);
    if (missed !== undefined) return pending(scene, `nothing of ${place} reaches ${missed}`, first, arrived.at(-1));
    const last = arrived.at(-1);
    if (last === undefined || !settled(scene, last)) return pending(scene, 'too early to tell', first, last);
    return yes(`${arrived.length} packets of ${place} end at the edge`, first, arrived[0], last);
  });
}

function missedDoor(scene: Scene, arrived: readonly Sighting[], protocols: readonly string[]): string | undefined {
  const reached = new Set(arrived.map((sighting) => `${doorOf(sighting)} ${sighting.content.protocol}`));
  return mediaDoors(scene)
    .flatMap((door) => protocols.map((protocol) => `${door} ${protocol}`))
    .find((door) => !reached.has(door));
}

function mediaKey(sighting: Sighting): string | undefined {
  const { content } = sighting;
  if (content.protocol === 'rtp') return packetKey(content.packet);
  return content.protocol === 'floor' ? payloadText(sighting) : undefined;
}

function payloadText({ payload }: Sighting): string {
  return Buffer.from(payload).toString('latin1');
}

/** At least so many datagrams of this place arrive at the edges in this act, some at every exposed port, SIP's included. */
export function floodArrives(place: string, count: number): Question {
  return question(clauses.R4, (scene) => {
    const taps = scene.topology.taps.filter((tap) => tap.place === place);
    const edges = edgesOf(scene).map(({ tap }) => tap);
    const sent = new Set<string>();
    const arrived: Sighting[] = [];
    for (const sighting of during(scene)) {
      if (taps.some((tap) => sentBy(tap, sighting))) sent.add(payloadText(sighting));
      else if (edges.some((edge) => receivedBy(edge, sighting)) && sent.has(payloadText(sighting))) {
        arrived.push(sighting);
      }
    }
    const doors = new Set(arrived.map(doorOf));
    const media = mediaDoors(scene);
    const missed = media.find((door) => !doors.has(door));
    // Clients' and partners' listeners of each edge.
    const sipDoors = [...doors].filter((door) => !media.includes(door)).length;
    const because = `${arrived.length} datagrams of ${place} arrive at ${doors.size} ports`;
    if (arrived.length < count || missed !== undefined || sipDoors < 2 * edges.length) {
      return pending(scene, missed === undefined ? because : `${because}, none at ${missed}`, arrived.at(-1));
    }
    return yes(because, arrived[0], arrived.at(-1));
  });
}
