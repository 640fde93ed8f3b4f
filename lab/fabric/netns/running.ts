import { LabError } from '../../errors.ts';
import type { Impairment, PlacedProcess, PlaceName, RunningFabric, Tap } from '../fabric.ts';
import { converseIn } from './conversation.ts';
import { impairLink } from './impair.ts';
import { type Marker, openMarker } from './marker.ts';
import { natControls } from './nat-controls.ts';
import { startPlaced } from './placed.ts';
import { BRIDGE_ADDRESS, type Place, type Plan } from './plan.ts';
import { residence } from './residence.ts';
import { runScript } from './run.ts';
import { removeScript } from './script.ts';
import { serviceTable } from './services.ts';
import { startTap } from './tap.ts';
import { translationsOf } from './translations.ts';

/** The handle of a fabric that has been built. What it started, it ends. */
export function runningFabric(plan: Plan): RunningFabric {
  const places = new Map(plan.places.map((place) => [place.name, place]));
  const services = serviceTable(plan);
  const markers = new Map<PlaceName, Promise<Marker>>();
  const lastMarker = new Map<PlaceName, number>();
  const delays = new Map<PlaceName, number>();
  const open: { close(): Promise<unknown> }[] = [];

  const find = (name: PlaceName): Place => {
    const place = places.get(name);
    if (place === undefined) throw new LabError('unknown-place', `the fabric has no place ${name}`, { exitCode: 70 });
    return place;
  };
  const markerOf = (place: Place): Promise<Marker> => {
    const marker = markers.get(place.name) ?? openMarker(place);
    markers.set(place.name, marker);
    return marker;
  };

  return {
    spec: plan.spec,
    nat: natControls(find),
    address: async (name) => {
      const place = find(name);
      return place.kind === 'bridge' ? BRIDGE_ADDRESS : place.address;
    },
    residence: () => residence,
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
      await Promise.all(names.map(async (name) => (await markerOf(find(name))).send(marker)));
      for (const name of names) lastMarker.set(name, marker);
      // Where netem delays a link, a packet that was sent is not on the wire yet.
      const delay = Math.max(0, ...names.map((name) => delays.get(name) ?? 0));
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    },
    applyService: (cluster, service) =>
      services.set(cluster, (all) => [...all.filter(({ name }) => name !== service.name), service]),
    removeService: (cluster, service) => services.set(cluster, (all) => all.filter(({ name }) => name !== service)),
    impair: async (name, impairment: Impairment | undefined) => {
      const link = plan.links.find(({ place }) => place.name === name);
      if (link === undefined) throw new LabError('impairment-not-applicable', `${name} has no link of its own`);
      delays.set(name, (impairment?.delayMs ?? 0) + (impairment?.jitterMs ?? 0));
      await impairLink(link, impairment);
    },
    translations: (name) => translationsOf(find(name)),
    down: async () => {
      const closing = [...open.splice(0), ...(await Promise.all(markers.values()))];
      await Promise.all(closing.map((one) => one.close()));
      await runScript('removing the fabric', removeScript(plan));
    },
  };
}
