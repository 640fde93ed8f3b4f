import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contractSpec } from './contract/spec.ts';
import type { FabricSpec } from './fabric.ts';
import { groundKey, skeletonOf } from './ground-key.ts';
import { planFabric } from './netns/plan.ts';

const spec = contractSpec('preserve');
const clusters = (change: (cluster: FabricSpec['clusters'][number]) => object): FabricSpec => ({
  ...spec,
  clusters: spec.clusters.map((cluster) => ({ ...cluster, ...change(cluster) })),
});

describe('what two fabrics have in common', () => {
  test('the key is the same whatever Services there are, and no longer with another address', () => {
    expect(groundKey(clusters(() => ({ services: [] })))).toBe(groundKey(spec));
    expect(groundKey(clusters(() => ({ nodes: ['172.18.0.77', '172.18.0.78'] })))).not.toBe(groundKey(spec));
  });

  test('the skeleton is the same whatever addresses, egress and Services there are', () => {
    const moved = clusters(({ pods }) => ({
      ...{ podCidr: '10.9.0.0/16', services: [] },
      pods: pods.map((pod, index) => ({ ...pod, address: `10.9.0.${index + 2}` })),
    }));
    expect(skeletonOf({ ...moved, egress: 'none' })).toBe(skeletonOf(spec));
    expect(groundKey(moved)).not.toBe(groundKey(spec));
  });

  test('skeletons are the same exactly where namespaces and the cables between them are', () => {
    const wires = (one: FabricSpec) => {
      const { places, links } = planFabric(one, '');
      const ends = links.map(({ place, far, farInterface }) => [place.netns, far.netns, farInterface]);
      return JSON.stringify([places.map(({ kind, netns }) => [kind, netns]), ends]);
    };
    fc.assert(
      fc.property(small, small, (one, other) => {
        expect(skeletonOf(one) === skeletonOf(other)).toBe(wires(one) === wires(other));
      }),
      { numRuns: 500 },
    );
  });
});

/** So small that two of them are often alike. */
const few = <T>(one: fc.Arbitrary<T>, minLength = 0) => fc.array(one, { minLength, maxLength: 2 });
const address = fc.constantFrom('10.0.0.5', '10.0.0.6');
const place = fc.record({ name: fc.constantFrom('a-one', 'a-two'), address });
const small: fc.Arbitrary<FabricSpec> = fc.record({
  egress: fc.constantFrom('preserve', 'none'),
  accesses: few(fc.record({ name: fc.constantFrom('a', 'b'), address, hosts: few(place) })),
  clusters: few(
    fc.record({ name: fc.constantFrom('a', 'b'), nodes: few(address, 1), pods: few(place) }).chain((cluster) => {
      const node = fc.option(fc.nat(cluster.nodes.length - 1), { nil: undefined });
      return fc.array(node, { minLength: cluster.pods.length, maxLength: cluster.pods.length }).map((nodes) => ({
        ...{ ...cluster, podCidr: '', serviceCidr: '', services: [] },
        pods: cluster.pods.map((pod, index) => {
          const at = nodes[index];
          return at === undefined ? pod : { ...pod, node: at };
        }),
      }));
    }),
  ),
});
