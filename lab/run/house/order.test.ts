import { expect, test } from 'vitest';
import { type Demands, orderByDemands } from './order.ts';

const ordered = (...all: Demands[]): string[] =>
  orderByDemands(all.map((demands, index) => ({ demands, id: `${index}` }))).map(({ id }) => id);

test('what is dear to change changes least often; else they stay as they were', () => {
  expect(ordered(['x', 'p'], ['y', 'p'], ['x', 'q'], ['x', 'p'], ['y', 'q'])).toEqual(['0', '3', '2', '1', '4']);
});

test('on the same clusters: no zone, then the separate CoreDNS, then the zone in the one of the cluster', () => {
  const names = ['cluster', 'absent', 'cluster', 'separate'].map((variant) => ['x', variant]);
  expect(ordered(...names)).toEqual(['1', '3', '0', '2']);
});

test('nothing and nobody', () => {
  expect(orderByDemands([])).toEqual([]);
});
