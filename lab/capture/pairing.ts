import { byTime, mergeByTime, type Path, type Seen } from './seen.ts';

/*
 * The same bytes are seen on many taps: one datagram on its way, the same datagram sent again (RFC 3261 17.1.1.2), or its
 * payload passed on by a relay, which is a datagram of its own. What tells them apart:
 *
 * - a router lowers the hop count, a relay starts anew: on its way a datagram's hop count never rises;
 * - between two taps with the same hop count there is no router, so that addresses and ports are the same;
 * - a tap sees a datagram once, or again with a lower hop count where a router sends it back over the same link;
 * - a translation changes one end, seldom both, and never makes the receiver the sender;
 * - an identification other than 0 stays the same on the way.
 *
 * What is left is decided by time: the candidate of this moment with the best fit, the first sent first; otherwise the
 * latest one, since an earlier one that is still waiting was lost.
 */

/** From the first tap to the last. */
const WINDOW_NS = 250_000_000n;
/** What a machine or two take, as opposed to a retransmission. */
const MOMENT_NS = 20_000_000n;
/** Candidates looked at, the latest first: a flood of the same bytes stays linear. */
const CANDIDATES = 256;

/** A list that was never written to. Most bytes are seen once: lists of their own, made to grow, would outweigh them. */
const NONE: never[] = [];

/** All sightings of the same bytes. */
export class Bundle {
  #sightings: Seen[] = NONE;
  #paths: Path[] = NONE;
  #newcomers: Seen[] = NONE;

  get waiting(): boolean {
    return this.#newcomers.length > 0;
  }

  add(seen: Seen): void {
    if (this.#newcomers.length === 0) this.#newcomers = [seen];
    else this.#newcomers.push(seen);
  }

  /** Pairs what has been added; what is later than the earliest newcomer is paired anew, as if all had come in order. */
  settle(): void {
    const newcomers = this.#newcomers;
    if (newcomers.length > 1) newcomers.sort(byTime);
    const earliest = newcomers[0];
    if (earliest === undefined) return;
    this.#newcomers = NONE;
    let settled = this.#sightings.length;
    while (settled > 0 && byTime(this.#sightings[settled - 1] as Seen, earliest) > 0) {
      settled--;
      this.#forget(this.#sightings[settled] as Seen);
    }
    if (this.#sightings.length === 0) this.#sightings = newcomers;
    else mergeByTime(this.#sightings, newcomers);
    for (let at = settled; at < this.#sightings.length; at++) this.#place(this.#sightings[at] as Seen);
  }

  /** Undoes the latest placement: a sighting is the last of its path, and a path that it began is the last of all. */
  #forget(seen: Seen): void {
    const { sightings } = seen.journey;
    sightings.pop();
    if (sightings.length === 0) this.#paths.pop();
  }

  #place(seen: Seen): void {
    const path = this.#choose(seen);
    if (path === undefined) seen.journey = this.#begin(seen);
    else {
      path.sightings.push(seen);
      seen.journey = path;
    }
  }

  #begin(seen: Seen): Path {
    const path: Path = { id: -1, sightings: [seen] };
    if (this.#paths.length === 0) this.#paths = [path];
    else this.#paths.push(path);
    return path;
  }

  #choose(seen: Seen): Path | undefined {
    let best: Path | undefined;
    let bestCost = Number.POSITIVE_INFINITY;
    const oldest = Math.max(0, this.#paths.length - CANDIDATES);
    for (let at = this.#paths.length - 1; at >= oldest; at--) {
      const path = this.#paths[at] as Path;
      if (seen.timeNs - (path.sightings[0] as Seen).timeNs > WINDOW_NS) break;
      const cost = costOf(path, seen);
      // From the latest to the first: of equals, the first of this moment, or the latest of those before.
      if (cost !== undefined && (cost < bestCost || (cost === bestCost && AT_ONCE.includes(cost)))) {
        best = path;
        bestCost = cost;
      }
    }
    return best;
  }
}

/** By how much a translation changed: what happens at once, and what was delayed. */
const AT_ONCE = [0, 1, 2, 4, 5, 6];
const LATER = [3, 7, 8];

function costOf(path: Path, seen: Seen): number | undefined {
  const last = path.sightings.at(-1) as Seen;
  if (last.ipId !== seen.ipId) return undefined;
  const identified = seen.ipId !== 0;
  // Clocks of different machines may turn the order around: then only the identification vouches for the pair.
  if (seen.ttl > last.ttl && !identified) return undefined;
  if (
    path.sightings.some(
      (known) => known.tap === seen.tap && (identified ? known.ttl === seen.ttl : known.ttl <= seen.ttl),
    )
  ) {
    return undefined;
  }
  const change = changeBetween(last, seen);
  if (change === undefined || (change > 0 && seen.ttl === last.ttl)) return undefined;
  return (seen.timeNs - last.timeNs <= MOMENT_NS ? AT_ONCE : LATER)[change];
}

/** How much a translation would have changed: 0 nothing, 1 an address, 2 with its port, 3 to 5 both ends, with no to two ports. */
function changeBetween(before: Seen, after: Seen): number | undefined {
  const changedPorts = Number(before.srcPort !== after.srcPort) + Number(before.dstPort !== after.dstPort);
  const sameSrc = before.src === after.src && before.srcPort === after.srcPort;
  const sameDst = before.dst === after.dst && before.dstPort === after.dstPort;
  if (sameSrc && sameDst) return 0;
  if (sameSrc || sameDst) return 1 + changedPorts;
  // Who sends from where the datagram went, or to where it came from, answers it or passes it on; but a service may lead
  // back to its own client.
  if (after.src === before.dst && after.srcPort === before.dstPort) return undefined;
  if (after.dst === before.src && after.dstPort === before.srcPort && after.tap !== before.tap) return undefined;
  return 3 + changedPorts;
}
