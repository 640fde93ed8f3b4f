import type { FabricSpec } from '../fabric/fabric.ts';
import type { Topology } from '../verdict/topology.ts';
import { type AgencyAddresses, addressesOf, withBystanders } from './addresses.ts';
import { fabricSpecOf } from './blueprint/fabric-spec.ts';
import { topologyOf } from './blueprint/topology.ts';
import type { CastPaths } from './cast/stage.ts';
import { type CastMember, castOf } from './cast.ts';
import type { Configuration } from './configuration.ts';
import { variationOf } from './variation.ts';

/** All that a scenario is made of, computed before the first packet. */
export interface Blueprint {
  readonly fabric: FabricSpec;
  readonly topology: Topology;
  readonly agencies: readonly AgencyAddresses[];
  cast(paths: CastPaths): CastMember[];
}

/** A pure function of its arguments: the judge needs only what `topology` says. */
export function blueprintOf(configuration: Configuration, seed: number, repetition = 0): Blueprint {
  const variation = variationOf(seed, repetition);
  const agencies = withBystanders(addressesOf(configuration, variation), configuration.bystander);
  return {
    fabric: fabricSpecOf(configuration, agencies),
    topology: topologyOf(configuration, agencies, variation),
    agencies,
    cast: (paths) => castOf(configuration, agencies, variation, paths),
  };
}
