import { mkdir } from 'node:fs/promises';
import { LabError } from '../../errors.ts';
import type { Fabric, FabricSpec, RunningFabric } from '../fabric.ts';
import { checkSpec } from './check-spec.ts';
import { build, furnish, remove } from './furnish.ts';
import { insideOuter } from './outer.ts';
import { planFabric } from './plan.ts';
import { OUTER, Porter } from './porter/porter.ts';
import type { Step } from './porter/steps.ts';
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
    // Now: while the porter does that, what is to be done in each place is written down.
    await new Promise((resolve) => setImmediate(resolve));
    const furnished = plan.places.map((place) => ({ place, steps: furnish(plan, place) })).toSorted(programsFirst);
    await Promise.all([
      built,
      ...furnished.map(({ place, steps }) => porter.demand(what, place, steps)),
      mkdir(residence.sockets, { recursive: true }),
    ]);
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
