import { describe, expect, test } from 'vitest';
import { contractSpec } from '../contract/spec.ts';
import type { FabricSpec } from '../fabric.ts';
import { nodeName, planFabric, podSubnets } from './plan.ts';

describe('the plan of a fabric', () => {
  const plan = planFabric(contractSpec('preserve'), 'f7.');
  const linkOf = (name: string) => plan.links.find(({ place }) => place.name === name);

  test('has a place for the bridge, each node, pod, access router and subscriber, in namespaces of its own', () => {
    expect(plan.places.map(({ name }) => name)).toEqual(
      ['bridge', 'a-node', 'a-one', 'a-two', 'a-three', 'b-node', 'b-one', 'b-two', 'b-three', 'b-four'].concat([
        'c-node',
        'c-node-2',
        'c-one',
        'c-two',
        'x-access',
        'x-ue-1',
      ]),
    );
    expect(new Set(plan.places.map(({ netns }) => netns)).size).toBe(plan.places.length);
    expect(plan.places.every(({ name, netns }) => netns === `f7.${name}`)).toBe(true);
  });

  test('connects nodes and routers to the bridge, pods to their node, subscribers to their router', () => {
    const far = Object.fromEntries(plan.links.map(({ place, far: other }) => [place.name, other.name]));
    expect(far).toMatchObject({
      'a-node': 'bridge',
      'x-access': 'bridge',
      'a-one': 'a-node',
      'c-one': 'c-node',
      'c-two': 'c-node-2',
      'x-ue-1': 'x-access',
    });
    expect(far.bridge).toBeUndefined();
    expect(plan.links).toHaveLength(plan.places.length - 1);
  });

  test('shows addresses in Ethernet addresses', () => {
    expect(linkOf('a-node')?.mac).toBe('02:42:ac:12:00:02');
    expect(linkOf('a-one')?.mac).toBe('0a:58:0a:f4:00:05');
  });

  test('names interfaces after places as long as the kernel allows 15 characters', () => {
    const long: FabricSpec = {
      ...contractSpec('preserve'),
      accesses: [
        { name: 'x', address: '172.18.0.10', hosts: [{ name: 'x-subscriber-with-a-name', address: '10.0.0.2' }] },
      ],
    };
    const names = planFabric(long, '').links.map(({ farInterface }) => farInterface);
    expect(names.every((name) => name.length <= 15)).toBe(true);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe('v-a-node');
  });

  test('knows which /24 belongs to which node', () => {
    const [a, , c] = contractSpec('preserve').clusters;
    if (a === undefined || c === undefined) throw new Error('the contract has three clusters');
    expect([...podSubnets(a)]).toEqual([[0, new Set(['10.244.0.0/24'])]]);
    expect([...podSubnets(c)]).toEqual([
      [0, new Set(['10.30.0.0/24'])],
      [1, new Set(['10.30.1.0/24'])],
    ]);
  });

  test('counts the nodes of a cluster from the second on', () => {
    expect([0, 1, 2].map((index) => nodeName('a', index))).toEqual(['a-node', 'a-node-2', 'a-node-3']);
  });
});
