import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { netnsFabric } from '../fabric/netns/netns-fabric.ts';
import type { Directors, ScenarioDirector } from './director.ts';
import type { Emit } from './events.ts';
import { runGherkin, type StepTrouble } from './gherkin.ts';
import { LiveDirector } from './live-director.ts';
import { type LiveRun, liveWorld } from './live-world.ts';
import { type PlannedScenario, planSchema } from './manifest.ts';
import { placeOf, roundsOf } from './rounds.ts';
import { sockets } from './sockets.ts';
import { residentBytes } from './stage.ts';

/** The process inside the outer namespace: `inner.ts PROJECT FOLDER SCENARIO-ID…`; it runs scenarios and reports events. */
async function main([project = '', folder = '', ...ids]: readonly string[]): Promise<void> {
  const plan = planSchema.parse(JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')));
  const emit: Emit = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
  const stop = interruption();
  const run: LiveRun = { fabric: netnsFabric(), project, folder, sockets, plan, emit, interrupted: stop.happened };
  for (const round of roundsOf(plan.scenarios.filter((scenario) => ids.includes(scenario.id)))) {
    if (stop.requested()) break;
    const trouble = await runRound(run, round);
    for (const one of trouble) if (!stop.requested()) reportTrouble(emit, round, one);
  }
  emit({ event: 'memory', process: 'lab (inside)', maxResidentBytes: await residentBytes(process.pid) });
  emit({ event: 'end', interrupted: stop.requested() });
  process.exit(0);
}

function runRound(run: LiveRun, scenarios: readonly PlannedScenario[]): Promise<StepTrouble[]> {
  const open = new Map<string, ScenarioDirector>();
  for (const scenario of scenarios)
    open.set(placeOf(scenario), new LiveDirector(scenario, liveWorld(run, scenario), run.emit));
  const directors: Directors = {
    of(uri, line) {
      const director = open.get(`${uri}:${line}`);
      if (!director) throw new Error(`${uri}:${line} is not part of this run`);
      return director;
    },
  };
  return runGherkin({ root: run.project, project: run.project, paths: [...open.keys()], directors });
}

/** Trouble that no director has reported: an undefined step, a defect in a step. */
function reportTrouble(emit: Emit, scenarios: readonly PlannedScenario[], trouble: StepTrouble): void {
  const scenario = scenarios.find((one) => one.uri === trouble.uri && one.line === trouble.line);
  if (!scenario) return;
  emit({ event: 'environment', id: scenario.id, code: 'STEP', message: `${trouble.step}: ${trouble.message}` });
}

/** "stop" on standard input asks for an orderly end; its end means that the process outside is gone. */
function interruption(): { happened: Promise<never>; requested(): boolean } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  let requested = false;
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line !== 'stop') return;
    requested = true;
    reject(new Error('interrupted'));
  });
  process.stdin.on('end', () => process.exit(70));
  return { happened: promise, requested: () => requested };
}

await main(process.argv.slice(2));
