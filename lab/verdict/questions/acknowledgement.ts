import { allOf, inWindow, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { crossingLegs, isAnswer, isRequest, type Leg, legName, receivedIn, sentIn } from '../legs.ts';
import { agencyOf, edgeTap, receivedBy, sentBy, type TapTopology } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';

const isAck = (facts: Leg['sip'][number]['facts']) => isRequest(facts, 'ACK');
const isOk = (facts: Leg['sip'][number]['facts']) => isAnswer(facts, 'INVITE', 200, 299);

function count(leg: Leg, tap: TapTopology, side: typeof sentBy, wanted: typeof isAck) {
  return leg.sip.filter(({ sighting, facts }) => wanted(facts) && side(tap, sighting)).map(({ sighting }) => sighting);
}

function rootEdge(scene: Scene): TapTopology | undefined {
  const root = scene.topology.agencies.find(({ role }) => role === 'root');
  return root && edgeTap(scene.topology, root);
}

/**
 * In every crossing dialog whose 200 came back, the ACK reaches an edge and does not leave it, while the 200 is repeated by
 * whoever waits for that ACK. Which edge: the root agency's, or that of the agency that was called.
 */
export function ackDiscarded(where: 'root-edge' | 'far-edge' = 'root-edge'): Question {
  return question(clauses.F5, (scene) => {
    const legs = crossingLegs(scene).filter((leg) => receivedIn(leg, leg.initiator, isOk) !== undefined);
    if (legs.length === 0) return pending(scene, 'no crossing dialog has a 200 yet');
    return allOf(
      legs.map((leg) => {
        const edge = where === 'root-edge' ? rootEdge(scene) : farEdge(scene, leg);
        return edge === undefined ? pending(scene, `${legName(leg)}: no ACK at an edge`) : discarded(scene, leg, edge);
      }),
    );
  });
}

/** The edge on the far side: of the agency that was called. */
function farEdge(scene: Scene, leg: Leg): TapTopology | undefined {
  const agency = leg.terminator && agencyOf(scene.topology, leg.terminator);
  return agency && edgeTap(scene.topology, agency);
}

function discarded(scene: Scene, leg: Leg, edge: TapTopology): Answer {
  const sent = sentIn(leg, leg.initiator, isAck);
  const [arrived] = count(leg, edge, receivedBy, isAck);
  const [left] = count(leg, edge, sentBy, isAck);
  const oks = leg.terminator ? count(leg, leg.terminator, sentBy, isOk) : [];
  if (left !== undefined) return no(`${legName(leg)}: the ACK leaves ${edge.name}`, sent, arrived, left);
  if (arrived === undefined) return pending(scene, `${legName(leg)}: no ACK at ${edge.name}`, sent);
  const repeated = oks.filter(({ timeNs }) => timeNs > arrived.timeNs);
  // T1, 2·T1, 4·T1: three repetitions are no accident of one lost packet.
  if (repeated.length < 3) return pending(scene, `${legName(leg)}: ${repeated.length} repeated 200s`, sent, arrived);
  const because = `${legName(leg)}: the ACK ends at ${edge.name}, the 200 is repeated ${repeated.length} times`;
  return yes(because, oks[0], sent, arrived, repeated[0], repeated.at(-1));
}

/** 64·T1 after its 200 without ACK, somebody gives a crossing dialog up: its BYE is answered 481 (RFC 3261 13.3.1.4). */
export function sessionDies(): Question {
  return question(clauses.repeated, (scene) => {
    for (const leg of crossingLegs(scene)) {
      const { terminator } = leg;
      const ok = sentIn(leg, terminator, isOk);
      const bye = sentIn(leg, terminator, (facts) => isRequest(facts, 'BYE'));
      if (terminator === undefined || ok === undefined || bye === undefined) continue;
      const waited = Number(bye.timeNs - ok.timeNs) / 1e6;
      const answer = receivedIn(leg, terminator, (facts) => isAnswer(facts, 'BYE', 481));
      // A scheduler's delay on either side of 64·T1 is no fault.
      if (waited < 60 * scene.topology.t1Ms) return no(`${legName(leg)}: BYE after ${Math.round(waited)} ms`, ok, bye);
      if (answer === undefined) return pending(scene, `${legName(leg)}: the BYE has no 481`, ok, bye);
      return yes(`${legName(leg)}: BYE ${Math.round(waited)} ms after the 200, answered 481`, ok, bye, answer);
    }
    return pending(scene, 'nobody has given a crossing dialog up');
  });
}

/** Each crossing dialog's ACK once on both sides of every pod on its way, within T1 of the 200, and the 200 never repeated. */
export function acknowledgedOnce(): Question {
  return question(clauses.R5, (scene) => {
    const legs = crossingLegs(scene).filter((leg) => leg.sip.some(({ sighting }) => inWindow(scene, sighting)));
    if (legs.length === 0) return pending(scene, 'no dialog crosses between agencies');
    return allOf(legs.map((leg) => once(scene, leg)));
  });
}

function once(scene: Scene, leg: Leg): Answer {
  const { initiator, terminator } = leg;
  const got = receivedIn(leg, initiator, isOk);
  const arrived = receivedIn(leg, terminator, isAck);
  if (terminator === undefined || got === undefined || arrived === undefined) {
    return pending(scene, `${legName(leg)}: the ACK has not arrived`, got);
  }
  const oks = count(leg, terminator, sentBy, isOk);
  if (oks.length > 1) return no(`${legName(leg)}: the 200 is sent ${oks.length} times`, oks[0], oks[1]);
  const late = Number(arrived.timeNs - got.timeNs) / 1e6;
  if (late > scene.topology.t1Ms) return no(`${legName(leg)}: the ACK takes ${Math.round(late)} ms`, got, arrived);
  const hops = scene.topology.taps.filter((tap) => tap.kind === 'pod' && agencyOf(scene.topology, tap) !== undefined);
  const acks = hops.flatMap((tap) => [count(leg, tap, receivedBy, isAck), count(leg, tap, sentBy, isAck)]);
  const twice = acks.find((list) => list.length > 1);
  if (twice !== undefined) return no(`${legName(leg)}: the ACK passes ${twice[0]?.tap} twice`, ...twice);
  // Repetitions of the 200 would begin T1 after it.
  const last = scene.timeline.sightings.at(-1);
  const watched = scene.closed || (last && Number(last.timeNs - arrived.timeNs) / 1e6 > 2 * scene.topology.t1Ms);
  if (!watched) return pending(scene, `${legName(leg)}: too early to say that nothing is repeated`, got, arrived);
  return yes(`${legName(leg)}: one 200, one ACK`, oks[0], got, ...acks.flat());
}
