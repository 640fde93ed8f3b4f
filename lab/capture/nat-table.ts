import type { Sighting, Timeline } from './timeline.ts';

/** One way of a translation: what comes to the router, and what leaves it. `172.18.0.2:5060 > 172.18.0.3:31070` */
interface Way {
  readonly before: string;
  readonly after: string;
}

interface Tuple {
  readonly src: string;
  readonly dst: string;
  readonly sport: string;
  readonly dport: string;
}

const tuplePattern = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g;

/** Both ways of every entry, as `conntrack -L` or the kernel prints them. */
export function waysOf(table: string): Way[] {
  return table.split('\n').flatMap((line) => {
    const [original, reply] = [...line.matchAll(tuplePattern)].map(
      ([, src = '', dst = '', sport = '', dport = '']): Tuple => ({ src, dst, sport, dport }),
    );
    if (original === undefined || reply === undefined) return [];
    return [
      { before: written(original), after: written(turned(reply)) },
      { before: written(reply), after: written(turned(original)) },
    ];
  });
}

const written = ({ src, dst, sport, dport }: Tuple): string => `${src}:${sport} > ${dst}:${dport}`;
const turned = ({ src, dst, sport, dport }: Tuple): Tuple => ({ src: dst, dst: src, sport: dport, dport: sport });

/** What a router did to packets, by the taps on both its sides, and what of it its own table knows nothing of. */
export interface TableCheck {
  readonly translations: number;
  readonly unknown: readonly string[];
}

/**
 * The translations that pairs of sightings prove, between the taps of one router (a node's own and its pods'), looked up in
 * its table. Each is counted once, however many packets it was for.
 */
export function checkTable(
  { journeys }: Pick<Timeline, 'journeys'>,
  taps: ReadonlySet<string>,
  table: string,
): TableCheck {
  const known = new Set(waysOf(table).map(({ before, after }) => `${before} became ${after}`));
  const seen = new Set<string>();
  for (const { sightings } of journeys)
    for (const [index, after] of sightings.entries()) {
      const before = sightings[index - 1];
      // ICMP has no ports, and no entry of its own.
      if (before === undefined || before.srcPort === 0) continue;
      if (!taps.has(before.tap) || !taps.has(after.tap) || flowOf(before) === flowOf(after)) continue;
      seen.add(`${flowOf(before)} became ${flowOf(after)}`);
    }
  return { translations: seen.size, unknown: [...seen].filter((one) => !known.has(one)) };
}

const flowOf = ({ src, srcPort, dst, dstPort }: Sighting): string => `${src}:${srcPort} > ${dst}:${dstPort}`;
