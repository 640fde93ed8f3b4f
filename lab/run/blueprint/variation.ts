/**
 * In what a repetition differs from the first run: identifiers, addresses of pods, ports, and the order in which the cast
 * starts. No scenario means anything else by it: what is equal or unequal, exposed or not, stays so.
 */
export interface Variation {
  /** Of Call-IDs, tags, branches, SSRCs and sequence numbers. */
  readonly seed: number;
  /** Added to the last octet of every pod's address. */
  readonly pods: number;
  /** Added to the node ports of SIP and to the UEs' own SIP port. */
  readonly sipPorts: number;
  /** Added to the ports of media and floor control: exposed ones, servers', UEs'. A multiple of 4. */
  readonly mediaPorts: number;
  /** Seeds the order of the cast; undefined: as written. */
  readonly order: number | undefined;
}

/** The defaults for repetition 0, and for every other one what the run's seed makes of its number. */
export function variationOf(seed: number, repetition: number): Variation {
  if (repetition === 0) return { seed, pods: 0, sipPorts: 0, mediaPorts: 0, order: undefined };
  const draw = random(seed ^ Math.imul(repetition, 0x9e3779b1));
  return {
    seed: Math.floor(draw() * 2 ** 31),
    pods: Math.floor(draw() * 15),
    sipPorts: Math.floor(draw() * 29),
    mediaPorts: 4 * Math.floor(draw() * 20),
    order: Math.floor(draw() * 2 ** 31),
  };
}

/** The same order every time for one seed (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], seed: number | undefined): T[] {
  const all = [...values];
  if (seed === undefined) return all;
  const draw = random(seed);
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    const [one, two] = [all[last], all[other]];
    if (one === undefined || two === undefined) continue;
    all[last] = two;
    all[other] = one;
  }
  return all;
}

/** Numbers from 0 up to 1 (the finaliser of MurmurHash3 over a counter: neighbouring seeds have nothing in common). */
export function random(seed: number): () => number {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let word = counter;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return ((word ^ (word >>> 16)) >>> 0) / 2 ** 32;
  };
}
