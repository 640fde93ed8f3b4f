/** A pod as the spec wants it: where, and which address of the node's range (`5` of 10.244.0.5). */
export interface WantedPod {
  readonly cluster: string;
  readonly name: string;
  readonly node: string;
  /** The node's pod range, a /24: 10.244.0.0/24. */
  readonly range: string;
  readonly offset: number;
  readonly deployable?: string | undefined;
}

export interface ExistingPod {
  readonly cluster: string;
  readonly name: string;
  readonly node: string;
  readonly address: string;
  /** Running, ready, and of the image that is wanted. */
  readonly usable: boolean;
  readonly deployable?: string | undefined;
}

export interface PodPlan {
  readonly keep: readonly ExistingPod[];
  readonly remove: readonly ExistingPod[];
  readonly create: readonly (WantedPod & { readonly address: string })[];
}

/**
 * What the spec says of pods' addresses is which of them are equal, in which clusters. Where CoreDNS or another pod sits on
 * an address of the spec, all move by the same distance: what was equal stays equal, and no address that was the lab's
 * alone is anybody else's. `taken` are the addresses that others have, by range, in whichever cluster.
 */
export function planPods(
  wanted: readonly WantedPod[],
  existing: readonly ExistingPod[],
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): PodPlan | undefined {
  const match = (pod: WantedPod): ExistingPod | undefined =>
    existing.find(
      (one) =>
        one.usable &&
        one.cluster === pod.cluster &&
        one.name === pod.name &&
        one.node === pod.node &&
        one.deployable === pod.deployable,
    );
  const pairs = wanted.flatMap((pod) => {
    const found = match(pod);
    return found === undefined ? [] : [{ pod, found }];
  });
  const shifts = new Set(pairs.map(({ pod, found }) => shiftOf(pod, found.address)));
  const [kept] = shifts;
  if (shifts.size === 1 && kept !== undefined && kept !== 'elsewhere') {
    const keep = pairs.map(({ found }) => found);
    const missing = wanted.filter((pod) => match(pod) === undefined);
    const leaving = existing.filter((pod) => !keep.includes(pod));
    if (missing.every((pod) => free(pod, kept, withAll(taken, leaving)))) {
      return { keep, remove: leaving, create: missing.map((pod) => at(pod, kept)) };
    }
  }
  const crowded = withAll(taken, existing);
  for (let shift = 0; shift < 253; shift++) {
    if (wanted.every((pod) => free(pod, shift, crowded))) {
      return { keep: [], remove: existing, create: wanted.map((pod) => at(pod, shift)) };
    }
  }
  return undefined;
}

const at = (pod: WantedPod, shift: number) => ({ ...pod, address: addressAt(pod.range, shifted(pod.offset, shift)) });

function free(pod: WantedPod, shift: number, taken: ReadonlyMap<string, ReadonlySet<number>>): boolean {
  return taken.get(pod.range)?.has(shifted(pod.offset, shift)) !== true;
}

/** Offsets 2 to 254: the first one is the node's side of the veths. */
function shifted(offset: number, shift: number): number {
  return 2 + ((offset - 2 + shift) % 253);
}

function shiftOf(pod: WantedPod, address: string): number | 'elsewhere' {
  if (rangeOf(address) !== pod.range) return 'elsewhere';
  return (offsetOf(address) - pod.offset + 253) % 253;
}

function withAll(
  taken: ReadonlyMap<string, ReadonlySet<number>>,
  pods: readonly ExistingPod[],
): ReadonlyMap<string, ReadonlySet<number>> {
  const all = new Map([...taken].map(([range, offsets]) => [range, new Set(offsets)]));
  for (const { address } of pods) {
    if (address === '') continue;
    const offsets = all.get(rangeOf(address)) ?? new Set();
    all.set(rangeOf(address), offsets.add(offsetOf(address)));
  }
  return all;
}

export function rangeOf(address: string): string {
  return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
}

export function offsetOf(address: string): number {
  return Number(address.slice(address.lastIndexOf('.') + 1));
}

export function addressAt(range: string, offset: number): string {
  return `${range.slice(0, range.lastIndexOf('.'))}.${offset}`;
}
