import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import type { Impairment, PlaceName, RunningFabric } from '../fabric.ts';
import { groundKey, skeletonOf } from '../ground-key.ts';
import { Household } from '../household.ts';
import { checkSpec } from './check-spec.ts';
import { converseIn } from './conversation.ts';
import { furnishAgain, recable, refurnish, remove } from './furnish.ts';
import { impairLink } from './impair.ts';
import { markerFrom } from './marker.ts';
import { natControls } from './nat-controls.ts';
import { startPlaced } from './placed.ts';
import { BRIDGE_ADDRESS, type Place, type Plan, planFabric } from './plan.ts';
import { OUTER, type Porter } from './porter/porter.ts';
import { run } from './porter/steps.ts';
import { record } from './record.ts';
import { residence } from './residence.ts';
import { serviceTable } from './services.ts';
import { translationsOf } from './translations.ts';

/** The handle of a fabric that has been built. What it started, it ends, and its porter too. */
export function runningFabric(built: Plan, porter: Porter): RunningFabric {
  const household = new Household<Place>(built.places, {
    startPlaced: (place, command, log) => startPlaced(porter, place, command, log),
    converseIn: (place, command) => converseIn(porter, place, command),
    record: (place, recording) => record(porter, place, recording),
    openMarker: async (place) => markerFrom(porter, place),
  });
  const { find } = household;
  let plan = built;
  let services = serviceTable(plan, porter);
  /** By place, what its link does to packets. */
  const impaired = new Map<PlaceName, Impairment>();
  /** Pods that were deleted: of each there is a namespace left, without a cable, and nobody lives there. */
  const deleted = new Set<PlaceName>();

  const impair: RunningFabric['impair'] = async (name, impairment) => {
    const link = plan.links.find(({ place }) => place.name === name);
    if (link === undefined) throw new LabError('impairment-not-applicable', `${name} has no link of its own`);
    if (impairment === undefined) impaired.delete(name);
    else impaired.set(name, impairment);
    await impairLink(porter, link, impairment);
  };

  /** On the same skeleton, whose processes live on, everything else anew; pods that were deleted are put back. */
  const rebuild = async (next: Plan): Promise<void> => {
    const what = 'rebuilding the fabric';
    await Promise.all([...impaired.keys()].map((name) => impair(name, undefined)));
    await porter.demand(what, OUTER, recable(next, deleted));
    const anew = (place: Place) => (deleted.has(place.name) ? furnishAgain : refurnish)(next, place);
    await Promise.all(next.places.map((place) => porter.demand(what, place, anew(place))));
    household.move(next.places);
    services = serviceTable(next, porter);
  };

  return {
    get spec() {
      return plan.spec;
    },
    nat: natControls(find, porter),
    address: async (name) => {
      const place = find(name);
      return place.kind === 'bridge' ? BRIDGE_ADDRESS : place.address;
    },
    residence: () => residence,
    start: household.start,
    converse: household.converse,
    tap: household.tap,
    mark: async (marker, names) => {
      await household.mark(marker, names);
      // Where netem delays a link, a packet that was sent is not on the wire yet.
      const delay = Math.max(0, ...names.map((name) => delayOf(impaired.get(name))));
      if (delay > 0) await sleep(delay);
    },
    applyService: (cluster, service) =>
      services.set(cluster, (all) => [...all.filter(({ name }) => name !== service.name), service]),
    removeService: (cluster, service) => services.set(cluster, (all) => all.filter(({ name }) => name !== service)),
    deletePod: async (name) => {
      const link = plan.links.find(({ place }) => place.name === name && place.kind === 'pod');
      if (link === undefined) throw new LabError('unknown-place', `the fabric has no pod ${name}`, { exitCode: 70 });
      deleted.add(name);
      await household.leave(name);
      // With the node's end of its veth goes the route to it, as when the CNI plugin takes a pod down.
      await porter.demand(`deleting the pod ${name}`, link.far, [run(['ip', 'link', 'del', link.farInterface])]);
    },
    impair,
    translations: (name) => translationsOf(find(name), porter),
    rearrange: async (spec) => {
      checkSpec(spec);
      const next = planFabric(spec, plan.prefix);
      if (skeletonOf(plan.spec) !== skeletonOf(spec)) return undefined;
      const others = new Set(deleted);
      if (others.size === 0 && groundKey(plan.spec) === groundKey(spec)) {
        await Promise.all(spec.clusters.map(({ name, services: wanted }) => services.set(name, () => wanted)));
      } else await rebuild(next);
      deleted.clear();
      plan = next;
      return others;
    },
    down: async () => {
      await household.close();
      try {
        await porter.demand('removing the fabric', OUTER, remove(plan));
      } finally {
        await porter.close();
      }
    },
  };
}

const delayOf = ({ delayMs = 0, jitterMs = 0 }: Impairment = {}): number => delayMs + jitterMs;
