import { describe, expect, test } from 'vitest';
import { contractSpec } from '../contract/spec.ts';
import type { FabricSpec } from '../fabric.ts';
import { cables, indexOf, interfaces, onTheBridge } from './interfaces.ts';
import { planFabric } from './plan.ts';

function never(): never {
  throw new Error('unreachable');
}

function linesOf(place: string, egress: FabricSpec['egress'] = 'preserve'): string[] {
  const plan = planFabric(contractSpec(egress), '');
  const found = plan.places.find(({ name }) => name === place);
  if (found === undefined) throw new Error(`no ${place}`);
  return interfaces(plan, found);
}

describe('interfaces', () => {
  test('both ends of a veth are born in their places, with different indices', () => {
    const [bridge, ...lines] = cables(planFabric(contractSpec('preserve'), 'f1.'));
    expect(bridge).toBe('link add name br0 index 50 address 02:42:ac:12:00:01 netns f1.bridge type bridge');
    expect(lines[0]).toBe(
      'link add name v-a-node index 100 netns f1.bridge type veth ' +
        'peer name eth0 index 50 address 02:42:ac:12:00:02 netns f1.a-node',
    );
    const indices = lines.map((line) => Number(/index (\d+)/.exec(line)?.[1]));
    expect(new Set(indices).size).toBe(indices.length);
    // eth0 of a place has a smaller one: equal ones would delay the carrier of the bridge's port.
    expect(Math.min(...indices)).toBeGreaterThanOrEqual(100);
    for (const line of lines) expect(line).toContain(' peer name eth0 index 50 ');
  });

  test('have the indices that their places know them by', () => {
    const plan = planFabric(contractSpec('preserve'), 'f1.');
    const of = (place: string) => indexOf(plan, plan.places.find(({ name }) => name === place) ?? never());
    expect(['lo', 'eth0', 'v-a-one'].map(of('a-node'))).toEqual([1, 50, 101]);
    expect(['lo', 'br0', 'v-a-node'].map(of('bridge'))).toEqual([1, 50, 100]);
    expect(() => of('a-one')('v-a-one')).toThrow('a-one has no v-a-one');
  });

  test('a pod sees everybody behind its gateway, its own /24 too', () => {
    expect(linesOf('a-one').slice(2)).toEqual([
      'address add 10.244.0.5/24 dev eth0 noprefixroute',
      'link set eth0 up',
      'route add 10.244.0.1/32 dev eth0 scope link',
      'route add 10.244.0.0/24 via 10.244.0.1 src 10.244.0.5',
      'route add default via 10.244.0.1',
    ]);
  });

  test('a host may give itself an address that no router looks for behind it', () => {
    const spec = contractSpec('preserve');
    const hosts = [{ name: 'a-liar', address: '192.168.10.66', extraAddresses: ['172.18.0.3'] }];
    const plan = planFabric({ ...spec, accesses: [{ name: 'a', address: '172.18.0.10', hosts }] }, '');
    const lines = (name: string) =>
      plan.places.flatMap((place) => (place.name === name ? interfaces(plan, place) : []));
    expect(lines('a-liar')).toContain('address add 172.18.0.3/32 dev lo');
    expect(lines('a-access').join()).not.toContain('172.18.0.3');
    expect(linesOf('a-one').join()).not.toContain('address add 172');
  });

  test('every veth of a node has the gateway address, and a /32 route to its pod', () => {
    const lines = linesOf('a-node');
    for (const [pod, address] of [
      ['a-one', '10.244.0.5'],
      ['a-two', '10.244.0.6'],
    ]) {
      expect(lines).toContain(`address add 10.244.0.1/32 dev v-${pod}`);
      expect(lines).toContain(`route add ${address}/32 dev v-${pod} scope host src 10.244.0.1`);
    }
    expect(lines).toContain('route add default via 172.18.0.1');
    expect(lines.join()).not.toContain('10.30.');
  });

  test('nodes of one cluster know the way to each other', () => {
    expect(linesOf('c-node')).toContain('route add 10.30.1.0/24 via 172.18.0.5');
    expect(linesOf('c-node-2')).toContain('route add 10.30.0.0/24 via 172.18.0.4');
  });

  test('routed on purpose: a /32 for each foreign pod, own pods first, no address twice', () => {
    const routes = linesOf('a-node', 'none').filter((line) => / via 172\.18\.0\.[^1]/.test(line));
    expect(routes).toEqual([
      'route add 10.244.0.25/32 via 172.18.0.3',
      'route add 10.244.0.26/32 via 172.18.0.3',
      'route add 10.30.0.5/32 via 172.18.0.4',
      'route add 10.30.1.5/32 via 172.18.0.5',
    ]);
    const fromC = linesOf('c-node', 'none').filter((line) => line.includes('10.244.0.'));
    expect(fromC.filter((line) => line.includes('10.244.0.5/32'))).toEqual(['route add 10.244.0.5/32 via 172.18.0.2']);
  });

  test('nothing leaves the bridge', () => {
    const lines = linesOf('bridge');
    expect(lines).toContain('route add blackhole default');
    expect(lines).toContain('address add 172.18.0.1/16 dev br0');
    expect(lines.filter((line) => line.endsWith('master br0'))).toHaveLength(5);
  });

  test('the second marker turns round on lo everywhere', () => {
    for (const place of ['bridge', 'a-node', 'a-one', 'x-access', 'x-ue-1']) {
      expect(linesOf(place)).toContain('route add 224.0.0.124/32 dev lo src 127.0.0.1');
    }
  });

  test('what is on the bridge', () => {
    expect(['172.18.0.2', '172.18.255.1', '172.19.0.2', '10.0.0.1', 'nonsense'].map(onTheBridge)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
