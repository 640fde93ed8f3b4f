import type { Sighting } from '../../capture/timeline.ts';
import { before, during } from '../answers.ts';
import { payloadKey, speech } from '../media.ts';
import { mediaPlanOf, offPlan } from '../media-plan.ts';
import { receivedBy, sentBy, ueTap } from '../places.ts';
import type { Scene } from '../question.ts';
import type { UeTopology } from '../topology.ts';
import type { Objection } from './dialog.ts';
import { floorIn, ssrcIn } from './floor.ts';

/** What a talker's UE sent, up to its Floor Release. */
export interface Sent {
  readonly packets: readonly Sighting[];
  readonly release: Sighting | undefined;
}

/**
 * What is wrong with a talk burst that is heard: it is not the one that the floor was granted for, it does not go where the
 * SDP of each leg says, or somebody else talks into it.
 */
export function burstObjection(
  scene: Scene,
  talker: UeTopology,
  listeners: readonly UeTopology[],
  sent: Sent,
): Objection | undefined {
  return (
    ungranted(scene, talker, sent) ??
    misled(scene, talker, sent) ??
    listeners.map((ue) => disturbed(scene, ue, sent) ?? misheard(scene, ue, sent)).find((one) => one !== undefined)
  );
}

/** TS 24.380 6.2.4.5: media of the SSRC that was granted, until the floor is released or revoked. */
function ungranted(scene: Scene, talker: UeTopology, { packets, release }: Sent): Objection | undefined {
  const tap = ueTap(scene.topology, talker);
  const [first] = packets;
  const last = release ?? packets.at(-1);
  if (tap === undefined || first === undefined || last === undefined) return undefined;
  const received = scene.timeline.sightings.filter((one) => before(scene, one) && receivedBy(tap, one));
  const grant = received.findLast((one) => one.timeNs <= first.timeNs && floorIn(one, 'Floor Granted') !== undefined);
  const ssrc = ssrcIn(grant, 'Floor Granted');
  const other = packets.find((one) => ssrc !== undefined && speech(one)?.ssrc !== ssrc);
  if (grant !== undefined && other !== undefined) {
    const because = `${talker.name} talks as SSRC ${speech(other)?.ssrc}, and SSRC ${ssrc} has the floor`;
    return { because, sightings: [grant, other] };
  }
  const revoke = received.find(
    (one) => one.timeNs > first.timeNs && one.timeNs < last.timeNs && floorIn(one, 'Floor Revoke') !== undefined,
  );
  return revoke && { because: `the floor of ${talker.name} is revoked`, sightings: [revoke] };
}

function misled(scene: Scene, talker: UeTopology, { packets }: Sent): Objection | undefined {
  const tap = ueTap(scene.topology, talker);
  const plan = tap && packets[0] && mediaPlanOf(scene, tap, packets[0].timeNs);
  if (plan === undefined) return undefined;
  for (const packet of packets) {
    const because = offPlan(plan, packet, 'sent');
    if (because !== undefined)
      return { because: `${talker.name} sends RTP ${because}`, sightings: [plan.own.sip, plan.far.sip, packet] };
  }
  return undefined;
}

function misheard(scene: Scene, ue: UeTopology, { packets }: Sent): Objection | undefined {
  const tap = ueTap(scene.topology, ue);
  const plan = tap && packets[0] && mediaPlanOf(scene, tap, packets[0].timeNs);
  if (tap === undefined || plan === undefined) return undefined;
  const own = payloadsOf(packets);
  for (const packet of during(scene)) {
    const spoken = speech(packet);
    if (spoken === undefined || !receivedBy(tap, packet) || !own.has(payloadKey(spoken))) continue;
    const because = offPlan(plan, packet, 'received');
    if (because !== undefined)
      return { because: `RTP reaches ${ue.name} ${because}`, sightings: [plan.own.sip, plan.far.sip, packet] };
  }
  return undefined;
}

/** TS 24.380 6.3.4.4: while the talker has the floor nobody else talks, and nobody else is heard. */
function disturbed(scene: Scene, ue: UeTopology, { packets }: Sent): Objection | undefined {
  const tap = ueTap(scene.topology, ue);
  const [first, last] = [packets[0], packets.at(-1)];
  if (tap === undefined || first === undefined || last === undefined) return undefined;
  const own = payloadsOf(packets);
  for (const packet of during(scene)) {
    const spoken = speech(packet);
    if (spoken === undefined || packet.timeNs < first.timeNs || packet.timeNs > last.timeNs) continue;
    if (sentBy(tap, packet)) return { because: `${ue.name} sends speech too`, sightings: [first, packet] };
    if (receivedBy(tap, packet) && !own.has(payloadKey(spoken)))
      return { because: `${ue.name} hears somebody else too`, sightings: [first, packet] };
  }
  return undefined;
}

function payloadsOf(packets: readonly Sighting[]): ReadonlySet<string> {
  return new Set(packets.flatMap((packet) => speech(packet) ?? []).map(payloadKey));
}
