import type { Sighting } from '../../capture/timeline.ts';
import { type Announced, announcedIn, receiversIn, sentTo, settled } from '../announced.ts';
import { no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { agencyOf, nodeTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';

/**
 * What becomes of a packet for an address that only the partner's cluster knows: it leaves the node with the pod's own
 * source; it leaves masqueraded; another pod of the sender's cluster has that address; or the sender itself has it.
 */
export type Fate = 'leaked' | 'masqueraded' | 'bystander' | 'self';

/**
 * A packet was sent to the c= and m= of the SDP of a crossing dialog, no pod of the agency that announced it received
 * it, and this is what became of it. Judged by what was sent and not received, never by the range of the address.
 */
export function privateAddressInSdp(fate: Fate): Question {
  return question(clauses.F2, (scene) => {
    const announced = announcedIn(scene);
    if (announced.length === 0) return pending(scene, 'no SDP crosses between agencies');
    const sent = announced.flatMap((one) =>
      sentTo(scene, one.to, one.address, one.ports).map((sighting) => ({ one, sighting })),
    );
    const [first] = announced;
    if (sent.length === 0) return pending(scene, 'nothing is sent to the address of that SDP', first?.sip);
    for (const { one, sighting } of sent) {
      const [arrival] = receiversIn(scene, sighting, one.by);
      if (arrival !== undefined && !selfOnly(sighting)) {
        return no(`a packet for ${shown(one, sighting)} arrives`, one.sip, sighting, arrival);
      }
    }
    return becomes(scene, fate, sent);
  });
}

function becomes(
  scene: Scene,
  fate: Fate,
  sent: readonly { readonly one: Announced; readonly sighting: Sighting }[],
): Answer {
  let miss: { readonly because: string; readonly sightings: readonly (Sighting | undefined)[] } | undefined;
  for (const { one, sighting } of sent) {
    const proof = proofOf(scene, fate, one, sighting);
    if (proof !== undefined && settled(scene, sighting)) {
      return yes(`a packet for ${shown(one, sighting)} ${told[fate]}`, one.sip, sighting, ...proof);
    }
    miss ??= { because: `no packet for ${shown(one, sighting)} ${told[fate]} yet`, sightings: [one.sip, sighting] };
  }
  return pending(scene, miss?.because ?? '', ...(miss?.sightings ?? []));
}

const told: Readonly<Record<Fate, string>> = {
  leaked: "leaves the node with the pod's own source and arrives nowhere",
  masqueraded: "leaves the node with the node's source and arrives nowhere",
  bystander: 'is received by another pod of the own cluster',
  self: 'comes back to its own sender',
};

/** The frames that show this fate of a packet, undefined when it had another one. */
function proofOf(scene: Scene, fate: Fate, { to }: Announced, sighting: Sighting): readonly Sighting[] | undefined {
  const node = nodeTap(scene.topology, to);
  const outside = sighting.journey.sightings.find((one) => one.tap === node?.name);
  const inside = receiversIn(scene, sighting, to);
  switch (fate) {
    case 'leaked':
      return outside && inside.length === 0 && outside.src === sighting.src ? [outside] : undefined;
    case 'masqueraded':
      return outside && inside.length === 0 && outside.src === to.node && sighting.src !== to.node
        ? [outside]
        : undefined;
    case 'bystander': {
      const others = inside.filter((one) => one.tap !== sighting.tap && !isSender(scene, one, sighting));
      return outside === undefined && others.length > 0 ? others : undefined;
    }
    case 'self':
      return selfOnly(sighting) && outside === undefined ? [] : undefined;
  }
}

/** Sent by a pod to its own address: seen on its loopback and nowhere else. */
function selfOnly(sighting: Sighting): boolean {
  return sighting.src === sighting.dst && sighting.journey.sightings.every(({ tap }) => tap === sighting.tap);
}

function isSender(scene: Scene, one: Sighting, sender: Sighting): boolean {
  const place = (name: string) => scene.topology.taps.find((tap) => tap.name === name)?.place;
  return place(one.tap) === place(sender.tap);
}

function shown({ by }: Announced, { dst, dstPort }: Sighting): string {
  return `${dst}:${dstPort}, announced by agency ${by.name}`;
}

/**
 * Both servers "repair" the SDP: packets go to the far node's address and the port of the SDP, where that node exposes
 * nothing; they reach its tap and no pod of that agency. Evidence holds the ICMP error too, where the kernel sent one.
 */
export function nodeAddressWithPodPort(): Question {
  return question(clauses.F3, (scene) => {
    const announced = announcedIn(scene);
    if (announced.length === 0) return pending(scene, 'no SDP crosses between agencies');
    for (const one of announced) {
      const node = nodeTap(scene.topology, one.by);
      for (const sighting of sentTo(scene, one.to, one.by.node, one.ports)) {
        const [arrival] = receiversIn(scene, sighting, one.by);
        if (arrival !== undefined)
          return no(`a packet for ${shown(one, sighting)} arrives`, one.sip, sighting, arrival);
        const outside = sighting.journey.sightings.find(({ tap }) => tap === node?.name);
        if (outside === undefined || !settled(scene, sighting)) continue;
        const because = `a packet for ${shown(one, sighting)} ends at the node: no pod there receives it`;
        return yes(because, one.sip, sighting, outside, refusalOf(scene, sighting));
      }
    }
    return pending(scene, "nothing is sent to the partner's node at the port of its SDP", announced[0]?.sip);
  });
}

/** RFC 792: port unreachable, quoting this packet, on a tap of the sender's agency. */
function refusalOf(scene: Scene, sighting: Sighting): Sighting | undefined {
  const here = scene.topology.taps.find((tap) => tap.name === sighting.tap);
  return scene.timeline.sightings.find(
    ({ content, tap }) =>
      content.protocol === 'icmp' &&
      content.type === 3 &&
      content.quoted?.dst === sighting.dst &&
      content.quoted.dstPort === sighting.dstPort &&
      here !== undefined &&
      scene.topology.taps.some(
        (one) => one.name === tap && agencyOf(scene.topology, one) === agencyOf(scene.topology, here),
      ),
  );
}
