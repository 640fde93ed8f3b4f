import type { Journey, Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import type { Finding } from './finding.ts';
import { sameHost, senderOf } from './hosts.ts';
import { ownAddressReadings, type Reading } from './readings.ts';
import { type Story, storyOf } from './story.ts';

/**
 * Ladder F2: names resolve to the other node and a node port, SIP advertises the node and completes; but SDP carries the
 * pods' own addresses: floor control and media go where nobody outside can reach. Evidence: packets sent to the c= and
 * m= of the SDP of a crossing dialog that the host which announced them never receives.
 */
export function detectPrivateAddressInSdp(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  return believed(story).map(({ reading, lost }) => {
    const [first] = lost;
    const { sent, received } = reading.hop;
    return {
      name: 'private-address-in-sdp',
      evidence: framesOf(sent, received, ...(first?.sightings ?? [])),
      remedy,
      firstNs: first?.sightings[0]?.timeNs ?? sent.timeNs,
    };
  });
}

const remedy =
  'R2: make an edge the endpoint of everything that crosses between agencies, advertising the node’s address and ports that the node exposes';

/**
 * Ladder, F2: with overlapping pod ranges the packets may hit a wrong local pod. Another host of the sender's own
 * cluster has the address, so the packet never passes the interface by which its cluster reaches the world.
 */
export function detectWrongPod(timeline: Timeline): Finding[] {
  const story = storyOf(timeline);
  const uplinks = uplinksOf(timeline);
  return believed(story).flatMap(({ reading, lost }) => {
    const strayed = lost.find((journey) => isStray(journey, uplinks));
    const last = strayed?.sightings.at(-1);
    if (strayed === undefined || last === undefined) return [];
    return [
      {
        name: 'wrong-pod' as const,
        evidence: framesOf(reading.hop.received, ...strayed.sightings),
        remedy: 'what mends the address in the SDP mends this; until then strangers hear these packets',
        firstNs: last.timeNs,
      },
    ];
  });
}

interface Believed {
  readonly reading: Reading;
  /** At least one, and none was received by the announcer. */
  readonly lost: readonly Journey[];
}

/** The readings that were believed: the reader sends to that address and port, and the announcer receives none of it. */
function believed(story: Story): Believed[] {
  return ownAddressReadings(story).flatMap((reading) => {
    const journeys = reading.ports.flatMap((port) => story.sentTo.get(`${reading.address}:${port}`) ?? []);
    const own = journeys.filter((journey) => isFromReader(journey, reading));
    const arrived = (journey: Journey) =>
      story.hosts.arrivals(journey).some(({ host }) => sameHost(host, reading.announcer));
    const lost = own.filter(
      ({ sightings }) => sightings[0] !== undefined && story.hosts.settled(sightings[0], reading.flightNs),
    );
    return lost.length === 0 || own.some(arrived) ? [] : [{ reading, lost }];
  });
}

function isFromReader(journey: Journey, { reader, hop }: Reading): boolean {
  const sender = senderOf(journey);
  if (sender === undefined) return false;
  const loopback = sender.sighting.src === sender.sighting.dst;
  const after = hop.received === undefined || sender.sighting.timeNs >= hop.received.timeNs;
  return after && sameHost(sender.host, reader, loopback);
}

/** Handed on inside the cluster, addresses unchanged, by a router's inner interface. */
function isStray({ sightings }: Journey, uplinks: ReadonlySet<string>): boolean {
  const [first] = sightings;
  const last = sightings.at(-1);
  if (first === undefined || last === undefined || first === last || first.src === first.dst) return false;
  const unchanged = sightings.every(({ src, dst }) => src === first.src && dst === first.dst);
  return unchanged && last.srcMac !== '' && !uplinks.has(last.srcMac);
}

/** Ethernet addresses of the interfaces where routers put their own address in place of a sender's. */
function uplinksOf(timeline: Timeline): Set<string> {
  const uplinks = new Set<string>();
  for (const { sightings } of timeline.journeys) {
    const [first] = sightings;
    for (const sighting of sightings) {
      if (first !== undefined && sighting.src !== first.src && sighting.ttl === first.ttl - 1)
        uplinks.add(sighting.srcMac);
    }
  }
  return uplinks;
}
