import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressAt, type ExistingPod, offsetOf, type PodPlan, planPods, rangeOf, type WantedPod } from './pod-plan.ts';

const RANGE = '10.244.0.0/24';

function want(cluster: string, name: string, offset: number, range = RANGE): WantedPod {
  return { cluster, name, node: `${cluster}-1`, range, offset };
}

function has(cluster: string, name: string, offset: number, more: Partial<ExistingPod> = {}): ExistingPod {
  return { cluster, name, node: `${cluster}-1`, address: addressAt(RANGE, offset), usable: true, ...more };
}

/** `a` and `b` with the same range; b-two has the address of a-two. */
const wanted = [want('a', 'a-one', 5), want('a', 'a-two', 6), want('b', 'b-one', 25), want('b', 'b-two', 6)];
const none: readonly string[] = [];
const taken = (offsets: Iterable<number>, range = RANGE) => [...offsets].map((offset) => addressAt(range, offset));

/** Where each pod comes to or stays; those of a block in the order in which they were named. */
function standing(plan: PodPlan | undefined): Record<string, string> {
  const kept = plan?.keep.map(({ name, address }) => [name, address] as const) ?? [];
  const blocks = plan?.blocks.flatMap(({ pods, addresses }) =>
    pods.map(({ name }, index) => [name, addresses[index] ?? ''] as const),
  );
  const created = plan?.create.map(({ name, address }) => [name, address] as const) ?? [];
  return Object.fromEntries([...kept, ...(blocks ?? []), ...created]);
}

const names = (pods: readonly { readonly name: string }[] | undefined) => pods?.map(({ name }) => name);

describe('addresses of pods', () => {
  test('are those of the spec where nobody has them', () => {
    expect(standing(planPods(wanted, [], none))).toEqual({
      'a-one': '10.244.0.5',
      'a-two': '10.244.0.6',
      'b-one': '10.244.0.25',
      'b-two': '10.244.0.6',
    });
  });

  test('come all at once, in a run, where none is shared', () => {
    const plan = planPods([want('a', 'a-one', 5), want('a', 'a-nine', 9), want('b', 'b-one', 25)], [], none);
    expect(plan?.create).toEqual([]);
    expect(plan?.blocks.map(({ cluster, pods, addresses }) => [cluster, names(pods), addresses])).toEqual([
      ['a', ['a-one', 'a-nine'], ['10.244.0.5', '10.244.0.6']],
      ['b', ['b-one'], ['10.244.0.25']],
    ]);
  });

  test('a run is of one node', () => {
    const plan = planPods([want('a', 'a-one', 5), { ...want('a', 'a-two', 6), node: 'a-2' }], [], none);
    expect(plan?.blocks.map(({ node, pods }) => [node, names(pods)])).toEqual([
      ['a-1', ['a-one']],
      ['a-2', ['a-two']],
    ]);
  });

  test('a pod that came another way than the place wants is not used again', () => {
    const [first, ...others] = wanted;
    const existing = wanted.map(({ cluster, name, offset }) => has(cluster, name, offset));
    const deployed = [...(first === undefined ? [] : [{ ...first, deployable: 'edge' }]), ...others];
    const plan = planPods(deployed, existing, none);
    expect(names(plan?.remove)).toEqual(['a-one']);
    expect(plan?.blocks.flatMap(({ pods }) => pods)).toEqual([
      expect.objectContaining({ name: 'a-one', deployable: 'edge' }),
    ]);
    const fits = existing.map((pod) => (pod.name === 'a-one' ? { ...pod, deployable: 'edge' } : pod));
    expect(planPods(deployed, fits, none)).toMatchObject({ remove: [], blocks: [], create: [] });
  });

  test('pass those by on which somebody of whichever cluster sits', () => {
    const plan = planPods(wanted, [], taken([2, 3, 5, 7]));
    expect(standing(plan)).toEqual({
      'a-one': '10.244.0.8',
      'a-two': '10.244.0.6',
      'b-one': '10.244.0.25',
      'b-two': '10.244.0.6',
    });
  });

  test('of another range are in nobody’s way', () => {
    const plan = planPods(wanted, [], taken([5, 6, 25], '10.30.0.0/24'));
    expect(standing(plan)['a-one']).toBe('10.244.0.5');
  });

  test('begin again at the first of the range after its last', () => {
    const plan = planPods([want('a', 'a-one', 254), want('a', 'a-two', 255)], [], none);
    expect(plan?.blocks[0]?.addresses).toEqual(['10.244.0.2', '10.244.0.3']);
  });

  test.each([253, 252])('are in vain where the range is full: %s addresses', (count) => {
    const full = new Set(Array.from({ length: count }, (_, index) => index + 2));
    expect(planPods(wanted, [], taken(full))).toBeUndefined();
    const alone = planPods([want('a', 'a-one', 5)], [], taken(full));
    expect(standing(alone)['a-one']).toBe(count === 253 ? undefined : '10.244.0.254');
  });
});

