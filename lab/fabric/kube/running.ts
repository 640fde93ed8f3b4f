import { LabError } from '../../errors.ts';
import type { FabricSpec, PlacedProcess, PlaceName, RunningFabric, Tap } from '../fabric.ts';
import { converseIn } from './conversation.ts';
import { impairPlace } from './impair.ts';
import { type Marker, openMarker } from './marker.ts';
import { natControls, translationsOf } from './nat.ts';
import type { KubePlace } from './place.ts';
import { startPlaced } from './placed.ts';
import type { ClusterServices } from './services.ts';
import { startTap } from './tap.ts';

export interface World {
  spec(): FabricSpec;
  readonly places: readonly KubePlace[];
  readonly services: ReadonlyMap<string, ClusterServices>;
  /** A place that is somebody else's pod, as it is now; undefined for every other name. */
  late(name: PlaceName): Promise<KubePlace | undefined>;
  down(): Promise<void>;
}

/** The handle of a world on clusters. What it started, it ends; pods and Services stay for the next one. */
export function runningFabric(world: World): RunningFabric {
  const places = new Map(world.places.map((place) => [place.name, place]));
  const markers = new Map<PlaceName, Promise<Marker>>();
  const lastMarker = new Map<PlaceName, number>();
  const impaired = new Set<PlaceName>();
  const open: { close(): Promise<unknown> }[] = [];

  const find = (name: PlaceName): KubePlace => {
    const place = places.get(name);
    if (place === undefined) throw new LabError('unknown-place', `the fabric has no place ${name}`, { exitCode: 70 });
    return place;
  };
  const markerOf = (name: PlaceName): Promise<Marker> => {
    const marker = markers.get(name) ?? openMarker(find(name));
    markers.set(name, marker);
    return marker;
  };
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
      if (late !== undefined && late.enter.join() !== places.get(name)?.enter.join()) {
        const marker = markers.get(name);
        markers.delete(name);
        // The pod that it sent from is gone.
        await marker?.then((one) => one.close()).catch(() => {});
        places.set(name, late);
      }
      return find(name).address;
    },
    residence: (name) => find(name).residence,
    nat: natControls(find),
    start: async (name, command, log): Promise<PlacedProcess> => {
      const started = await startPlaced(find(name), command, log);
      open.push({ close: () => started.stop(0) });
      return started;
    },
    converse: async (name, command) => {
      const conversation = await converseIn(find(name), command);
      open.push(conversation);
      return conversation;
    },
    tap: async (request): Promise<Tap> => {
      const tap = await startTap(find(request.place), request, () => lastMarker.get(request.place));
      open.push({ close: () => tap.stop().catch(() => {}) });
      return tap;
    },
    mark: async (marker, names) => {
      await Promise.all(names.map(async (name) => (await markerOf(name)).send(marker)));
      for (const name of names) lastMarker.set(name, marker);
    },
    applyService: (cluster, service) => servicesOf(cluster).set(service),
    removeService: (cluster, service) => servicesOf(cluster).remove(service),
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
      await Promise.all(open.splice(0).map((one) => one.close()));
      const senders = await Promise.allSettled(markers.values());
      await Promise.all(senders.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
      await world.down();
    },
  };
}
