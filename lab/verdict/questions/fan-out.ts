import { no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { crossingLegs, isRequest, type Leg, sentIn } from '../legs.ts';
import { serverTap } from '../places.ts';
import type { Question } from '../question.ts';

const invite = (facts: Leg['sip'][number]['facts']) => isRequest(facts, 'INVITE');

/**
 * How many dialogs the root agency's server begins with partners: one for each constituent group of a partner that hosts one,
 * one for each member where the partner is participating only. Asked when all members are called.
 */
export function fanOutCrosses(expected: number): Question {
  return question(clauses.fanOut, (scene) => {
    const root = scene.topology.agencies.find(({ role }) => role === 'root');
    const server = root && serverTap(scene.topology, root);
    const begun = crossingLegs(scene).filter(({ initiator }) => initiator === server);
    const sent = begun.map((leg) => sentIn(leg, leg.initiator, invite));
    const because = `${begun.length} INVITEs of the root agency's server cross`;
    if (begun.length > expected) return no(because, ...sent);
    return begun.length === expected ? yes(because, ...sent) : pending(scene, because, ...sent);
  });
}
