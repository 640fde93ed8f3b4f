import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressAt, type ExistingPod, offsetOf, planPods, rangeOf, type WantedPod } from './pod-plan.ts';

const RANGE = '10.244.0.0/24';

function want(cluster: string, name: string, offset: number, range = RANGE): WantedPod {
  return { cluster, name, node: `${cluster}-1`, range, offset };
}

function has(cluster: string, name: string, offset: number, more: Partial<ExistingPod> = {}): ExistingPod {
  return { cluster, name, node: `${cluster}-1`, address: addressAt(RANGE, offset), usable: true, ...more };
}

/** `a` and `b` with the same range; b-two has the address of a-two. */
const wanted = [want('a', 'a-one', 5), want('a', 'a-two', 6), want('b', 'b-one', 25), want('b', 'b-two', 6)];
const none = new Map<string, Set<number>>();

const created = (plan: ReturnType<typeof planPods>) => plan?.create.map(({ name, address }) => [name, address]);

describe('addresses of pods', () => {
  test('are those of the spec where nobody has them', () => {
    expect(created(planPods(wanted, [], none))).toEqual([
      ['a-one', '10.244.0.5'],
      ['a-two', '10.244.0.6'],
      ['b-one', '10.244.0.25'],
      ['b-two', '10.244.0.6'],
    ]);
  });

  test('a pod that came another way than the place wants is not used again', () => {
    const [first, ...others] = wanted;
    const existing = wanted.map(({ cluster, name, offset }) => has(cluster, name, offset));
    const deployed = [...(first === undefined ? [] : [{ ...first, deployable: 'edge' }]), ...others];
    const plan = planPods(deployed, existing, none);
    expect(plan?.keep.map(({ name }) => name)).not.toContain('a-one');
    expect(plan?.create).toContainEqual(expect.objectContaining({ name: 'a-one', deployable: 'edge' }));
    const fits = existing.map((pod) => (pod.name === 'a-one' ? { ...pod, deployable: 'edge' } : pod));
    expect(planPods(deployed, fits, none)).toMatchObject({ remove: [], create: [] });
  });

  test('all move by the same distance where somebody of whichever cluster sits on one', () => {
    const plan = planPods(wanted, [], new Map([[RANGE, new Set([2, 3, 5, 7])]]));
    expect(created(plan)).toEqual([
      ['a-one', '10.244.0.8'],
      ['a-two', '10.244.0.9'],
      ['b-one', '10.244.0.28'],
      ['b-two', '10.244.0.9'],
    ]);
  });

  test('of another range are in nobody’s way', () => {
    const plan = planPods(wanted, [], new Map([['10.30.0.0/24', new Set([5, 6, 25])]]));
    expect(created(plan)?.[0]).toEqual(['a-one', '10.244.0.5']);
  });

  test('are in vain where the range is full', () => {
    const full = new Set(Array.from({ length: 253 }, (_, index) => index + 2));
    expect(planPods(wanted, [], new Map([[RANGE, full]]))).toBeUndefined();
  });
});

describe('pods of the world before', () => {
  const standing = [has('a', 'a-one', 8), has('a', 'a-two', 9), has('b', 'b-one', 28), has('b', 'b-two', 9)];

  test('stay, all of them, where all are moved by the same distance', () => {
    const plan = planPods(wanted, standing, new Map([[RANGE, new Set([2, 3])]]));
    expect(plan).toEqual({ keep: standing, remove: [], create: [] });
  });

  test('that nobody wants any more go, and what is missing comes to where it fits', () => {
    const plan = planPods(wanted, [...standing.slice(0, 3), has('b', 'b-bystander', 30)], none);
    expect(plan?.keep.map(({ name }) => name)).toEqual(['a-one', 'a-two', 'b-one']);
    expect(plan?.remove.map(({ name }) => name)).toEqual(['b-bystander']);
    expect(created(plan)).toEqual([['b-two', '10.244.0.9']]);
  });

  test.each([
    ['moved by different distances', [standing[0], has('a', 'a-two', 20)]],
    ['of another range', [has('a', 'a-one', 8, { address: '10.30.0.8' })]],
    ['on whose distance somebody else sits', [standing[0], has('b', 'b-other', 9)]],
    ['on another node', [has('a', 'a-one', 8, { node: 'a-2' })]],
    ['of another image, or not ready', [has('a', 'a-one', 8, { usable: false })]],
  ])('%s are replaced', (_, existing) => {
    const present = existing as ExistingPod[];
    const plan = planPods(wanted, present, none);
    expect(plan?.keep).toEqual([]);
    expect(plan?.remove).toEqual(present);
    expect(plan?.create).toHaveLength(4);
    // Addresses of those that leave are not free at once.
    const leaving = present.map(({ address }) => address);
    expect(plan?.create.filter(({ address }) => leaving.includes(address))).toEqual([]);
  });
});

test('what was equal stays equal, what was different stays different, and nobody is sat on', () => {
  const offset = fc.integer({ min: 2, max: 254 });
  fc.assert(
    fc.property(
      fc.uniqueArray(offset, { maxLength: 8 }),
      fc.uniqueArray(offset, { maxLength: 8 }),
      fc.array(offset, { maxLength: 40 }),
      (a, b, others) => {
        const pods = [...a.map((one) => want('a', `a-${one}`, one)), ...b.map((one) => want('b', `b-${one}`, one))];
        const plan = planPods(pods, [], new Map([[RANGE, new Set(others)]]));
        if (plan === undefined) return;
        const addresses = plan.create.map(({ address }) => address);
        for (const address of addresses) {
          expect(rangeOf(address)).toBe(RANGE);
          expect(others).not.toContain(offsetOf(address));
          expect(offsetOf(address)).toBeGreaterThan(1);
          expect(offsetOf(address)).toBeLessThan(255);
        }
        for (const [one, pod] of pods.entries())
          for (const [two, other] of pods.entries())
            expect(addresses[one] === addresses[two]).toBe(pod.offset === other.offset);
      },
    ),
  );
});
