import type { Sighting } from '../../capture/timeline.ts';
import { type DnsMessage, type DnsQuestion, rcodeName, sameName } from '../../wire/dns/message.ts';
import { settled } from '../announced.ts';
import { during, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { isAnswer, isRequest, legsOf, receivedIn, sentIn } from '../legs.ts';
import { agencyOf, nodeTap, receivedBy, sentBy, type TapTopology } from '../places.ts';
import type { Question, Scene } from '../question.ts';
import { sipSightings } from '../sip-facts.ts';
import type { AgencyTopology } from '../topology.ts';

function agencyNamed(scene: Scene, name: string): AgencyTopology | undefined {
  return scene.topology.agencies.find((agency) => agency.name === name);
}

interface Lookup {
  readonly asked: DnsQuestion;
  readonly query: Sighting;
  /** As the pod that asked received it. */
  readonly answer: Sighting | undefined;
  readonly message: DnsMessage | undefined;
}

/** The DNS questions of an agency's pods in this act, each with the answer that its asker received. */
function lookups(scene: Scene, agency: AgencyTopology): Lookup[] {
  const seen = during(scene);
  const taps = scene.topology.taps.filter(
    (tap) => tap.kind === 'pod' && agencyOf(scene.topology, tap) === agency && !tap.addresses.includes(agency.resolver),
  );
  return taps.flatMap((tap) =>
    seen.flatMap((query) => {
      if (query.content.protocol !== 'dns' || query.content.message.response || !sentBy(tap, query)) return [];
      const { id, questions } = query.content.message;
      const [asked] = questions;
      if (asked === undefined) return [];
      const answer = seen.find((one) => isReply(tap, one, query, id));
      const message = answer?.content.protocol === 'dns' ? answer.content.message : undefined;
      return [{ asked, query, answer, message }];
    }),
  );
}

function isReply(tap: TapTopology, one: Sighting, query: Sighting, id: number): boolean {
  return (
    one.content.protocol === 'dns' &&
    one.content.message.response &&
    one.content.message.id === id &&
    one.timeNs >= query.timeNs &&
    one.dstPort === query.srcPort &&
    receivedBy(tap, one)
  );
}

/** An answer with a record of the type that was asked for. */
function usable({ asked, message }: Lookup): boolean {
  return message !== undefined && message.rcode === 0 && message.answers.some(({ type }) => type === asked.type);
}

/**
 * In this act pods of this agency ask for names of another one, and none of those questions gets a usable answer.
 * Negative answers alone say nothing (search lists and AAAA earn them in a healthy call): one good answer makes it `no`.
 */
export function nameUnresolved(agencyName: string): Question {
  return question(clauses.F1, (scene) => {
    const agency = agencyNamed(scene, agencyName);
    if (agency === undefined) return pending(scene, `there is no agency ${agencyName}`);
    const foreign = scene.topology.agencies
      .filter((one) => one !== agency)
      .map(({ interconnectDomain }) => interconnectDomain);
    const about = lookups(scene, agency).filter(({ asked }) => foreign.some((domain) => concerns(asked.name, domain)));
    const good = about.find(usable);
    if (good !== undefined) return no(`${good.asked.name} ${good.asked.type} is answered`, good.query, good.answer);
    const last = about.at(-1);
    if (last === undefined) return pending(scene, `no pod of agency ${agencyName} asks for a partner's name`);
    if (!settled(scene, last.query)) return pending(scene, `${last.asked.name} has no answer yet`, last.query);
    // The name itself, not one lengthened by a search suffix.
    const bare = about.find(({ asked }) => foreign.some((domain) => endsIn(asked.name, domain))) ?? last;
    const told = bare.message === undefined ? 'has no answer' : `is answered ${rcodeName(bare.message.rcode)}`;
    return yes(`${bare.asked.name} ${bare.asked.type} ${told}`, bare.query, bare.answer);
  });
}

function endsIn(name: string, domain: string): boolean {
  return sameName(name, domain) || name.toLowerCase().endsWith(`.${domain.toLowerCase()}`);
}

/** The domain itself, names below it, and both with a search suffix behind them. */
function concerns(name: string, domain: string): boolean {
  return `.${name.toLowerCase()}.`.includes(`.${domain.toLowerCase()}.`);
}

/** In this capture a pod of this agency asks for a name under `cluster.local` and gets its address. */
export function clusterNamesResolve(agencyName: string): Question {
  return question(clauses.resolved, (scene) => {
    const agency = agencyNamed(scene, agencyName);
    if (agency === undefined) return pending(scene, `there is no agency ${agencyName}`);
    const whole = { ...scene, fromNs: 0n };
    const inside = lookups(whole, agency).filter(({ asked }) => endsIn(asked.name, 'cluster.local'));
    const good = inside.find(usable);
    if (good !== undefined) return yes(`${good.asked.name} is answered`, good.query, good.answer);
    return pending(scene, `no name under cluster.local is answered in agency ${agencyName}`, inside.at(-1)?.query);
  });
}

/**
 * In this act no SIP for another agency leaves this agency's node. Decided when the caller's INVITE has its final answer:
 * by then the node's tap has shown the caller's own SIP, which is the control.
 */
export function noSipLeavesFor(agencyName: string): Question {
  return question(clauses.F1, (scene) => {
    const agency = agencyNamed(scene, agencyName);
    const tap = agency && nodeTap(scene.topology, agency);
    if (agency === undefined || tap === undefined) return pending(scene, `no tap at the node of agency ${agencyName}`);
    const partners = scene.topology.agencies.filter((one) => one !== agency).map(({ node }) => node);
    const inAct = new Set(during(scene));
    const here = sipSightings(scene.timeline).filter(
      ({ sighting }) => inAct.has(sighting) && sighting.tap === tap.name,
    );
    const leak = here.find(({ sighting }) => partners.includes(sighting.dst));
    if (leak !== undefined) return no(`SIP for ${leak.sighting.dst} leaves the node`, leak.sighting);
    const call = legsOf(scene).find((leg) => {
      const sent = sentIn(leg, leg.initiator, (facts) => isRequest(facts, 'INVITE'));
      return leg.initiator.kind === 'ue' && sent !== undefined && inAct.has(sent);
    });
    const end = call && receivedIn(call, call.initiator, (facts) => isAnswer(facts, 'INVITE', 200, 699));
    const control = here.find(({ facts }) => call !== undefined && facts.callId === call.callId)?.sighting;
    const foreignCaller = call !== undefined && agencyOf(scene.topology, call.initiator) !== agency;
    if (end === undefined || foreignCaller)
      return pending(scene, "the caller's INVITE has no final answer yet", control);
    if (control === undefined) return pending(scene, `the tap ${tap.name} has not even seen the caller's INVITE`, end);
    return yes(`${here.length} SIP packets at ${tap.name}, none for a partner`, control, end);
  });
}

/**
 * In this act a pod of this agency learns where a partner is: SRV of its interconnect domain with the node port that the
 * partner exposes for agencies, and the A record of the SRV's target with the partner's node (RFC 3263 4.2).
 */
export function partnerResolves(agencyName: string): Question {
  return question(clauses.resolved, (scene) => {
    const agency = agencyNamed(scene, agencyName);
    if (agency === undefined) return pending(scene, `there is no agency ${agencyName}`);
    const answered = lookups(scene, agency).filter(usable);
    const partners = scene.topology.agencies.filter((one) => one !== agency);
    for (const partner of partners) {
      const service = answered.find(
        ({ asked }) => asked.type === 'SRV' && concerns(asked.name, partner.interconnectDomain),
      );
      const record = service?.message?.answers.find((one) => one.type === 'SRV');
      if (service === undefined || record?.type !== 'SRV') continue;
      if (record.port !== partner.interconnectPort)
        return no(`SRV says port ${record.port}, the partner exposes ${partner.interconnectPort}`, service.answer);
      const host = addressOf(record.target, [service, ...answered]);
      if (host === undefined)
        return pending(scene, `${record.target} has no address yet`, service.query, service.answer);
      const because = `${service.asked.name} is ${record.target}:${record.port}, ${host.address}`;
      const { interconnectAddress: wanted = partner.node } = partner;
      if (host.address !== wanted) return no(`${because}, and the partner is at ${wanted}`, host.seen);
      return yes(because, service.query, service.answer, host.seen);
    }
    return pending(scene, `no SRV of a partner is answered in agency ${agencyName}`);
  });
}

/** From the additional section of the SRV's answer, or from a question of its own. */
function addressOf(
  name: string,
  among: readonly Lookup[],
): { address: string; seen: Sighting | undefined } | undefined {
  for (const { message, answer } of among)
    for (const record of [...(message?.answers ?? []), ...(message?.additionals ?? [])])
      if (record.type === 'A' && sameName(record.name, name)) return { address: record.address, seen: answer };
  return undefined;
}
