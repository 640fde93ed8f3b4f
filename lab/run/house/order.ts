import type { ClusterSpec } from '../../fabric/fabric.ts';
import { blueprintOf } from '../blueprint/blueprint.ts';
import { dnsAgenciesOf } from '../blueprint/names.ts';
import { siteOf } from '../blueprint/site.ts';
import { namesKey } from '../names/cluster-naming.ts';
import type { Plan, PlannedScenario } from '../record/manifest.ts';

/**
 * What a scenario asks of clusters, from what takes longest to change to what takes least: which clusters, which CoreDNS
 * answers, what its zone says, where pods stand, how egress is translated, which Services there are.
 */
export type Demands = readonly string[];

/** From nothing to the separate CoreDNS nothing is rolled out, and nothing is to be taken back before the next variant. */
const variants = ['absent', 'separate', 'cluster'];

export function demandsOf({ seed, fabric }: Pick<Plan, 'seed' | 'fabric'>, scenario: PlannedScenario): Demands {
  const { configuration, shift } = scenario;
  const blueprint = blueprintOf(configuration, seed, shift, siteOf(fabric.name));
  const { clusters, accesses, egress } = blueprint.fabric;
  const { zone, variant } = configuration.dns;
  return [
    JSON.stringify(clusters.map(({ podCidr, serviceCidr, nodes }) => [podCidr, serviceCidr, nodes.length])),
    zone === 'absent' ? zone : variant,
    namesKey({ configuration, agencies: dnsAgenciesOf(configuration, blueprint.agencies) }),
    JSON.stringify([accesses, clusters.map(({ pods }) => pods)]),
    egress,
    JSON.stringify(clusters.map(({ services }) => services)),
  ];
}

/** Every cluster that a scenario of the plan asks for. */
export function clustersOf({ seed, fabric, scenarios }: Pick<Plan, 'seed' | 'fabric' | 'scenarios'>): ClusterSpec[] {
  return scenarios.flatMap(
    ({ configuration, shift }) => blueprintOf(configuration, seed, shift, siteOf(fabric.name)).fabric.clusters,
  );
}

/** An order in which what is dear to change changes least often; what was first comes first where that is all the same. */
export function orderByDemands<T extends { readonly demands: Demands }>(scenarios: readonly T[]): T[] {
  const width = scenarios[0]?.demands.length ?? 0;
  const ranks = Array.from({ length: width }, (_, column) => {
    const appearing = scenarios.map(({ demands }) => demands[column] ?? '');
    return [...variants.filter((variant) => appearing.includes(variant)), ...new Set(appearing)];
  });
  const rank = (demands: Demands, column: number): number => ranks[column]?.indexOf(demands[column] ?? '') ?? 0;
  return scenarios.toSorted(({ demands: one }, { demands: other }) => {
    const column = one.findIndex((demand, index) => demand !== other[index]);
    return column < 0 ? 0 : rank(one, column) - rank(other, column);
  });
}
