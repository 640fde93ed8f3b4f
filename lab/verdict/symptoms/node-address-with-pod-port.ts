import type { Journey, Sighting, Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import { clientsOf } from './clients.ts';
import type { Finding } from './finding.ts';
import { hostKey, sameHost, senderOf } from './hosts.ts';
import { ownAddressReadings, type Reading } from './readings.ts';
import { type Story, storyOf } from './story.ts';

/**
 * Ladder F3: both servers "repair" NAT as many products do: the address that the SIP came from, the port of the SDP.
 * That is the node, at a port that no Service exposes. Evidence: a packet to the far node's address and the pod's port
 * that no host receives, and usually ICMP 3/3 from that node's kernel; a missing ICMP proves nothing (it is rate-limited).
 */
export function detectNodeAddressWithPodPort(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  const clients = clientsOf(story);
  return ownAddressReadings(story).flatMap((reading) => {
    // Towards a client the source of its packets is right: that is how an edge learns where its NAT is.
    if (clients.has(hostKey(reading.announcer)) || opensTheWay(story, reading)) return [];
    const own = sentByReader(story, reading);
    const arrived = own.some((journey) => story.hosts.arrivals(journey).length > 0);
    const lost = own.find(
      ({ sightings }) => sightings[0] !== undefined && story.hosts.settled(sightings[0], reading.flightNs),
    );
    const [first] = lost?.sightings ?? [];
    if (arrived || lost === undefined || first === undefined) return [];
    const { sent, received } = reading.hop;
    return [
      {
        name: 'node-address-with-pod-port' as const,
        evidence: framesOf(sent, received, ...lost.sightings, unreachable(timeline, first)),
        remedy:
          'R3: make an edge the endpoint of everything that crosses between agencies, so that address and port are ones that the node exposes; the repair may stay on',
        firstNs: first.timeNs,
      },
    ];
  });
}

function sentByReader(story: Story, reading: Reading): Journey[] {
  const { signalledFrom, ports, reader, hop } = reading;
  return ports
    .flatMap((port) => story.sentTo.get(`${signalledFrom}:${port}`) ?? [])
    .filter((journey) => {
      const sender = senderOf(journey);
      const after = sender !== undefined && (hop.received?.timeNs ?? 0n) <= sender.sighting.timeNs;
      return after && sameHost(sender.host, reader);
    });
}

/** The announcer's own packets from that port reach the reader: their path is open, and what is sent back takes it. */
function opensTheWay(story: Story, { address, ports, announcer, reader }: Reading): boolean {
  return ports
    .flatMap((port) => story.sentFrom.get(`${address}:${port}`) ?? [])
    .some((journey) => {
      const sender = senderOf(journey);
      if (sender === undefined || !sameHost(sender.host, announcer)) return false;
      return story.hosts.arrivals(journey).some(({ host }) => sameHost(host, reader));
    });
}

/** RFC 792: port unreachable, quoting that packet. */
function unreachable(timeline: Timeline, { dst, dstPort, timeNs }: Sighting): Sighting | undefined {
  return timeline.sightings.find(
    ({ content, timeNs: at }) =>
      content.protocol === 'icmp' &&
      content.type === 3 &&
      content.quoted?.dst === dst &&
      content.quoted.dstPort === dstPort &&
      at >= timeNs,
  );
}
