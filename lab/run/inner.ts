import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHouse } from './house/open-house.ts';
import { residentBytes } from './house/stage.ts';
import type { Emit } from './inside/events.ts';
import { type Orders, readOrders } from './inside/orders.ts';
import { LiveDirector } from './live/director.ts';
import { describeTrouble, type LiveRun, liveWorld } from './live/world.ts';
import { type PlannedScenario, planSchema } from './record/manifest.ts';
import { runGherkin, type StepTrouble } from './scenario/gherkin.ts';

/**
 * The process that holds a fabric, on netns inside an outer namespace: `inner.ts PROJECT FOLDER`; it runs the scenarios it is
 * told and reports events.
 */
async function main([project = '', folder = '']: readonly string[]): Promise<void> {
  const plan = planSchema.parse(JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')));
  const emit: Emit = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
  const house = openHouse(plan, folder, (text) => emit({ event: 'progress', text }));
  // Nobody is left to run for: an outer namespace ends with this process, clusters have to be put in order.
  const orders = readOrders(process.stdin, () => void house.close().finally(() => process.exit(70)));
  const run: LiveRun = { house, folder, plan, emit, interrupted: orders.interrupted };
  await runScenarios(run, project, orders);
  const versions = await house.versions().catch(() => undefined);
  if (versions) emit({ event: 'versions', versions });
  // A cluster that has died cannot be put in order: that is told, and the run's evidence is judged all the same.
  await house.close().catch((error: unknown) => emit({ event: 'progress', text: leftBehind(error) }));
  emit({ event: 'memory', process: 'lab (inside)', maxResidentBytes: await residentBytes(process.pid) });
  emit({ event: 'end', interrupted: orders.stopped });
  process.exit(0);
}

async function runScenarios(run: LiveRun, project: string, orders: Orders): Promise<void> {
  for (;;) {
    run.emit({ event: 'free' });
    const id = await orders.next();
    const scenario = run.plan.scenarios.find((one) => one.id === id);
    if (scenario === undefined) return;
    const director = new LiveDirector(scenario, liveWorld(run, scenario), run.emit);
    const trouble = await runGherkin({ root: project, project, scenario, director });
    for (const one of trouble) if (!orders.stopped) reportTrouble(run.emit, scenario, one);
  }
}

function leftBehind(error: unknown): string {
  const { code, message, next } = describeTrouble(error);
  return `not everything could be put in order: [${code}] ${message}; ${next ?? 'npm run lab -- down'}`;
}

/** Trouble that no director has reported: an undefined step, a defect in a step. */
function reportTrouble(emit: Emit, { id }: PlannedScenario, { step, message }: StepTrouble): void {
  emit({ event: 'environment', id, code: 'STEP', message: `${step}: ${message}` });
}

await main(process.argv.slice(2));
