import type { Journey, Sighting } from '../../capture/timeline.ts';
import { allOf, before, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { crossingLegs } from '../legs.ts';
import { agencyOf, nodeTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';
import type { AgencyTopology } from '../topology.ts';
import { legComplete } from './call.ts';

export type CrossingKind = 'rtp' | 'floor' | 'sip';

/** Some datagram of each kind crosses from pod to pod, and both nodes translate it: four frames, two pairs of addresses. */
export function crossedBothNats(...kinds: readonly CrossingKind[]): Question {
  return question(clauses.translated, (scene) => allOf(kinds.map((kind) => crossing(scene, kind))));
}

function crossing(scene: Scene, kind: CrossingKind): Answer {
  let miss: Sighting | undefined;
  for (const journey of scene.timeline.journeys) {
    const first = journey.sightings[0];
    if (first?.content.protocol !== kind || !before(scene, first)) continue;
    for (const from of scene.topology.agencies) {
      for (const to of scene.topology.agencies) {
        const hops = from === to ? undefined : hopsOf(scene, journey, from, to);
        if (hops === undefined) continue;
        const [podA, nodeA, nodeB, podB] = hops;
        miss = nodeA;
        if (!translated(podA, nodeA) || !translated(nodeB, podB)) continue;
        const because = `${kind} ${shown(podA)} becomes ${shown(nodeA)} and arrives as ${shown(podB)}`;
        return yes(because, podA, nodeA, nodeB, podB);
      }
    }
  }
  const because = miss ? `${kind} crosses, but not translated at both nodes` : `no ${kind} crosses from pod to pod`;
  return pending(scene, because, miss);
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
  return podA && nodeA && nodeB && podB ? [podA, nodeA, nodeB, podB] : undefined;
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
