import type { Sighting } from '../../capture/timeline.ts';
import { allOf, during, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { packetKey, payloadKey, speech } from '../media.ts';
import { agencyOf, receivedBy, sentBy, serverTap, type TapTopology, ueNamed, ueTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';
import type { UeTopology } from '../topology.ts';
import { burstObjection, type Sent } from './burst.ts';
import { floorIn } from './floor.ts';

export interface Burst {
  readonly talker: string;
  /** What latching may eat: all packets after the first so many must arrive. */
  readonly afterFirst: number;
  /** How many the talker was told to send; without it the talker's Floor Release alone ends the burst. */
  readonly packets?: number;
  /** Narrows the listeners to one agency. */
  readonly agency?: string;
}

/** Every other member's UE receives, by payload, all RTP that the talker's UE sent in this act after the first so many. */
export function burstHeard(burst: Burst): Question {
  return question(clauses.forwarded, (scene) => {
    const talker = ueNamed(scene.topology, burst.talker);
    const tap = talker && ueTap(scene.topology, talker);
    if (talker === undefined || tap === undefined) return pending(scene, `there is no UE ${burst.talker}`);
    const sent = sentIn(scene, tap);
    const over = whyNotOver(burst, sent);
    if (over !== undefined) return pending(scene, `${talker.name}: ${over}`, sent.packets.at(-1), sent.release);
    if (burst.packets !== undefined && sent.packets.length !== burst.packets) {
      const because = `${talker.name} sent ${sent.packets.length} packets, not ${burst.packets}`;
      return no(because, sent.packets[0], sent.packets.at(-1), sent.release);
    }
    const counted = sent.packets.slice(burst.afterFirst);
    const listeners = scene.topology.ues.filter(
      (ue) => ue !== talker && (burst.agency === undefined || ue.agency === burst.agency),
    );
    const because = `${talker.name} sent ${sent.packets.length} packets, ${counted.length} count`;
    const ends = yes(because, counted[0], counted.at(-1), sent.release);
    const heard = listeners.map((ue) => heardBy(scene, ue, counted));
    const objection = burstObjection(scene, talker, listeners, sent);
    return objection === undefined ? allOf([ends, ...heard]) : no(objection.because, ...objection.sightings);
  });
}

/** The talker's RTP up to its Floor Release, by the packets at its own tap. */
function sentIn(scene: Scene, tap: TapTopology): Sent {
  const own = during(scene).filter((sighting) => sentBy(tap, sighting));
  const first = own.find((sighting) => speech(sighting) !== undefined);
  const release = own.find(
    (sighting) => first && sighting.timeNs >= first.timeNs && floorIn(sighting, 'Floor Release') !== undefined,
  );
  const packets = own.filter(
    (sighting) => speech(sighting) !== undefined && (release === undefined || sighting.timeNs <= release.timeNs),
  );
  return { packets, release };
}

function whyNotOver({ packets, afterFirst }: Burst, sent: Sent): string | undefined {
  const complete = packets !== undefined && sent.packets.length >= packets;
  if (sent.release === undefined && !complete) return `${sent.packets.length} packets sent, no Floor Release yet`;
  if (sent.packets.length <= afterFirst)
    return `${sent.packets.length} packets sent, none after the first ${afterFirst}`;
  return undefined;
}

function heardBy(scene: Scene, ue: UeTopology, counted: readonly Sighting[]): Answer {
  const tap = ueTap(scene.topology, ue);
  const arrived = new Map<string, Sighting>();
  for (const sighting of during(scene)) {
    const packet = speech(sighting);
    if (packet === undefined || tap === undefined || !receivedBy(tap, sighting)) continue;
    const key = payloadKey(packet);
    if (!arrived.has(key)) arrived.set(key, sighting);
  }
  const found = counted.map((sighting) => {
    const packet = speech(sighting);
    return packet === undefined ? undefined : arrived.get(payloadKey(packet));
  });
  const received = found.filter((sighting) => sighting !== undefined);
  const because = `${ue.name} received ${received.length} of ${counted.length}`;
  if (received.length === counted.length) return yes(because, received[0], received.at(-1));
  return pending(scene, because, counted[found.indexOf(undefined)], received.at(-1));
}

/** RTP that this UE sends, keep-alives count, arrives at its own agency's server. */
export function ownServerHears(name: string): Question {
  return question(clauses.forwarded, (scene) => {
    const ue = ueNamed(scene.topology, name);
    const from = ue && ueTap(scene.topology, ue);
    const agency = from && agencyOf(scene.topology, from);
    const to = agency && serverTap(scene.topology, agency);
    if (from === undefined || to === undefined) return pending(scene, `no tap at ${name} and its server`);
    const sent = new Map<string, Sighting>();
    for (const sighting of during(scene)) {
      if (sighting.content.protocol !== 'rtp') continue;
      const key = packetKey(sighting.content.packet);
      if (sentBy(from, sighting)) sent.set(key, sighting);
      const origin = receivedBy(to, sighting) ? sent.get(key) : undefined;
      if (origin !== undefined) return yes(`RTP of ${name} reaches ${to.name}`, origin, sighting);
    }
    const last = [...sent.values()].at(-1);
    return pending(scene, last === undefined ? `${name} sends no RTP` : `no RTP of ${name} reaches ${to.name}`, last);
  });
}
