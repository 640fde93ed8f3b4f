import type { Timeline } from '../../capture/timeline.ts';
import { endpoints } from '../../wire/sdp/view.ts';
import { framesOf } from '../answers.ts';
import { isAnswer, isRequest } from '../legs.ts';
import { speech } from '../media.ts';
import { sdpOf } from '../sip-facts.ts';
import { agencyRemedy } from './agency-treated-as-client.ts';
import { proxiesOf } from './clients.ts';
import type { Finding } from './finding.ts';
import { type Host, hostKey, sameHost, senderOf } from './hosts.ts';
import { type SipHop, type Story, storyOf } from './story.ts';

/** So many packets kept back are more than a pause before the first one of the other side. */
const kept = 3;

/**
 * Ladder F4, an outline: both edges take each other for clients and wait for the first packet to learn where to send;
 * nothing flows between them. Evidence: what the own server hands to an edge for that dialog, and nothing that either
 * edge sends to the address that the other one announced.
 */
export function detectWaitingEdges(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  const proxies = proxiesOf(story);
  return story.legs.flatMap(({ hops }) =>
    hops.filter(isCrossingOffer).flatMap((offer) => waitingOver(story, hops, offer, proxies) ?? []),
  );
}

function isCrossingOffer({ facts, from, received }: SipHop): boolean {
  return isRequest(facts, 'INVITE') && received !== undefined && received.src !== from.address;
}

function waitingOver(
  story: Story,
  leg: readonly SipHop[],
  offer: SipHop,
  proxies: ReadonlySet<string>,
): Finding | undefined {
  const { from: near, to: far } = offer;
  if (far === undefined || !proxies.has(hostKey(near)) || !proxies.has(hostKey(far))) return undefined;
  const answer = leg.find(({ facts, from }) => isAnswer(facts, 'INVITE', 200, 299) && sameHost(from, far));
  if (answer === undefined || answer.to === undefined || !sameHost(answer.to, near)) return undefined;
  if (sends(story, near, answer) || sends(story, far, offer)) return undefined;
  const held = [...handedTo(story, leg, near), ...handedTo(story, leg, far)];
  const last = held.at(kept - 1);
  if (last === undefined || !story.hosts.settled(last)) return undefined;
  return {
    name: 'agency-treated-as-client',
    evidence: framesOf(offer.sent, offer.received, answer.sent, answer.received, held[0], last),
    remedy: agencyRemedy,
    firstNs: held[0]?.timeNs ?? last.timeNs,
  };
}

/** Whether a host sends anything to what this SDP announced. */
function sends(story: Story, host: Host, announcement: SipHop): boolean {
  return placesIn(story, announcement).some((place) =>
    (story.sentTo.get(place) ?? []).some((journey) => {
      const sender = senderOf(journey);
      return sender !== undefined && sameHost(sender.host, host);
    }),
  );
}

/** Speech and floor control that arrived where this host wanted that dialog's inner side to be. */
function handedTo(story: Story, leg: readonly SipHop[], host: Host) {
  const own = leg.filter(({ from }) => sameHost(from, host)).flatMap((hop) => placesIn(story, hop));
  // Outside it announces its node; its own address is what the inside is told.
  const places = new Set(own.filter((place) => place.startsWith(`${host.address}:`)));
  return [...places]
    .flatMap((place) => story.sentTo.get(place) ?? [])
    .flatMap((journey) => story.hosts.arrivals(journey).filter((arrival) => sameHost(arrival.host, host)))
    .map(({ sighting }) => sighting)
    .filter((sighting) => sighting.content.protocol === 'floor' || speech(sighting) !== undefined)
    .sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
}

function placesIn({ seenAs }: Story, { message }: SipHop): string[] {
  const sdp = sdpOf(message);
  const wanted = sdp === undefined ? [] : endpoints(sdp);
  return wanted.flatMap(({ address, port, rtcpPort }) =>
    (rtcpPort === undefined ? [port] : [port, rtcpPort]).map((one) => `${seenAs(address)}:${one}`),
  );
}
