import type { Journey, Sighting, Timeline } from '../../capture/timeline.ts';

/** Where systems start their packets (Linux, Windows, network equipment): every hop takes one, so that it is at its sender. */
const senderTtls: readonly number[] = [64, 128, 255];

export function isAtSender({ ttl }: Sighting): boolean {
  return senderTtls.includes(ttl);
}

/** Long enough for a packet to show on every tap that it will ever reach, where nothing tells how far it has to go. */
const flightNs = 100_000_000n;

/**
 * A network interface that speaks. Two clusters may use one address, and container networks derive Ethernet addresses
 * from it, so that a host is known by its link: its own Ethernet address and its router's, which is random.
 */
export interface Host {
  readonly address: string;
  /** Where the link has no Ethernet addresses: the file in which this host was seen at its own interface. */
  readonly link: string;
}

/** Who speaks in a timeline, learnt from packets that were seen at their sender. */
export class Hosts {
  readonly #speakers = new Set<string>();
  readonly #lastNs: bigint;

  constructor(timeline: Timeline) {
    for (const sighting of timeline.sightings) {
      if (isAtSender(sighting) && speaks(sighting)) this.#speakers.add(hostKey(origin(sighting)));
    }
    // Somebody who hands on a capture takes the lab's markers out: what they prove must be proved without them.
    this.#lastNs = timeline.sightings.findLast(({ content }) => content.protocol !== 'marker')?.timeNs ?? 0n;
  }

  /** The host that this sighting arrived at, when its tap is at a host that speaks. */
  receiver(sighting: Sighting): Host | undefined {
    const { dst, dstMac, srcMac, tap } = sighting;
    const host = { address: dst, link: linkOf(dstMac, srcMac, tap) };
    return this.#speakers.has(hostKey(host)) ? host : undefined;
  }

  /** Where a datagram arrived, in time order. */
  arrivals(journey: Journey): { readonly host: Host; readonly sighting: Sighting }[] {
    return journey.sightings.flatMap((sighting) => {
      const host = this.receiver(sighting);
      return host === undefined ? [] : [{ host, sighting }];
    });
  }

  /** Whether the capture goes on long enough after a packet, by packets of others, to say that it arrived nowhere. */
  settled(sighting: Sighting, withinNs = flightNs): boolean {
    return this.#lastNs - sighting.timeNs >= withinNs;
  }
}

/** Where a datagram came from; undefined when no tap stood at its sender. */
export function senderOf(journey: Journey): { readonly host: Host; readonly sighting: Sighting } | undefined {
  const [sighting] = journey.sightings;
  if (sighting === undefined || !isAtSender(sighting)) return undefined;
  return { host: origin(sighting), sighting };
}

/** A pod that talks to its own address does so on its loopback, whose Ethernet addresses say nothing. */
export function sameHost(a: Host, b: Host, loopback = false): boolean {
  return a.address === b.address && (loopback || a.link === b.link);
}

/** Routers speak too (ICMP, the lab's markers), but not these protocols. */
function speaks({ content }: Sighting): boolean {
  const { protocol } = content;
  return protocol === 'sip' || protocol === 'rtp' || protocol === 'rtcp' || protocol === 'floor' || protocol === 'dns';
}

function origin({ src, srcMac, dstMac, tap }: Sighting): Host {
  return { address: src, link: linkOf(srcMac, dstMac, tap) };
}

function linkOf(own: string, router: string, tap: string): string {
  return own === '' ? tap : `${own} ${router}`;
}

export function hostKey({ address, link }: Host): string {
  return `${address} ${link}`;
}

/** Sent to the same address and port. */
export function sameTarget(one: Sighting, other: Sighting): boolean {
  return one.dst === other.dst && one.dstPort === other.dstPort;
}
