import type { Sighting } from '../capture/timeline.ts';
import { before } from './answers.ts';
import { agencyOf, endTaps, receivedBy, sentBy, type TapTopology } from './places.ts';
import type { Scene } from './question.ts';
import { type SipFacts, type SipSighting, sipSightings } from './sip-facts.ts';
import type { AgencyTopology, Topology } from './topology.ts';

/** One INVITE dialog that leaves a server's pod or a UE: all of its SIP on every tap, and its two ends. */
export interface Leg {
  readonly callId: string;
  readonly initiator: TapTopology;
  /** undefined: no server and no UE received the INVITE. */
  readonly terminator: TapTopology | undefined;
  /** Number of the INVITE that began it. */
  readonly cseq: number;
  readonly sip: readonly SipSighting[];
}

const memo = new WeakMap<Scene, readonly Leg[]>();

/** The legs begun up to the end of the act, in the order of their INVITEs. */
export function legsOf(scene: Scene): readonly Leg[] {
  const known = memo.get(scene);
  if (known !== undefined) return known;
  const legs = readLegs(scene);
  memo.set(scene, legs);
  return legs;
}

function readLegs(scene: Scene): Leg[] {
  const ends = endTaps(scene.topology);
  const groups = Map.groupBy(
    sipSightings(scene.timeline).filter(({ sighting }) => before(scene, sighting)),
    ({ facts }) => facts.leg,
  );
  return [...groups.values()].flatMap((sip) => {
    const leg = legFrom(sip, ends);
    return leg === undefined ? [] : [leg];
  });
}

function legFrom(sip: readonly SipSighting[], ends: readonly TapTopology[]): Leg | undefined {
  const invites = sip.filter(({ facts }) => isRequest(facts, 'INVITE') && facts.toTag === '');
  const first = invites.flatMap((one) =>
    ends.filter((tap) => sentBy(tap, one.sighting)).map((tap) => ({ one, tap })),
  )[0];
  if (first === undefined) return undefined;
  const terminator = invites
    .flatMap(({ sighting }) => ends.filter((tap) => tap !== first.tap && receivedBy(tap, sighting)))
    .at(0);
  const { callId, cseq } = first.one.facts;
  return { callId, initiator: first.tap, terminator, cseq, sip };
}

export function isRequest(facts: SipFacts, method: string): boolean {
  return facts.status === 0 && facts.method === method;
}

export function isAnswer(facts: SipFacts, method: string, from: number, to = from): boolean {
  return facts.method === method && facts.status >= from && facts.status <= to;
}

type Wanted = (facts: SipFacts) => boolean;

export function sentIn(leg: Leg, tap: TapTopology | undefined, wanted: Wanted): Sighting | undefined {
  if (tap === undefined) return undefined;
  return leg.sip.find(({ sighting, facts }) => wanted(facts) && sentBy(tap, sighting))?.sighting;
}

export function receivedIn(leg: Leg, tap: TapTopology | undefined, wanted: Wanted): Sighting | undefined {
  if (tap === undefined) return undefined;
  return leg.sip.find(({ sighting, facts }) => wanted(facts) && receivedBy(tap, sighting))?.sighting;
}

/** The agencies in whose pods and UEs this leg was seen. */
export function agenciesOf(topology: Topology, leg: Leg): AgencyTopology[] {
  const names = new Set(leg.sip.map(({ sighting }) => sighting.tap));
  const taps = topology.taps.filter((tap) => (tap.kind === 'pod' || tap.kind === 'ue') && names.has(tap.name));
  return topology.agencies.filter((agency) => taps.some((tap) => agencyOf(topology, tap) === agency));
}

/** The dialogs that cross between agencies: seen in pods of both. */
export function crossingLegs(scene: Scene): Leg[] {
  return legsOf(scene).filter((leg) => agenciesOf(scene.topology, leg).length > 1);
}

/** `a-mcx to b-mcx`, for a reader. */
export function legName(leg: Leg): string {
  return `${leg.initiator.name} to ${leg.terminator?.name ?? 'nobody'}`;
}
