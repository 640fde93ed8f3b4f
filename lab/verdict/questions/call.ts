import type { Sighting } from '../../capture/timeline.ts';
import { sameUri } from '../../wire/sip/uri.ts';
import { allOf, inWindow, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { isAnswer, isRequest, type Leg, legName, legsOf, receivedIn, sentIn } from '../legs.ts';
import { agencyOf, receivedBy, ueTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';
import { mcpttInfoOf } from '../sip-facts.ts';
import type { UeTopology } from '../topology.ts';
import { assertedIn, type Objection, objectionTo } from './dialog.ts';

/** Narrows a question to the members of one agency (`@F1`: the local ones get the call). */
export interface Among {
  readonly agency?: string;
  /** Calls that earlier acts began belong to it too. */
  readonly earlierCalls?: boolean;
}

const invite = (facts: Leg['sip'][number]['facts']) => isRequest(facts, 'INVITE');

/** The leg that a UE began in this act: the caller's. */
function callersLeg(scene: Scene): { readonly leg: Leg; readonly caller: UeTopology } | undefined {
  for (const leg of legsOf(scene)) {
    const caller = scene.topology.ues.find((ue) => ueTap(scene.topology, ue) === leg.initiator);
    const sent = sentIn(leg, leg.initiator, invite);
    if (caller !== undefined && sent !== undefined && inWindow(scene, sent)) return { leg, caller };
  }
  return undefined;
}

function othersThan(scene: Scene, caller: UeTopology, among: Among): UeTopology[] {
  return scene.topology.ues.filter((ue) => ue !== caller && (among.agency === undefined || ue.agency === among.agency));
}

/** Every affiliated member but the caller receives, at its UE, an INVITE that names it and the caller. */
export function membersInvited(among: Among = {}): Question {
  return question(clauses.fanOut, (scene) => {
    const call = callersLeg(scene);
    if (call === undefined) return pending(scene, 'no UE has sent an INVITE');
    const answers = othersThan(scene, call.caller, among).map((ue) => invited(scene, ue, call.caller));
    const sent = sentIn(call.leg, call.leg.initiator, invite);
    return allOf([yes(`${call.caller.name} called`, sent), ...answers]);
  });
}

function invited(scene: Scene, ue: UeTopology, caller: UeTopology): Answer {
  const tap = ueTap(scene.topology, ue);
  const arrived = legsOf(scene).flatMap((leg) =>
    leg.sip.filter(
      ({ sighting, facts }) => tap && invite(facts) && receivedBy(tap, sighting) && inWindow(scene, sighting),
    ),
  );
  const meant = arrived.find(({ message }) => {
    const info = mcpttInfoOf(message);
    return sameUri(info?.requestUri ?? '', ue.mcpttId) && sameUri(info?.callingUserId ?? '', caller.mcpttId);
  });
  if (meant !== undefined) return yes(`${ue.name} is invited`, meant.sighting);
  const [miss] = arrived;
  if (miss === undefined) return pending(scene, `${ue.name} has received no INVITE`);
  const { requestUri, callingUserId } = mcpttInfoOf(miss.message) ?? {};
  const because = `the INVITE at ${ue.name} is for ${requestUri ?? 'nobody'} from ${callingUserId ?? 'nobody'}`;
  return pending(scene, because, miss.sighting);
}

/** Every leg that leaves a pod or a UE has its INVITE, its 200 and its ACK at both ends, and every other member is at the end of one. */
export function legsComplete(among: Among = {}): Question {
  return question(clauses.acknowledged, (given) => {
    const scene = among.earlierCalls ? { ...given, fromNs: 0n } : given;
    const call = callersLeg(scene);
    if (call === undefined) return pending(scene, 'no UE has sent an INVITE');
    const legs = legsOf(scene).filter((leg) => {
      const sent = sentIn(leg, leg.initiator, invite);
      return sent !== undefined && inWindow(scene, sent);
    });
    const lonely = othersThan(scene, call.caller, among).find(
      (ue) => !legs.some((leg) => leg.terminator !== undefined && leg.terminator === ueTap(scene.topology, ue)),
    );
    const first = sentIn(call.leg, call.leg.initiator, invite);
    if (lonely !== undefined) return pending(scene, `no leg has reached ${lonely.name}`, first);
    return allOf(legs.map((leg) => legComplete(scene, leg)));
  });
}

/** INVITE, 200 and ACK of one leg, each where it was sent and where it had to arrive. */
export function legComplete(scene: Scene, leg: Leg): Answer {
  const { initiator, terminator } = leg;
  const sent = sentIn(leg, initiator, invite);
  const refusal = receivedIn(leg, initiator, (facts) => isAnswer(facts, 'INVITE', 300, 699) && facts.cseq === leg.cseq);
  if (refusal?.content.protocol === 'sip' && refusal.content.message.kind === 'response') {
    return no(`${legName(leg)}: the INVITE is answered ${refusal.content.message.status}`, sent, refusal);
  }
  const steps = [
    ['the INVITE does not arrive', receivedIn(leg, terminator, invite)],
    ['there is no 200', sentIn(leg, terminator, (facts) => isAnswer(facts, 'INVITE', 200, 299))],
    ['the 200 does not arrive', receivedIn(leg, initiator, (facts) => isAnswer(facts, 'INVITE', 200, 299))],
    ['there is no ACK', sentIn(leg, initiator, (facts) => isRequest(facts, 'ACK'))],
    ['the ACK does not arrive', receivedIn(leg, terminator, (facts) => isRequest(facts, 'ACK'))],
  ] as const;
  const seen = [sent, ...steps.map(([, sighting]) => sighting)];
  const missing = steps.find(([, sighting]) => sighting === undefined);
  if (missing !== undefined) return pending(scene, `${legName(leg)}: ${missing[0]}`, ...seen);
  const objection = objectionTo(leg) ?? foreignIdentity(scene, leg);
  if (objection !== undefined) return pending(scene, `${legName(leg)}: ${objection.because}`, ...objection.sightings);
  return yes(`${legName(leg)}: INVITE, 200 and ACK`, ...seen);
}

/** RFC 3325 5: who passes a call to another agency asserts an identity of its own. */
function foreignIdentity(scene: Scene, leg: Leg): Objection | undefined {
  const [own, other] = [leg.initiator, leg.terminator].map((tap) => tap && agencyOf(scene.topology, tap));
  if (own === undefined || other === undefined || own === other) return undefined;
  const arrived = leg.sip.find(
    ({ sighting, facts }) => leg.terminator && invite(facts) && receivedBy(leg.terminator, sighting),
  );
  if (arrived === undefined) return undefined;
  const { uri, host } = assertedIn(arrived.message);
  const domains = [own.domain, own.interconnectDomain];
  if (domains.some((domain) => host === domain || host.endsWith(`.${domain}`))) return undefined;
  return { because: `the INVITE of agency ${own.name} asserts ${uri || 'nobody'}`, sightings: [arrived.sighting] };
}

/** A BYE and its 200, from either end to the other, on every leg that was answered; the BYE belongs to this act. */
export function callEnded(): Question {
  return question(clauses.ended, (scene) => {
    const answered = legsOf(scene).filter(
      (leg) => receivedIn(leg, leg.initiator, (facts) => isAnswer(facts, 'INVITE', 200, 299)) !== undefined,
    );
    if (answered.length === 0) return pending(scene, 'no leg was ever answered');
    return allOf(answered.map((leg) => legEnded(scene, leg)));
  });
}

function legEnded(scene: Scene, leg: Leg): Answer {
  const { initiator, terminator } = leg;
  const bye = (facts: Leg['sip'][number]['facts']) => isRequest(facts, 'BYE');
  const fromInitiator = sentIn(leg, initiator, bye) !== undefined;
  const [from, to] = fromInitiator ? [initiator, terminator] : [terminator, initiator];
  const sent = sentIn(leg, from, bye);
  if (sent === undefined || !inWindow(scene, sent)) return pending(scene, `${legName(leg)}: no BYE in this act`, sent);
  const arrived = receivedIn(leg, to, bye);
  if (arrived === undefined) return pending(scene, `${legName(leg)}: the BYE does not arrive`, sent);
  const stray = strayBye(leg, sent, fromInitiator);
  if (stray !== undefined) return no(`${legName(leg)}: ${stray}`, sent, arrived);
  const refusal = receivedIn(leg, from, (facts) => isAnswer(facts, 'BYE', 300, 699));
  if (refusal !== undefined) return no(`${legName(leg)}: the BYE is refused`, sent, arrived, refusal);
  const answer = sentIn(leg, to, (facts) => isAnswer(facts, 'BYE', 200));
  const end = receivedIn(leg, from, (facts) => isAnswer(facts, 'BYE', 200));
  if (end === undefined) return pending(scene, `${legName(leg)}: the BYE has no 200`, sent, arrived, answer);
  return yes(`${legName(leg)}: BYE and 200`, sent, arrived, answer, end);
}

/** RFC 3261 12.2.1.1: the tags of the dialog, the sender's own first, and a number above those that the sender has used. */
function strayBye(leg: Leg, sent: Sighting, fromInitiator: boolean): string | undefined {
  const facts = leg.sip.find(({ sighting }) => sighting === sent)?.facts;
  const answer = leg.sip.find((one) => isAnswer(one.facts, 'INVITE', 200, 299))?.facts;
  if (facts === undefined || answer === undefined) return undefined;
  const [own, other] = fromInitiator ? [answer.fromTag, answer.toTag] : [answer.toTag, answer.fromTag];
  if (facts.fromTag !== own || facts.toTag !== other) return 'the BYE has the tags of another dialog';
  if (fromInitiator && facts.cseq <= answer.cseq) return `the BYE has the number ${facts.cseq}, which is used`;
  return undefined;
}

/** The caller's own INVITE gets a final error at its UE: one of these, or any (`@F1` in the remote direction). */
export function callRefused(statuses: readonly number[] = []): Question {
  return question(clauses.finalError, (scene) => {
    const call = callersLeg(scene);
    if (call === undefined) return pending(scene, 'no UE has sent an INVITE');
    const { leg, caller } = call;
    const sent = sentIn(leg, leg.initiator, invite);
    const success = receivedIn(leg, leg.initiator, (facts) => isAnswer(facts, 'INVITE', 200, 299));
    if (success !== undefined) return no(`the call of ${caller.name} is answered 200`, sent, success);
    const error = receivedIn(leg, leg.initiator, (facts) => isAnswer(facts, 'INVITE', 300, 699));
    if (error?.content.protocol !== 'sip' || error.content.message.kind !== 'response') {
      return pending(scene, `the INVITE of ${caller.name} has no final answer`, sent);
    }
    const { status } = error.content.message;
    const wanted = statuses.length === 0 || statuses.includes(status);
    const because = `the call of ${caller.name} is answered ${status}`;
    return wanted ? yes(because, sent, error) : no(because, sent, error);
  });
}
