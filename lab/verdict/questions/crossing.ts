import type { Journey, Sighting } from '../../capture/timeline.ts';
import { type Announced, announcedIn } from '../announced.ts';
import { allOf, before, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { crossingLegs } from '../legs.ts';
import { agencyOf, nodeTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';
import type { AgencyTopology } from '../topology.ts';
import { legComplete } from './call.ts';

export type CrossingKind = 'rtp' | 'floor' | 'sip';

/**
 * Datagrams of each kind cross from pod to pod, and both nodes translate every one of them: four frames, two pairs of
 * addresses. What the SDP of the crossing dialogs wants outside is a node's address and ports that this node exposes.
 */
export function crossedBothNats(...kinds: readonly CrossingKind[]): Question {
  return question(clauses.translated, (scene) => {
    const hidden = announcedIn(scene).flatMap((announced) => notExposed(scene, announced) ?? []);
    return allOf([...kinds.map((kind) => crossing(scene, kind)), ...hidden]);
  });
}

function crossing(scene: Scene, kind: CrossingKind): Answer {
  let proof: Hops | undefined;
  for (const journey of scene.timeline.journeys) {
    const first = journey.sightings[0];
    if (first?.content.protocol !== kind || !before(scene, first)) continue;
    const hops = crossingHops(scene, journey);
    if (hops === undefined) continue;
    const [podA, nodeA, nodeB, podB] = hops;
    if (!translated(podA, nodeA) || !translated(nodeB, podB)) {
      const because = `${kind} ${shown(podA)} crosses, but is not translated at both nodes`;
      return pending(scene, because, podA, nodeA, nodeB, podB);
    }
    proof ??= hops;
  }
  if (proof === undefined) return pending(scene, `no ${kind} crosses from pod to pod`);
  const [podA, nodeA, , podB] = proof;
  return yes(`${kind} ${shown(podA)} becomes ${shown(nodeA)} and arrives as ${shown(podB)}`, ...proof);
}

function notExposed(scene: Scene, { by, address, ports, sip }: Announced): Answer | undefined {
  const [first, last] = by.mediaPorts;
  const hidden = [...ports].find((port) => port < first || port > last);
  if (address !== by.node) return pending(scene, `agency ${by.name} announces ${address}, not its node`, sip);
  if (hidden === undefined) return undefined;
  return pending(scene, `agency ${by.name} announces port ${hidden}, which nothing exposes`, sip);
}

function crossingHops(scene: Scene, journey: Journey): Hops | undefined {
  for (const from of scene.topology.agencies) {
    for (const to of scene.topology.agencies) {
      const hops = from === to ? undefined : hopsOf(scene, journey, from, to);
      if (hops !== undefined) return hops;
    }
  }
  return undefined;
}

type Hops = readonly [Sighting, Sighting, Sighting, Sighting];

/** The datagram in a pod of one agency, at both nodes, and in a pod of the other. */
function hopsOf(scene: Scene, journey: Journey, from: AgencyTopology, to: AgencyTopology): Hops | undefined {
  const podA = inPod(scene, journey, from, 'src');
  const podB = inPod(scene, journey, to, 'dst');
  const at = (agency: AgencyTopology) => {
    const tap = nodeTap(scene.topology, agency);
    return journey.sightings.find((sighting) => sighting.tap === tap?.name);
  };
  const nodeA = at(from);
  const nodeB = at(to);
  if (!podA || !nodeA || !nodeB || !podB) return undefined;
  const hops = [podA, nodeA, nodeB, podB] as const;
  const order = hops.map((hop) => journey.sightings.indexOf(hop));
  return order.every((place, index) => index === 0 || place > (order[index - 1] ?? 0)) ? hops : undefined;
}

function inPod(scene: Scene, journey: Journey, agency: AgencyTopology, side: 'src' | 'dst'): Sighting | undefined {
  const taps = scene.topology.taps.filter((tap) => tap.kind === 'pod' && agencyOf(scene.topology, tap) === agency);
  return journey.sightings.find((sighting) =>
    taps.some((tap) => tap.name === sighting.tap && tap.addresses.includes(sighting[side])),
  );
}

function translated(one: Sighting, other: Sighting): boolean {
  return one.src !== other.src || one.dst !== other.dst;
}

function shown(sighting: Sighting): string {
  return `${sighting.src}:${sighting.srcPort} > ${sighting.dst}:${sighting.dstPort}`;
}

/**
 * INVITE, 200 and ACK, at both ends, of the dialogs that a call makes between agencies: the fan-out to each partner, and before
 * it the caller's own dialog where a partner's UE calls.
 */
export function crossingDialogComplete(): Question {
  return question(clauses.acknowledged, (scene) => {
    const legs = crossingLegs(scene);
    const [first] = legs;
    if (first === undefined) return pending(scene, 'no dialog crosses between agencies');
    const begunBy = agencyOf(scene.topology, first.initiator);
    const expected = scene.topology.agencies.length - (begunBy?.role === 'root' ? 1 : 0);
    const answers = legs.map((leg) => legComplete(scene, leg));
    const complete = answers.filter(({ state }) => state === 'yes');
    if (complete.length >= expected) return allOf(complete);
    const miss = answers.find(({ state }) => state !== 'yes');
    return pending(scene, miss?.because ?? `${complete.length} of ${expected} crossing dialogs are there`);
  });
}
