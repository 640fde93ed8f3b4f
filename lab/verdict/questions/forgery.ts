import { addrParam, parseNameAddr } from '../../wire/sip/address.ts';
import { header } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { sameUri } from '../../wire/sip/uri.ts';
import { settled } from '../announced.ts';
import { inWindow, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { isAnswer, isRequest } from '../legs.ts';
import { agencyOf, edgeTap, receivedBy, sentBy, serverTap, type TapTopology } from '../places.ts';
import type { Question, Scene } from '../question.ts';
import { type SipSighting, sipSightings } from '../sip-facts.ts';
import { assertedIn } from './dialog.ts';

interface Forged {
  readonly taps: readonly TapTopology[];
  /** The INVITEs that the place sent in this act, as they left it. */
  readonly sent: readonly SipSighting[];
  /** Their Call-IDs. */
  readonly legs: ReadonlySet<string>;
  /** Those INVITEs wherever they were seen, in time order; the ACK of a refusal goes hop by hop and says nothing. */
  readonly requests: readonly SipSighting[];
}

function forgedBy(scene: Scene, place: string): Forged {
  const taps = scene.topology.taps.filter((tap) => tap.place === place);
  const sip = sipSightings(scene.timeline);
  const sent = sip.filter(
    ({ sighting, facts }) =>
      isRequest(facts, 'INVITE') && inWindow(scene, sighting) && taps.some((tap) => sentBy(tap, sighting)),
  );
  const legs = new Set(sent.map(({ facts }) => facts.leg));
  return { taps, sent, legs, requests: sip.filter(({ facts }) => legs.has(facts.leg) && isRequest(facts, 'INVITE')) };
}

function edgesOf({ topology }: Scene): TapTopology[] {
  return topology.agencies.flatMap((agency) => edgeTap(topology, agency) ?? []);
}

function serversOf({ topology }: Scene): TapTopology[] {
  return topology.agencies.flatMap((agency) => serverTap(topology, agency) ?? []);
}

/**
 * The INVITEs that this place sent in this act get nowhere: no server receives anything of them, but its own agency's,
 * and that one as a call of this very subscriber (no foreign identity, no `isfocus`); nobody answers 2xx. At least one
 * reaches an edge, and a genuine INVITE of somebody else reaches a server in the same capture: the controls.
 */
export function forgeryGetsNowhere(place: string): Question {
  return question(clauses.R4, (scene) => {
    const { taps, sent, legs, requests } = forgedBy(scene, place);
    const servers = serversOf(scene);
    const sip = sipSightings(scene.timeline);
    const inside = requests.find((one) =>
      servers.some((tap) => receivedBy(tap, one.sighting) && !isOwnCall(scene, place, tap, one.message)),
    );
    if (inside !== undefined) return no(`it reaches ${inside.sighting.tap}`, sent[0]?.sighting, inside.sighting);
    const accepted = sip.find(
      ({ facts, sighting }) =>
        legs.has(facts.leg) && isAnswer(facts, 'INVITE', 200, 299) && taps.some((tap) => receivedBy(tap, sighting)),
    );
    if (accepted !== undefined) return no('it is answered 2xx', sent[0]?.sighting, accepted.sighting);
    const arrived = requests.find(({ sighting }) => edgesOf(scene).some((tap) => receivedBy(tap, sighting)));
    const genuine = sip.find(
      ({ sighting, facts }) =>
        isRequest(facts, 'INVITE') && !legs.has(facts.leg) && servers.some((tap) => receivedBy(tap, sighting)),
    );
    const last = requests.at(-1);
    if (arrived === undefined || last === undefined) return pending(scene, `no INVITE of ${place} reaches an edge`);
    if (genuine === undefined || !settled(scene, last.sighting)) {
      return pending(scene, 'too early, or no genuine INVITE to compare with', last.sighting);
    }
    const because = `${legs.size} INVITEs of ${place} reach no server that would take them for a partner's`;
    return yes(because, sent[0]?.sighting, arrived.sighting, genuine.sighting);
  });
}

/** At the subscriber's own server, asserted as that very subscriber by its edge: an ordinary call, whatever it asked to be. */
function isOwnCall({ topology }: Scene, place: string, server: TapTopology, message: SipMessage): boolean {
  const host = topology.taps.find((tap) => tap.place === place);
  const own = host && agencyOf(topology, host);
  if (own === undefined || agencyOf(topology, server) !== own) return false;
  const identity = topology.ues.find(({ name }) => name === place)?.mcpttId ?? `sip:${place}@${own.domain}`;
  const asserted = parseNameAddr(header(message, 'P-Asserted-Identity') ?? '')?.uri;
  return sameUri(asserted ?? '', identity) && !isfocus(message);
}

export function isfocus(message: SipMessage): boolean {
  const contact = parseNameAddr(header(message, 'Contact') ?? '');
  return contact !== undefined && addrParam(contact, 'isfocus') !== undefined;
}

/**
 * INVITEs that left this place in this act with a source address that is not its own are seen nowhere else. That the
 * host's own packets do arrive, earlier in the same capture, is the control.
 */
export function forgedSourceDropped(place: string): Question {
  return question(clauses.R4, (scene) => {
    const { taps, sent } = forgedBy(scene, place);
    const isForged = ({ sighting }: SipSighting) => taps.every(({ addresses }) => addresses[0] !== sighting.src);
    const forged = sent.filter(isForged);
    const [first] = forged;
    if (first === undefined) return pending(scene, `no INVITE leaves ${place} with a foreign source address`);
    const legs = new Set(forged.map(({ facts }) => facts.leg));
    const elsewhere = sipSightings(scene.timeline).find(
      ({ sighting, facts }) => legs.has(facts.leg) && !taps.some(({ name }) => name === sighting.tap),
    );
    if (elsewhere !== undefined) return no(`it reaches ${elsewhere.sighting.tap}`, first.sighting, elsewhere.sighting);
    const honest = ownInviteAtAnEdge(scene, taps);
    if (honest === undefined || !settled(scene, forged.at(-1)?.sighting ?? first.sighting)) {
      return pending(scene, `too early, or nothing of ${place} under its own address to compare with`, first.sighting);
    }
    return yes(
      `${forged.length} INVITEs from ${first.sighting.src} end behind ${place}`,
      first.sighting,
      honest.sighting,
    );
  });
}

function ownInviteAtAnEdge(scene: Scene, taps: readonly TapTopology[]): SipSighting | undefined {
  const sip = sipSightings(scene.timeline);
  const own = sip.filter(
    ({ sighting, facts }) =>
      isRequest(facts, 'INVITE') && taps.some((tap) => tap.name === sighting.tap && tap.addresses[0] === sighting.src),
  );
  const legs = new Set(own.map(({ facts }) => facts.leg));
  const edges = edgesOf(scene);
  return sip.find(
    ({ sighting, facts }) =>
      facts.status === 0 && legs.has(facts.leg) && edges.some((tap) => receivedBy(tap, sighting)),
  );
}

/** What an address and a name cannot tell apart: an INVITE of this place reaches another agency's server as its partner's. */
export function letInAsPartner(place: string): Question {
  return question(clauses.R4, (scene) => {
    const { sent, requests } = forgedBy(scene, place);
    const host = scene.topology.taps.find((tap) => tap.place === place);
    const own = host && agencyOf(scene.topology, host);
    const foreign = serversOf(scene).filter((tap) => agencyOf(scene.topology, tap) !== own);
    const inside = requests.find(({ sighting }) => foreign.some((tap) => receivedBy(tap, sighting)));
    if (own === undefined || inside === undefined) {
      return pending(scene, `no INVITE of ${place} reaches a partner's server`, sent[0]?.sighting);
    }
    const asserted = assertedIn(inside.message).uri;
    const arrived = requests.find(
      ({ sighting }) => sighting.src === own.node && edgesOf(scene).some((tap) => receivedBy(tap, sighting)),
    );
    const because = `${inside.sighting.tap} receives it from ${asserted || 'nobody'}, by way of ${own.node}`;
    if (!asserted.endsWith(`.${own.domain}`)) return no(because, sent[0]?.sighting, inside.sighting);
    if (arrived === undefined) {
      const unseen = `${inside.sighting.tap} receives it from ${asserted || 'nobody'}, and no edge from ${own.node}`;
      const evidence = [sent[0]?.sighting, inside.sighting];
      return settled(scene, inside.sighting) ? no(unseen, ...evidence) : pending(scene, unseen, ...evidence);
    }
    return yes(because, sent[0]?.sighting, arrived.sighting, inside.sighting);
  });
}

/**
 * An INVITE that this place sent in this act reaches the server of its own agency in the name of a partner, though it came
 * from no node of that partner: what an edge allows that cannot see sources.
 */
export function believedWithoutSource(place: string): Question {
  return question(clauses.R4, (scene) => {
    const { sent, requests } = forgedBy(scene, place);
    const inside = requests.find(({ sighting }) => serversOf(scene).some((tap) => receivedBy(tap, sighting)));
    if (inside === undefined) return pending(scene, `no INVITE of ${place} reaches a server`, sent[0]?.sighting);
    const asserted = assertedIn(inside.message).uri;
    const because = `${inside.sighting.tap} receives it from ${asserted || 'nobody'}`;
    const host = scene.topology.taps.find((tap) => tap.place === place);
    const own = host && agencyOf(scene.topology, host);
    const partner = scene.topology.agencies.find((one) => one !== own && asserted.endsWith(`.${one.domain}`));
    const answer = partner === undefined ? no : yes;
    return answer(because, sent[0]?.sighting, inside.sighting);
  });
}

/** This place's own REGISTER is answered 200. */
export function registeredAs(place: string): Question {
  return question(clauses.registered, (scene) => {
    const taps = scene.topology.taps.filter((tap) => tap.place === place);
    const sip = sipSightings(scene.timeline);
    const register = sip.find(
      ({ sighting, facts }) => isRequest(facts, 'REGISTER') && taps.some((tap) => sentBy(tap, sighting)),
    );
    const ok = sip.find(
      ({ sighting, facts }) =>
        facts.leg === register?.facts.leg &&
        isAnswer(facts, 'REGISTER', 200) &&
        taps.some((tap) => receivedBy(tap, sighting)),
    );
    if (register === undefined || ok === undefined) {
      return pending(scene, `no REGISTER of ${place} is accepted`, register?.sighting);
    }
    return yes(`${place} is registered`, register.sighting, ok.sighting);
  });
}
