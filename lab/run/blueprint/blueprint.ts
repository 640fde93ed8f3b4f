import type { DnsAgency } from '../../dns/agency-zone.ts';
import type { FabricSpec } from '../../fabric/fabric.ts';
import type { Topology } from '../../verdict/topology.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type AgencyAddresses, addressesOf, bridgeAddress, withBystanders } from './addresses.ts';
import type { CastPaths } from './cast/stage.ts';
import { sipTimersOf } from './cast/timers.ts';
import { type CastMember, castOf } from './cast.ts';
import { fabricSpecOf } from './fabric-spec.ts';
import { dnsAgenciesOf } from './names.ts';
import { embedded } from './site.ts';
import { topologyOf } from './topology.ts';
import { variationOf } from './variation.ts';

/** All that a scenario is made of, computed before the first packet. */
export interface Blueprint {
  readonly fabric: FabricSpec;
  readonly topology: Topology;
  readonly agencies: readonly AgencyAddresses[];
  /** What the zone says. */
  readonly names: readonly DnsAgency[];
  cast(paths: CastPaths): CastMember[];
  /** The same with the addresses that the agencies, and the host on the bridge, really got. */
  at(agencies: readonly AgencyAddresses[], bridge: string): Blueprint;
  /** The same with agencies that an operator has changed. */
  after(agencies: readonly AgencyAddresses[]): Blueprint;
}

/** A pure function of its arguments: the judge needs only what `topology` says. */
export function blueprintOf(configuration: Configuration, seed: number, repetition = 0, site = embedded): Blueprint {
  const variation = variationOf(seed, repetition);
  const on = (agencies: readonly AgencyAddresses[], bridge: string): Blueprint => ({
    fabric: fabricSpecOf(configuration, agencies, site),
    topology: topologyOf(configuration, agencies, variation, bridge, sipTimersOf(configuration, site)),
    agencies,
    names: dnsAgenciesOf(configuration, agencies),
    cast: (paths) => castOf(configuration, { agencies, bridge }, variation, site, paths),
    at: on,
    after: (changed) => on(changed, bridge),
  });
  return on(withBystanders(addressesOf(configuration, variation), configuration.bystander), bridgeAddress);
}
