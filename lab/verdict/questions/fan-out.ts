import { no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { agenciesOf, crossingLegs, isRequest, type Leg, sentIn } from '../legs.ts';
import { serverTap } from '../places.ts';
import type { Question } from '../question.ts';

const invite = (facts: Leg['sip'][number]['facts']) => isRequest(facts, 'INVITE');

/**
 * How many dialogs the root agency's server begins with this partner: one for each constituent group that the partner hosts,
 * one for each member where it is participating only. Asked when all members are called.
 */
export function fanOutCrosses(partner: string, expected: number): Question {
  return question(clauses.fanOut, (scene) => {
    const root = scene.topology.agencies.find(({ role }) => role === 'root');
    const server = root && serverTap(scene.topology, root);
    const begun = crossingLegs(scene).filter(
      (leg) => leg.initiator === server && agenciesOf(scene.topology, leg).some(({ name }) => name === partner),
    );
    const sent = begun.map((leg) => sentIn(leg, leg.initiator, invite));
    const because = `${begun.length} INVITEs of the root agency's server cross to agency ${partner}`;
    if (begun.length > expected) return no(because, ...sent);
    return begun.length === expected ? yes(because, ...sent) : pending(scene, because, ...sent);
  });
}
