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

/** Pods of one node that may have any address of a run, each the one that it gets. */
export interface PodBlock {
  readonly cluster: string;
  readonly node: string;
  readonly pods: readonly WantedPod[];
  readonly addresses: readonly string[];
}

export interface PodPlan {
  readonly keep: readonly ExistingPod[];
  readonly remove: readonly ExistingPod[];
  readonly blocks: readonly PodBlock[];
  /** Those that must have the address of a pod elsewhere. */
  readonly create: readonly (WantedPod & { readonly address: string })[];
}

/**
 * What the spec says of pods' addresses is which of them are equal, in which clusters. So pods that stand stay where they are
 * as long as that holds of them, one that shares its address comes to that address, and any other one to any address that
 * nobody else has. A pod that nobody wants now is at rest and may be wanted again: it goes where it stands in the way of
 * what is said of addresses. `taken` are the addresses that others have, in whichever cluster.
 */
export function planPods(
  wanted: readonly WantedPod[],
  existing: readonly ExistingPod[],
  taken: readonly string[],
): PodPlan | undefined {
  const addresses = new Addresses(taken);
  const kept = new Map<WantedPod, ExistingPod>();
  // What is dear to replace has the first say.
  for (const pod of [...wanted.filter(isDeployed), ...wanted.filter((one) => !isDeployed(one))]) {
    const found = existing.find((one) => one.usable && isFor(one, pod));
    if (found !== undefined && addresses.agree(pod, found.address)) kept.set(pod, found);
  }
  const keep = wanted.flatMap((pod) => kept.get(pod) ?? []);
  const others = existing.filter((one) => !keep.includes(one));
  // Free at once is only what nobody has who leaves.
  for (const { address } of others) addresses.avoid(address);

  const missing = wanted.filter((pod) => !kept.has(pod));
  const sharing = missing.filter(
    (pod) =>
      addresses.of(pod) !== undefined || wanted.some((other) => other !== pod && placeOf(other) === placeOf(pod)),
  );
  const create = sharing.flatMap((pod) => {
    const address = addresses.of(pod) ?? addresses.choose(pod);
    return address === undefined ? [] : [{ ...pod, address }];
  });
  const nodes = Map.groupBy(
    missing.filter((pod) => !sharing.includes(pod)),
    ({ cluster, node }) => `${cluster} ${node}`,
  );
  const blocks = [...nodes.values()].flatMap((pods) => addresses.block(pods) ?? []);
  const full = create.length < sharing.length || blocks.length < nodes.size;
  if (full) return undefined;
  const needed = [...keep, ...create].map(({ address }) => address);
  const atRest = (one: ExistingPod): boolean =>
    one.usable && !needed.includes(one.address) && !wanted.some((pod) => hasNameOf(one, pod));
  return { keep, remove: others.filter((one) => !atRest(one)), blocks, create };
}

/** Which address stands for each of the spec's: never one for two, and none that others have. */
class Addresses {
  readonly #chosen = new Map<string, string>();
  readonly #inUse: Set<string>;

  constructor(taken: readonly string[]) {
    this.#inUse = new Set(taken);
  }

  of(pod: WantedPod): string | undefined {
    return this.#chosen.get(placeOf(pod));
  }

  /** Whether a pod can have this address, beside all that were asked for before; then it has. */
  agree(pod: WantedPod, address: string): boolean {
    const before = this.of(pod);
    if (before !== undefined) return before === address;
    if (address === '' || rangeOf(address) !== pod.range || this.#inUse.has(address)) return false;
    this.#chosen.set(placeOf(pod), address);
    this.avoid(address);
    return true;
  }

  avoid(address: string): void {
    this.#inUse.add(address);
  }

  choose(pod: WantedPod): string | undefined {
    const [first] = this.#run(pod.range, pod.offset, 1);
    return first !== undefined && this.agree(pod, first) ? first : undefined;
  }

  block(pods: readonly WantedPod[]): PodBlock | undefined {
    const [first] = pods.toSorted((one, other) => one.offset - other.offset);
    if (first === undefined) return undefined;
    const addresses = this.#run(first.range, first.offset, pods.length);
    for (const address of addresses) this.avoid(address);
    return addresses.length === 0 ? undefined : { cluster: first.cluster, node: first.node, pods, addresses };
  }

  /** So many free addresses in a row, from this one on, else from the first; none where there are not so many. */
  #run(range: string, from: number, length: number): string[] {
    for (let tried = 0; tried < SPAN; tried++) {
      const start = FIRST + ((from - FIRST + tried) % SPAN);
      const run = Array.from({ length }, (_, index) => addressAt(range, start + index));
      if (start + length - 1 <= LAST && !run.some((address) => this.#inUse.has(address))) return run;
    }
    return [];
  }
}

/** The first address of a range is the node's side of the veths. */
const [FIRST, LAST] = [2, 254];
const SPAN = LAST - FIRST + 1;

/** Where the spec wants a pod: what is equal here is to be equal there. */
const placeOf = ({ range, offset }: WantedPod): string => addressAt(range, offset);

const isDeployed = ({ deployable }: WantedPod): boolean => deployable !== undefined;

const hasNameOf = (one: ExistingPod, pod: WantedPod): boolean => one.cluster === pod.cluster && one.name === pod.name;

const isFor = (one: ExistingPod, pod: WantedPod): boolean =>
  hasNameOf(one, pod) && one.node === pod.node && one.deployable === pod.deployable;

export function rangeOf(address: string): string {
  return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
}

export function offsetOf(address: string): number {
  return Number(address.slice(address.lastIndexOf('.') + 1));
}

export function addressAt(range: string, offset: number): string {
  return `${range.slice(0, range.lastIndexOf('.'))}.${offset}`;
}
