import { LabError } from '../../errors.ts';
import type { Impairment, PlaceName, RunningFabric } from '../fabric.ts';
import { groundKey } from '../ground-key.ts';
import { Household } from '../household.ts';
import { checkSpec } from './check-spec.ts';
import { converseIn } from './conversation.ts';
import { impairLink } from './impair.ts';
import { openMarker } from './marker.ts';
import { natControls } from './nat-controls.ts';
import { startPlaced } from './placed.ts';
import { BRIDGE_ADDRESS, type Place, type Plan, planFabric, samePlaces } from './plan.ts';
import { residence } from './residence.ts';
import { inNetns, runScript } from './run.ts';
import { rebuildScript, removeScript } from './script.ts';
import { serviceTable } from './services.ts';
import { startTap } from './tap.ts';
import { translationsOf } from './translations.ts';

/** The handle of a fabric that has been built. What it started, it ends. */
export function runningFabric(built: Plan): RunningFabric {
  const household = new Household<Place>(built.places, { startPlaced, converseIn, startTap, openMarker });
  const { find } = household;
  let plan = built;
  let services = serviceTable(plan);
  const delays = new Map<PlaceName, number>();
  let whole = true;

  /** In the same namespaces, whose processes live on, everything else anew. */
  const rebuild = async (next: Plan): Promise<void> => {
    await runScript('rebuilding the fabric', rebuildScript(plan, next));
    household.move(next.places);
    services = serviceTable(next);
    delays.clear();
  };

  return {
    get spec() {
      return plan.spec;
    },
    nat: natControls(find),
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
      const delay = Math.max(0, ...names.map((name) => delays.get(name) ?? 0));
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    },
    applyService: (cluster, service) =>
      services.set(cluster, (all) => [...all.filter(({ name }) => name !== service.name), service]),
    removeService: (cluster, service) => services.set(cluster, (all) => all.filter(({ name }) => name !== service)),
    deletePod: async (name) => {
      const link = plan.links.find(({ place }) => place.name === name && place.kind === 'pod');
      if (link === undefined) throw new LabError('unknown-place', `the fabric has no pod ${name}`, { exitCode: 70 });
      whole = false;
      await household.leave(name);
      // With the node's end of its veth goes the route to it, as when the CNI plugin takes a pod down.
      await runScript(
        `deleting the pod ${name}`,
        [...inNetns(link.far.netns), 'ip', 'link', 'del', link.farInterface].join(' '),
      );
    },
    impair: async (name, impairment: Impairment | undefined) => {
      const link = plan.links.find(({ place }) => place.name === name);
      if (link === undefined) throw new LabError('impairment-not-applicable', `${name} has no link of its own`);
      delays.set(name, (impairment?.delayMs ?? 0) + (impairment?.jitterMs ?? 0));
      await impairLink(link, impairment);
    },
    translations: (name) => translationsOf(find(name)),
    rearrange: async (spec) => {
      checkSpec(spec);
      const next = planFabric(spec, plan.prefix);
      if (!whole || !samePlaces(plan, next)) return undefined;
      if (groundKey(plan.spec) === groundKey(spec)) {
        await Promise.all(spec.clusters.map(({ name, services: wanted }) => services.set(name, () => wanted)));
      } else await rebuild(next);
      plan = next;
      return new Set();
    },
    down: async () => {
      await household.close();
      await runScript('removing the fabric', removeScript(plan));
    },
  };
}
