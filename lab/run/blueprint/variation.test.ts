import { describe, expect, test } from 'vitest';
import { type Configuration, configurationSchema } from '../settings/configuration.ts';
import { blueprintOf } from './blueprint.ts';
import { shuffled, variationOf } from './variation.ts';

const configured = (changes: Record<string, unknown> = {}): Configuration => configurationSchema.parse(changes);
const paths = { sockets: '/s', files: '/f', scenario: 's' };
const repetitions = Array.from({ length: 60 }, (_, index) => index);

describe('variation', () => {
  test('repetition 0 is the default, whatever the seed', () => {
    expect(variationOf(5, 0)).toEqual({ seed: 5, pods: 0, sipPorts: 0, mediaPorts: 0, order: undefined });
    expect(blueprintOf(configured(), 5).topology).toEqual(blueprintOf(configured(), 6).topology);
  });

  test('one seed gives one variation; another seed and another repetition give others', () => {
    expect(variationOf(7, 3)).toEqual(variationOf(7, 3));
    expect(variationOf(7, 3)).not.toEqual(variationOf(8, 3));
    const drawn = repetitions.slice(1).map((repetition) => variationOf(7, repetition));
    for (const key of ['seed', 'order'] as const) expect(new Set(drawn.map((one) => one[key])).size).toBe(59);
    for (const key of ['pods', 'sipPorts', 'mediaPorts'] as const)
      expect(new Set(drawn.map((one) => one[key])).size).toBeGreaterThan(10);
  });

  test('the order of the cast varies, its members do not', () => {
    const names = (repetition: number) =>
      blueprintOf(configured(), 7, repetition)
        .cast(paths)
        .map(({ config }) => config.process.name);
    expect(names(1)).not.toEqual(names(0));
    expect(names(1)).not.toEqual(names(2));
    expect([...names(1)].sort()).toEqual([...names(0)].sort());
  });

  test('a shuffle keeps every value, and one seed gives one order', () => {
    const values = ['a', 'b', 'c', 'd', 'e'];
    expect(shuffled(values, undefined)).toEqual(values);
    expect(shuffled(values, 9)).toEqual(shuffled(values, 9));
    const orders = repetitions.map((seed) => shuffled(values, seed).join(''));
    expect(new Set(orders).size).toBeGreaterThan(30);
    for (const order of orders) expect([...order].sort().join('')).toBe('abcde');
  });
});

/** What scenarios rely on: which addresses are equal, and which ports a node exposes. */
function shape(changes: Record<string, unknown>, repetition: number) {
  const { fabric, agencies } = blueprintOf(configured(changes), 7, repetition);
  const pods = agencies.flatMap((agency) => Object.values(agency.pods));
  return {
    equal: pods.map((one) => pods.indexOf(one)),
    services: fabric.clusters.map(({ services }) => services.map(({ name, ports }) => [name, ports.length])),
  };
}

describe('no repetition means anything else', () => {
  test.each<Record<string, unknown>>([
    {},
    { cidr: 'distinct' },
    { bystander: 'has-partner-address', border: { path: 'server' } },
    { bystander: 'same-address', border: { path: 'server' } },
    { agencies: 4, uesPerAgency: 4 },
  ])('%o: equal addresses stay equal, others differ, and every Service stays', (changes) => {
    for (const repetition of repetitions) expect(shape(changes, repetition)).toEqual(shape(changes, 0));
  });

  test('every node port is Kubernetes’, no two are the same, and no port of a server is among them', () => {
    for (const repetition of repetitions) {
      const { fabric, agencies } = blueprintOf(configured({ agencies: 4, border: { path: 'server' } }), 7, repetition);
      for (const [index, cluster] of fabric.clusters.entries()) {
        const exposed = cluster.services.flatMap(({ ports }) => ports.flatMap(({ nodePort }) => nodePort ?? []));
        expect(new Set(exposed).size).toBe(exposed.length);
        expect(exposed.filter((port) => port < 30000 || port > 32767)).toEqual([]);
        const [first, last] = agencies[index]?.serverMediaPorts ?? [0, 0];
        expect(first % 2).toBe(0);
        expect(last).toBeLessThan(21000);
      }
    }
  });
});
