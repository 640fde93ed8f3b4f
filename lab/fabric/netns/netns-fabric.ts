import { mkdir } from 'node:fs/promises';
import { LabError } from '../../errors.ts';
import type { Fabric, FabricSpec, RunningFabric } from '../fabric.ts';
import { checkSpec } from './check-spec.ts';
import { build, furnish, remove } from './furnish.ts';
import { prepareLauncher } from './launcher.ts';
import { insideOuter } from './outer.ts';
import { type Place, planFabric } from './plan.ts';
import { OUTER, Porter } from './porter/porter.ts';
import type { Step } from './porter/steps.ts';
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
  built += 1;
  const plan = planFabric(spec, `f${built}.`);
  const what = 'building the fabric';
  try {
    const cabled = porter.demand(what, OUTER, build(plan));
    // It is waited for below.
    cabled.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    // While the namespaces are being made: the launcher starts, and what is to be done in them is written down.
    prepareLauncher();
    const all = plan.places.map((place: Place) => ({ place, steps: furnish(plan, place) })).toSorted(programsFirst);
    await cabled;
    const furnished = all.map(({ place, steps }) => porter.demand(what, place, steps));
    await Promise.all([...furnished, mkdir(residence.sockets, { recursive: true })]);
  } catch (error) {
    // Half a fabric is of no use; what was not made cannot be removed, and the first error is the one to tell.
    await porter.run(OUTER, remove(plan));
    await porter.close();
    throw error;
  }
  return runningFabric(plan, porter);
}

/** What a place's programs do goes on while the porter itself furnishes the others. */
function programsFirst(a: { readonly steps: readonly Step[] }, b: typeof a): number {
  const programs = ({ steps }: typeof a) => steps.filter(({ verb }) => verb === 'run').length;
  return programs(b) - programs(a);
}
