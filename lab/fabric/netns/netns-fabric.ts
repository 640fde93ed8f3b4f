import { mkdir } from 'node:fs/promises';
import { LabError } from '../../errors.ts';
import type { Fabric, FabricSpec, RunningFabric } from '../fabric.ts';
import { checkSpec } from './check-spec.ts';
import { build, furnish, remove, rule } from './furnish.ts';
import { insideOuter } from './outer.ts';
import { planFabric } from './plan.ts';
import { OUTER, Porter } from './porter/porter.ts';
import { residence } from './residence.ts';
import { runningFabric } from './running.ts';

/** Namespaces of several fabrics of one outer namespace, one after the other or together, do not share names. */
let count = 0;

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
  count += 1;
  const plan = planFabric(spec, `f${count}.`);
  const what = 'building the fabric';
  try {
    const built = porter.demand(what, OUTER, build(plan));
    // It is waited for below.
    built.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    // Rules are read by programs of their own: that goes on beside all that the porter does itself.
    const ruled = plan.places.flatMap((place) => {
      const steps = rule(plan, place);
      return steps.length === 0 ? [] : [porter.demand(what, place, steps)];
    });
    const wires = plan.places.map((place) => furnish(plan, place));
    const furnished = built.then(() =>
      Promise.all(plan.places.map((place, at) => porter.demand(what, place, wires[at] ?? []))),
    );
    await Promise.all([built, ...ruled, furnished, mkdir(residence.sockets, { recursive: true })]);
  } catch (error) {
    // Half a fabric is of no use; what was not made cannot be removed, and the first error is the one to tell.
    await porter.run(OUTER, remove(plan));
    await porter.close();
    throw error;
  }
  return runningFabric(plan, porter);
}
