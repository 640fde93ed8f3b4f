import type { Sighting } from '../../capture/timeline.ts';
import { settled } from '../announced.ts';
import { no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { isAnswer, isRequest, type Leg, legsOf } from '../legs.ts';
import { agencyOf, edgeTap, receivedBy, sentBy, serverTap, type TapTopology } from '../places.ts';
import type { Question, Scene } from '../question.ts';
import { type SipSighting, sipSightings } from '../sip-facts.ts';
import { isfocus } from './forgery.ts';

interface Visit {
  readonly leg: Leg;
  readonly edge: TapTopology;
  readonly server: TapTopology;
  /** The INVITE as the foreign agency's edge received it. */
  readonly arrived: SipSighting;
}

/** INVITEs of one agency that reached the edge of another one. */
function visits(scene: Scene): Visit[] {
  return legsOf(scene).flatMap((leg) =>
    scene.topology.agencies.flatMap((agency) => {
      const edge = edgeTap(scene.topology, agency);
      const server = serverTap(scene.topology, agency);
      if (edge === undefined || server === undefined) return [];
      if (agencyOf(scene.topology, leg.initiator) === agency) return [];
      const arrived = leg.sip.find(({ sighting, facts }) => isRequest(facts, 'INVITE') && receivedBy(edge, sighting));
      return arrived === undefined ? [] : [{ leg, edge, server, arrived }];
    }),
  );
}

/** A crossing INVITE reaches the other agency's edge, is answered with this status there, and nothing of it reaches that agency's server. */
export function crossingInviteRefused(status = 403): Question {
  return question(clauses.F4, (scene) => {
    const all = visits(scene);
    if (all.length === 0) return pending(scene, "no INVITE reaches another agency's edge");
    for (const { leg, edge, server, arrived } of all) {
      const inside = leg.sip.find(({ sighting }) => receivedBy(server, sighting));
      if (inside !== undefined) return no(`the INVITE reaches ${server.name}`, arrived.sighting, inside.sighting);
      const refusal = leg.sip.find(
        ({ sighting, facts }) => isAnswer(facts, 'INVITE', status) && sentBy(edge, sighting),
      );
      if (refusal === undefined || !settled(scene, refusal.sighting)) continue;
      const because = `${edge.name} answers ${status}, nothing reaches ${server.name}`;
      return yes(because, arrived.sighting, refusal.sighting);
    }
    return pending(scene, `no edge answers ${status}`, all[0]?.arrived.sighting);
  });
}

/** The refused INVITE's ACK, of the same transaction, reaches the edge that refused it (RFC 3261 17.1.1.3). */
export function refusalAcknowledged(): Question {
  return question(clauses.finalError, (scene) => {
    for (const { leg, edge, arrived } of visits(scene)) {
      const ack = leg.sip.find(
        ({ sighting, facts }) =>
          isRequest(facts, 'ACK') && facts.branch === arrived.facts.branch && receivedBy(edge, sighting),
      );
      const refusal = leg.sip.find(
        ({ sighting, facts }) => isAnswer(facts, 'INVITE', 300, 699) && sentBy(edge, sighting),
      );
      if (ack !== undefined && refusal !== undefined) {
        return yes(`${edge.name} gets the ACK of its refusal`, arrived.sighting, refusal.sighting, ack.sighting);
      }
    }
    return pending(scene, 'no refusal is acknowledged', visits(scene)[0]?.arrived.sighting);
  });
}

/** In this capture a REGISTER arrives at this agency's edge and is answered 200 by it: the edge does serve its clients. */
export function registrationAccepted(agencyName: string): Question {
  return question(clauses.registered, (scene) => {
    const agency = scene.topology.agencies.find(({ name }) => name === agencyName);
    const edge = agency && edgeTap(scene.topology, agency);
    if (edge === undefined) return pending(scene, `no tap at the edge of agency ${agencyName}`);
    const sip = sipSightings(scene.timeline);
    for (const { sighting, facts } of sip) {
      if (!isRequest(facts, 'REGISTER') || !receivedBy(edge, sighting)) continue;
      const ok = sip.find(
        (one) => one.facts.leg === facts.leg && isAnswer(one.facts, 'REGISTER', 200) && sentBy(edge, one.sighting),
      );
      if (ok !== undefined) return yes(`${edge.name} accepts a REGISTER`, sighting, ok.sighting);
    }
    return pending(scene, `${edge.name} has accepted no REGISTER`);
  });
}

/** A crossing INVITE of a controlling function is let in as an originating client's: `isfocus` is gone when it reaches the server. */
export function admittedAsClient(): Question {
  return question(clauses.isfocus, (scene) => {
    let miss: Sighting | undefined;
    for (const { leg, edge, server, arrived } of visits(scene)) {
      const inside = leg.sip.find(({ sighting, facts }) => isRequest(facts, 'INVITE') && receivedBy(server, sighting));
      if (!isfocus(arrived.message)) continue;
      miss = arrived.sighting;
      if (inside === undefined) continue;
      if (isfocus(inside.message)) return no(`isfocus reaches ${server.name}`, arrived.sighting, inside.sighting);
      return yes(`isfocus is lost between ${edge.name} and ${server.name}`, arrived.sighting, inside.sighting);
    }
    return pending(scene, "no INVITE with isfocus passes another agency's edge", miss);
  });
}