describe('pods of the world before', () => {
  const before = [has('a', 'a-one', 8), has('a', 'a-two', 9), has('b', 'b-one', 28), has('b', 'b-two', 9)];

  test('stay, wherever they are, where what is to be equal is', () => {
    const plan = planPods(wanted, before, taken([2, 3]));
    expect(plan).toEqual({ keep: before, remove: [], blocks: [], create: [] });
  });

  test('that nobody wants now stay at rest, and what is missing comes to where it fits', () => {
    const plan = planPods(wanted, [...before.slice(0, 3), has('b', 'b-bystander', 30)], none);
    expect(names(plan?.keep)).toEqual(['a-one', 'a-two', 'b-one']);
    expect(names(plan?.remove)).toEqual([]);
    expect(plan?.create.map(({ name, address }) => [name, address])).toEqual([['b-two', '10.244.0.9']]);
  });

  test('that nobody wants now go where they have an address that is to be nobody’s here, or are of no use', () => {
    const existing = [...before, has('b', 'b-bystander', 8), has('a', 'a-bystander', 40, { usable: false })];
    const plan = planPods(wanted, existing, none);
    expect(names(plan?.keep)).toEqual(names(before));
    expect(names(plan?.remove)).toEqual(['b-bystander', 'a-bystander']);
  });

  test('whose addresses are at rest are in nobody’s way', () => {
    const plan = planPods([want('a', 'a-one', 5), want('a', 'a-two', 6)], [has('b', 'b-bystander', 5)], none);
    expect(plan).toMatchObject({ remove: [], blocks: [{ addresses: ['10.244.0.6', '10.244.0.7'] }] });
  });

  test('a bystander changes its place, not the server whose address it is to have', () => {
    const server = { deployable: 'agency' };
    const standingBefore = [has('a', 'a-bystander', 9), has('b', 'b-mcx', 28, server)];
    const swapped = [want('a', 'a-bystander', 26), { ...want('b', 'b-mcx', 26), ...server }];
    const plan = planPods(swapped, standingBefore, none);
    expect(names(plan?.keep)).toEqual(['b-mcx']);
    expect(names(plan?.remove)).toEqual(['a-bystander']);
    expect(plan?.create.map(({ name, address }) => [name, address])).toEqual([['a-bystander', '10.244.0.28']]);
  });

  test('one comes to the address of one that leaves, if it must have that', () => {
    const existing = [has('a', 'a-two', 6), has('b', 'b-bystander', 6), has('b', 'b-two', 26)];
    const plan = planPods([want('a', 'a-two', 6), want('b', 'b-two', 6)], existing, none);
    expect(names(plan?.keep)).toEqual(['a-two']);
    expect(names(plan?.remove)).toEqual(['b-bystander', 'b-two']);
    expect(plan?.create.map(({ name, address }) => [name, address])).toEqual([['b-two', '10.244.0.6']]);
  });

  test.each([
    ['that have one address and are to have two', [has('a', 'a-one', 8), has('b', 'b-one', 8)], ['b-one']],
    ['that have two and are to have one', [has('a', 'a-two', 8), has('b', 'b-two', 9)], ['b-two']],
    ['of another range', [has('a', 'a-one', 8, { address: '10.30.0.8' })], ['a-one']],
    ['that have no address yet', [has('a', 'a-one', 8, { address: '' })], ['a-one']],
    ['on whose address somebody else sits', [has('a', 'a-one', 7)], ['a-one']],
    ['on another node', [has('a', 'a-one', 8, { node: 'a-2' })], ['a-one']],
    ['of another image, or not ready', [has('a', 'a-one', 8, { usable: false })], ['a-one']],
  ])('%s are replaced', (_, existing, replaced) => {
    const plan = planPods(wanted, existing, taken([7]));
    expect(names(plan?.remove)).toEqual(replaced);
    expect(names(plan?.keep)).toEqual(names(existing)?.filter((name) => !replaced.includes(name)));
    expect(Object.keys(standing(plan))).toHaveLength(wanted.length);
    // Addresses of those that leave are not free at once.
    const leaving = plan?.remove.map(({ address }) => address) ?? [];
    const blocks = plan?.blocks.flatMap(({ addresses }) => addresses) ?? [];
    expect(blocks.filter((address) => leaving.includes(address))).toEqual([]);
  });
});

test('what was equal stays equal, what was different stays different, and nobody is sat on', () => {
  const offset = fc.integer({ min: 2, max: 254 });
  fc.assert(
    fc.property(
      fc.uniqueArray(offset, { maxLength: 8 }),
      fc.uniqueArray(offset, { maxLength: 8 }),
      fc.array(offset, { maxLength: 40 }),
      fc.array(offset, { maxLength: 16 }),
      fc.uniqueArray(offset, { maxLength: 4 }),
      (a, b, others, before, idle) => {
        const pods = [...a.map((one) => want('a', `a-${one}`, one)), ...b.map((one) => want('b', `b-${one}`, one))];
        const existing = pods.flatMap(({ cluster, name }, index) => {
          const at = before[index];
          return at === undefined ? [] : [has(cluster, name, at)];
        });
        const rest = idle.map((one) => has('b', `b-idle-${one}`, one));
        const plan = planPods(pods, [...existing, ...rest], taken(others));
        if (plan === undefined) return;
        const addresses = standing(plan);
        for (const { name, address } of rest)
          if (!names(plan.remove)?.includes(name)) expect(Object.values(addresses)).not.toContain(address);
        expect(Object.keys(addresses)).toHaveLength(pods.length);
        for (const address of Object.values(addresses)) {
          expect(rangeOf(address)).toBe(RANGE);
          expect(others).not.toContain(offsetOf(address));
          expect(offsetOf(address)).toBeGreaterThan(1);
          expect(offsetOf(address)).toBeLessThan(255);
        }
        for (const pod of pods)
          for (const other of pods)
            expect(addresses[pod.name] === addresses[other.name]).toBe(pod.offset === other.offset);
        for (const { addresses: run } of plan.blocks)
          expect(run.map(offsetOf)).toEqual(run.map((_, index) => offsetOf(run[0] ?? '') + index));
      },
    ),
  );
});
