import { LabError } from '../../errors.ts';
import type { FabricSpec, PlaceName, RunningFabric } from '../fabric.ts';
import { Household } from '../household.ts';
import { converseIn } from './conversation.ts';
import { impairPlace } from './impair.ts';
import { openMarker } from './marker.ts';
import { natControls, translationsOf } from './nat.ts';
import type { KubePlace } from './place.ts';
import { startPlaced } from './placed.ts';
import { record } from './record.ts';
import type { ClusterServices } from './services.ts';

export interface World {
  spec(): FabricSpec;
  readonly places: readonly KubePlace[];
  readonly services: ReadonlyMap<string, ClusterServices>;
  /** A place that is somebody else's pod, as it is now; undefined for every other name. */
  late(name: PlaceName): Promise<KubePlace | undefined>;
  /** The places that are other ones since; undefined: the world cannot become that. */
  rearrange(spec: FabricSpec): Promise<readonly KubePlace[] | undefined>;
  deletePod(name: PlaceName): Promise<void>;
  down(): Promise<void>;
}

/** The handle of a world on clusters. What it started, it ends; pods and Services stay for the next one. */
export function runningFabric(world: World): RunningFabric {
  const household = new Household(world.places, { startPlaced, converseIn, record, openMarker });
  const { find } = household;
  const impaired = new Set<PlaceName>();
  const servicesOf = (cluster: string): ClusterServices => {
    const services = world.services.get(cluster);
    if (services === undefined)
      throw new LabError('unknown-place', `the fabric has no cluster ${cluster}`, { exitCode: 70 });
    return services;
  };

  return {
    get spec() {
      return world.spec();
    },
    address: async (name) => {
      const late = await world.late(name);
      if (late !== undefined && late.enter.join() !== household.placeNamed(name)?.enter.join())
        await household.replace(late);
      return find(name).address;
    },
    residence: (name) => find(name).residence,
    nat: natControls(find),
    start: household.start,
    converse: household.converse,
    tap: household.tap,
    mark: household.mark,
    applyService: (cluster, service) => servicesOf(cluster).set(service),
    removeService: (cluster, service) => servicesOf(cluster).remove(service),
    rearrange: async (spec) => {
      const others = await world.rearrange(spec);
      for (const place of others ?? []) await household.replace(place);
      return others && new Set(others.map(({ name }) => name));
    },
    deletePod: async (name) => {
      await household.leave(name);
      await world.deletePod(name);
    },
    impair: async (name, impairment) => {
      impaired.add(name);
      await impairPlace(find(name), impairment);
    },
    translations: async (name) => {
      const place = find(name);
      if (place.kind === 'pod' || place.kind === 'ue') return `${name} translates nothing\n`;
      return translationsOf(place);
    },
    down: async () => {
      for (const name of impaired) await impairPlace(find(name), undefined).catch(() => {});
      await household.close();
      await world.down();
    },
  };
}
