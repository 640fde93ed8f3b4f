import { during, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { isAnswer } from '../legs.ts';
import { agencyOf, nodeTap, receivedBy, sentBy, ueNamed, ueTap } from '../places.ts';
import type { Question, Scene } from '../question.ts';
import { sipSightings } from '../sip-facts.ts';
import type { AgencyTopology } from '../topology.ts';

/** In this act every UE but the caller rings (TS 24.379 6.2.3.2.1). */
export function allRingBut(caller: string): Question {
  return question('TS 24.379 6.2.3.2.1', (scene) => {
    const inAct = new Set(during(scene));
    const ringing = sipSightings(scene.timeline).filter(
      ({ sighting, facts }) => inAct.has(sighting) && isAnswer(facts, 'INVITE', 180),
    );
    const first = scene.topology.ues
      .filter(({ name }) => name !== caller)
      .map((ue) => {
        const tap = ueTap(scene.topology, ue);
        return { ue, seen: ringing.find(({ sighting }) => tap !== undefined && sentBy(tap, sighting))?.sighting };
      });
    const silent = first.find(({ seen }) => seen === undefined);
    if (silent !== undefined) return pending(scene, `${silent.ue.name} does not ring`);
    return yes('all ring', ...first.map(({ seen }) => seen));
  });
}

/** In this act one UE answers: its 200 leaves it. */
export function answers(name: string): Question {
  return question(clauses.acknowledged, (scene) => {
    const ue = ueNamed(scene.topology, name);
    const tap = ue && ueTap(scene.topology, ue);
    const inAct = new Set(during(scene));
    const ok = sipSightings(scene.timeline).find(
      ({ sighting, facts }) =>
        inAct.has(sighting) && tap !== undefined && isAnswer(facts, 'INVITE', 200) && sentBy(tap, sighting),
    );
    return ok === undefined ? pending(scene, `${name} does not answer`) : yes(`${name} answers`, ok.sighting);
  });
}

/** In this act the node of that agency itself refuses what comes for the port of its edge: ICMP port unreachable. */
export function nodeRefuses(agencyName: string): Question {
  return question(clauses.K4, (scene) => {
    const agency = agencyNamed(scene, agencyName);
    const tap = agency && nodeTap(scene.topology, agency);
    const refusal = during(scene).find(
      ({ tap: at, src, content }) =>
        at === tap?.name &&
        src === agency?.node &&
        content.protocol === 'icmp' &&
        content.type === 3 &&
        content.code === 3 &&
        content.quoted?.dstPort === agency.interconnectPort,
    );
    if (refusal === undefined) return pending(scene, `the node of agency ${agencyName} refuses nothing`);
    return yes(`the node of agency ${agencyName} refuses what comes for port ${agency?.interconnectPort}`, refusal);
  });
}

/** In this act media or SIP of a partner reaches the pod that has taken over from the edge. */
export function nextEdgeReached(agencyName: string): Question {
  return question(clauses.K2, (scene) => {
    const agency = agencyNamed(scene, agencyName);
    const tap = scene.topology.taps.find(
      (one) =>
        one.kind === 'pod' &&
        agencyOf(scene.topology, one) === agency &&
        one.addresses.includes(agency?.edgeNext ?? ''),
    );
    const partners = scene.topology.agencies.filter((one) => one !== agency).map(({ node }) => node);
    const arrival = during(scene).find(
      (sighting) => tap !== undefined && receivedBy(tap, sighting) && partners.includes(sighting.src),
    );
    if (arrival === undefined)
      return pending(scene, `nothing of a partner reaches the next edge of agency ${agencyName}`);
    return yes(`${arrival.content.protocol} of a partner reaches ${arrival.tap}`, ...arrival.journey.sightings);
  });
}

function agencyNamed(scene: Scene, name: string): AgencyTopology | undefined {
  return scene.topology.agencies.find((agency) => agency.name === name);
}
