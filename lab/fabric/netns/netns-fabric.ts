import { mkdir } from 'node:fs/promises';
import { LabError } from '../../errors.ts';
import type { Fabric, FabricSpec, RunningFabric } from '../fabric.ts';
import { checkSpec } from './check-spec.ts';
import { build, furnish, remove } from './furnish.ts';
import { prepareLauncher } from './launcher.ts';
import { insideOuter } from './outer.ts';
import { type Place, planFabric } from './plan.ts';
import { OUTER, Porter } from './porter/porter.ts';
import { residence } from './residence.ts';
import { runningFabric } from './running.ts';

/** Namespaces of several fabrics of one outer namespace, one after the other or together, do not share names. */
let built = 0;

/**
 * The embedded fabric: everything in namespaces of this kernel. Works inside the outer namespace alone
 * (`outerCommand`).
 */
export function netnsFabric(): Fabric {
  return { name: 'netns', up };
}

async function up(spec: FabricSpec): Promise<RunningFabric> {
  if (!insideOuter()) {
    throw new LabError('not-isolated', 'the netns fabric is built inside the outer namespace only', { exitCode: 70 });
  }
  checkSpec(spec);
  const porter = new Porter();
  // While the namespaces are being made, it starts.
  prepareLauncher();
  built += 1;
  const plan = planFabric(spec, `f${built}.`);
  const what = 'building the fabric';
  try {
    await porter.demand(what, OUTER, build(plan));
    const all = plan.places.map((place: Place) => porter.demand(what, place, furnish(plan, place)));
    await Promise.all([...all, mkdir(residence.sockets, { recursive: true })]);
  } catch (error) {
    // Half a fabric is of no use; what was not made cannot be removed, and the first error is the one to tell.
    await porter.run(OUTER, remove(plan));
    await porter.close();
    throw error;
  }
  return runningFabric(plan, porter);
}
