import type { Configuration } from '../settings/configuration.ts';
import type { AgencyAddresses } from './addresses.ts';
import { type Client, client } from './cast/client.ts';
import { type Edge, edge } from './cast/edge.ts';
import { type Resolver, resolvers, upstream } from './cast/resolver.ts';
import { type Server, server } from './cast/server.ts';
import type { CastPaths } from './cast/stage.ts';
import { type Stranger, strangers } from './cast/stranger.ts';
import { sipTimersOf } from './cast/timers.ts';
import type { Site } from './site.ts';
import { shuffled, type Variation } from './variation.ts';

/** One process of the cast: which emulator, where, with what configuration. */
export type CastMember = Client | Server | Edge | Resolver | Stranger;

/** Every emulator of every agency, in the order in which they start; the first agency is the root. */
export function castOf(
  configuration: Configuration,
  { agencies, bridge }: { readonly agencies: readonly AgencyAddresses[]; readonly bridge: string },
  variation: Variation,
  site: Site,
  paths: CastPaths,
): CastMember[] {
  const stage = { configuration, agencies, seed: variation.seed, sipTimers: sipTimersOf(configuration, site), paths };
  const own = site.names === 'cast';
  const cast = [
    ...(own ? [upstream(stage)] : []),
    ...agencies.flatMap((agency) => [
      ...(own ? resolvers(stage, agency) : []),
      server(stage, agency),
      edge(stage, agency),
      ...agency.ues.map((ue, index) => client(stage, agency, ue, index)),
    ]),
    ...(configuration.strangers === 'present' ? strangers(stage, bridge) : []),
  ];
  return shuffled(cast, variation.order);
}
