import type { Sighting } from '../../capture/timeline.ts';
import { endpoints, mediaLine } from '../../wire/sdp/view.ts';
import { parseNameAddr } from '../../wire/sip/address.ts';
import { listValues } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { parseSipUri, sameUri } from '../../wire/sip/uri.ts';
import { isAnswer, isRequest, type Leg } from '../legs.ts';
import { receivedBy, sentBy, type TapTopology } from '../places.ts';
import { type SipFacts, type SipSighting, sdpOf } from '../sip-facts.ts';

/** What is wrong with messages that are all there, and the frames that show it. */
export interface Objection {
  readonly because: string;
  readonly sightings: readonly Sighting[];
}

type Side = typeof sentBy;

function seen(leg: Leg, side: Side, tap: TapTopology | undefined, wanted: (facts: SipFacts) => boolean) {
  return leg.sip.filter(({ sighting, facts }) => tap !== undefined && wanted(facts) && side(tap, sighting));
}

const invite = (facts: SipFacts) => isRequest(facts, 'INVITE');
const ok = (facts: SipFacts) => isAnswer(facts, 'INVITE', 200, 299);

/** Whether INVITE, 200 and ACK of a leg belong together, as its two ends sent and received them. */
export function objectionTo({ initiator, terminator, ...leg }: Leg): Objection | undefined {
  const whole = { initiator, terminator, ...leg };
  const [answer] = seen(whole, receivedBy, initiator, ok);
  const [made] = seen(whole, sentBy, terminator, ok);
  const [ack] = seen(whole, sentBy, initiator, (facts) => isRequest(facts, 'ACK'));
  if (answer === undefined || made === undefined || ack === undefined) return undefined;
  const asked = seen(whole, sentBy, initiator, invite).findLast(({ facts }) => facts.cseq === answer.facts.cseq);
  const [heard] = seen(whole, receivedBy, terminator, (facts) => invite(facts) && facts.cseq === made.facts.cseq);
  if (asked === undefined || heard === undefined) return undefined;
  const because =
    ofAnswer(asked, answer) ?? ofRecordRoute(heard, made) ?? ofSdp(asked, answer) ?? ofAck(asked, answer, ack);
  return because === undefined
    ? undefined
    : { because, sightings: [asked.sighting, made.sighting, answer.sighting, ack.sighting] };
}

function ofAnswer(asked: SipSighting, { facts, message }: SipSighting): string | undefined {
  // RFC 3261 8.1.3.3 and 17.1.3: what a client takes for the answer to its own request.
  if (facts.branch !== asked.facts.branch) return `the branch of the 200 is ${facts.branch}, not its INVITE's`;
  // RFC 3261 8.2.6.2: From is copied, and To gets a tag.
  if (facts.fromTag !== asked.facts.fromTag) return "the From tag of the 200 is not its INVITE's";
  if (facts.toTag === '') return 'the 200 has no To tag';
  // RFC 3261 12.1.1: without Contact there is no remote target.
  return contactOf(message) === undefined ? 'the 200 has no Contact' : undefined;
}

/** RFC 3261 12.1.1: the 200 has all Record-Routes of its INVITE, in their order. */
function ofRecordRoute(heard: SipSighting, made: SipSighting): string | undefined {
  const [wanted, found] = [routes(heard.message, 'Record-Route'), routes(made.message, 'Record-Route')];
  return sameUris(wanted, found) ? undefined : `the 200 has not the Record-Route of its INVITE: ${wanted.join(', ')}`;
}

/** RFC 3264 6: an answer to an offer, with as many media. */
function ofSdp(asked: SipSighting, answer: SipSighting): string | undefined {
  const [offered, answered] = [sdpOf(asked.message), sdpOf(answer.message)];
  if (offered === undefined) return undefined;
  if (answered === undefined) return 'the 200 has no SDP answer';
  if (offered.media.length !== answered.media.length) {
    return `the answer has ${answered.media.length} media, the offer ${offered.media.length}`;
  }
  const refused = offered.media.find((media, index) => {
    const [before, after] = [mediaLine(media), mediaLine(answered.media[index] ?? { lines: [] })];
    return before !== undefined && before.port !== 0 && (after === undefined || after.port === 0);
  });
  if (refused !== undefined) return `the answer refuses ${mediaLine(refused)?.media}`;
  return endpoints(answered).length === 0 ? 'the answer names no address' : undefined;
}

function ofAck(asked: SipSighting, answer: SipSighting, { facts, message }: SipSighting): string | undefined {
  // RFC 3261 13.2.2.4: the number of the INVITE, a branch of its own.
  if (facts.cseq !== answer.facts.cseq) return `the ACK has the number ${facts.cseq}, its INVITE ${answer.facts.cseq}`;
  if (facts.branch === asked.facts.branch) return "the ACK of the 200 has its INVITE's branch";
  if (facts.toTag !== answer.facts.toTag) return "the To tag of the ACK is not the 200's";
  if (facts.fromTag !== answer.facts.fromTag) return "the From tag of the ACK is not the 200's";
  // RFC 3261 12.2.1.1: to the remote target, by the route set.
  const target = contactOf(answer.message) ?? '';
  const set = routes(answer.message, 'Record-Route').reverse();
  const uri = message.kind === 'request' ? message.uri : '';
  if (!strict(set) && !sameUri(uri, target)) return `the ACK is for ${uri}, the Contact says ${target}`;
  if (!strict(set) && !sameUris(set, routes(message, 'Route')))
    return "the Route of the ACK is not the 200's Record-Route";
  return undefined;
}

/** RFC 3261 12.2.1.1: a strict router moves the target into the Route. */
function strict([first]: readonly string[]): boolean {
  return first !== undefined && !/;lr\b/i.test(first);
}

function sameUris(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((uri, index) => sameUri(uri, b[index] ?? ''));
}

function contactOf(message: SipMessage): string | undefined {
  return parseNameAddr(listValues(message, 'Contact')[0] ?? '')?.uri;
}

function routes(message: SipMessage, name: string): string[] {
  return listValues(message, name).map((value) => parseNameAddr(value)?.uri ?? value);
}

/** The host of the identity that a request asserts (RFC 3325 9.1), and that identity; nobody's is empty. */
export function assertedIn(message: SipMessage): { readonly uri: string; readonly host: string } {
  const uri = parseNameAddr(listValues(message, 'P-Asserted-Identity')[0] ?? '')?.uri ?? '';
  return { uri, host: parseSipUri(uri)?.host.toLowerCase() ?? '' };
}
