import type { Sighting } from '../capture/timeline.ts';
import { endpoints } from '../wire/sdp/view.ts';
import { before } from './answers.ts';
import { horizonOf } from './horizon.ts';
import { agenciesOf, crossingLegs, isAnswer, isRequest, type Leg } from './legs.ts';
import { agencyOf, nodeTap, receivedBy, type TapTopology } from './places.ts';
import type { Scene } from './question.ts';
import { sdpOf } from './sip-facts.ts';
import type { AgencyTopology } from './topology.ts';

/** Where an agency's SDP in a crossing dialog wants packets, as the other agency's pods read it. */
export interface Announced {
  /** Who announced it, and who has to send there. */
  readonly by: AgencyTopology;
  readonly to: AgencyTopology;
  readonly address: string;
  /** RTP, RTCP and floor control. */
  readonly ports: ReadonlySet<number>;
  /** The SIP message that carried it. */
  readonly sip: Sighting;
}

/** Offers of INVITEs and answers of 200s of all crossing dialogs, each as a pod of the other agency received it. */
export function announcedIn(scene: Scene): Announced[] {
  return crossingLegs(scene).flatMap((leg) => announcedBy(scene, leg));
}

function announcedBy(scene: Scene, leg: Leg): Announced[] {
  const agencies = agenciesOf(scene.topology, leg);
  const initiator = agencyOf(scene.topology, leg.initiator);
  return leg.sip.flatMap(({ sighting, message, facts }) => {
    const offer = isRequest(facts, 'INVITE');
    const answer = isAnswer(facts, 'INVITE', 180, 299);
    const reader = podTapOf(scene, sighting);
    const to = reader && agencyOf(scene.topology, reader);
    const by = offer ? initiator : agencies.find((agency) => agency !== initiator);
    // An offer is read by the called agency, an answer by the calling one.
    if (to === undefined || by === undefined || to === by || (!offer && !answer)) return [];
    // What an edge writes for the inside of its own agency announces nothing to that agency's partner.
    const node = nodeTap(scene.topology, to);
    if (!sighting.journey.sightings.some(({ tap }) => tap === node?.name)) return [];
    const sdp = sdpOf(message);
    const wanted = sdp === undefined ? [] : endpoints(sdp);
    return [...Map.groupBy(wanted, ({ address }) => address)].map(([address, group]) => ({
      by,
      to,
      address,
      ports: new Set(group.flatMap(({ port, rtcpPort }) => (rtcpPort === undefined ? [port] : [port, rtcpPort]))),
      sip: sighting,
    }));
  });
}

function podTapOf(scene: Scene, sighting: Sighting): TapTopology | undefined {
  return scene.topology.taps.find((tap) => tap.kind === 'pod' && receivedBy(tap, sighting));
}

/** Datagrams that a pod of an agency sent to address:port; on `lo` too, where a pod meets its own address. */
export function sentTo(scene: Scene, from: AgencyTopology, address: string, ports: ReadonlySet<number>): Sighting[] {
  const taps = scene.topology.taps.filter(
    (tap) => (tap.kind === 'pod' || tap.kind === 'pod-lo') && agencyOf(scene.topology, tap) === from,
  );
  return scene.timeline.sightings.filter(
    (sighting) =>
      sighting.dst === address &&
      ports.has(sighting.dstPort) &&
      sighting.srcPort !== 0 &&
      before(scene, sighting) &&
      taps.some((tap) => tap.name === sighting.tap && tap.addresses.includes(sighting.src)),
  );
}

/** The pods of an agency that received this datagram, from any of its sightings. */
export function receiversIn(scene: Scene, sighting: Sighting, agency: AgencyTopology): Sighting[] {
  const taps = scene.topology.taps.filter((tap) => tap.kind === 'pod' && agencyOf(scene.topology, tap) === agency);
  return sighting.journey.sightings.filter((one) => taps.some((tap) => receivedBy(tap, one)));
}

/** Long enough for a packet to show on every tap that it will ever reach. */
const flightNs = 100_000_000n;

/** Whether every capture went on long enough after a packet to say that it did not arrive. */
export function settled(scene: Scene, sighting: Sighting): boolean {
  return scene.closed || horizonOf(scene.timeline) - sighting.timeNs >= flightNs;
}
