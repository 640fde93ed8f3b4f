import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeLine } from '../capture/decode-line.ts';
import type { Timeline } from '../capture/timeline.ts';
import { groundKey, skeletonOf } from '../fabric/ground-key.ts';
import { blueprintOf } from './blueprint/blueprint.ts';
import { siteOf } from './blueprint/site.ts';
import { Collected } from './collect.ts';
import { Deal, type Waiting } from './deal.ts';
import { chooseFabric, type FabricWanted, labVersion, requireIsolation } from './environment.ts';
import { demandsOf, orderByDemands } from './house/order.ts';
import type { Emit } from './inside/events.ts';
import { type Inside, startInside } from './inside/inside.ts';
import { type JudgedScenario, verdictOf } from './judge/conclusion.ts';
import { Judge } from './judge/judge.ts';
import { planOf } from './plan.ts';
import { makeRunFolder } from './record/folder.ts';
import type { Plan, PlannedScenario, RunResult } from './record/manifest.ts';
import { PlanFile } from './record/plan-file.ts';
import { compileCatalogue, readFeatures, type Selection, selectScenarios } from './scenario/catalogue.ts';
import { type Layer, readConfigFile } from './settings/settings.ts';

export interface RunRequest {
  readonly project: string;
  readonly selection: Selection;
  readonly fabric: FabricWanted;
  readonly configFile: string | undefined;
  readonly flags: Layer;
  readonly parameters: Record<string, unknown>;
  readonly repeat: number;
  readonly seed: number | undefined;
  readonly out: string | undefined;
  readonly shards: number;
}

/** What somebody who watches a run is told. */
export interface Watcher {
  planned(plan: Plan, folder: string): void;
  readonly event: Emit;
  judging(): void;
}

export interface RunHandle {
  /** Asks for an orderly end. */
  interrupt(): void;
  /** Ends everything at once. */
  kill(): void;
  readonly done: Promise<{ readonly folder: string; readonly result: RunResult }>;
}

/** Draws what a run saw; given from outside, because drawings are the reports' business. */
export interface Illustrator {
  scenario(scenario: PlannedScenario, timeline: Timeline): void;
  finish(folder: string, plan: Plan, result: RunResult): Promise<void>;
}

export function startRun(request: RunRequest, watcher: Watcher, illustrator: Illustrator): RunHandle {
  const trees: Inside[] = [];
  let interrupted = false;
  return {
    interrupt() {
      interrupted = true;
      for (const tree of trees) tree.stop();
    },
    kill() {
      for (const tree of trees) tree.kill();
    },
    done: perform(request, watcher, illustrator, trees, () => interrupted),
  };
}

async function perform(
  request: RunRequest,
  watcher: Watcher,
  illustrator: Illustrator,
  trees: Inside[],
  interrupted: () => boolean,
): Promise<{ folder: string; result: RunResult }> {
  const collected = new Collected();
  const { project } = request;
  const plan = await makePlan(request);
  if (plan.fabric.name === 'netns') await requireIsolation();
  const folder = await makeRunFolder(project, plan.runId, request.out);
  const planFile = new PlanFile(folder, plan);
  await planFile.write();
  watcher.planned(plan, folder);

  const messages = createWriteStream(join(folder, 'messages.ndjson'));
  // It is for people; on a full disk run.json tells, which is written last and in one piece.
  messages.on('error', () => undefined);
  const judge = new Judge(project, folder, plan, async (scenario, timeline) => {
    for (const sighting of timeline.sightings)
      messages.write(`${JSON.stringify({ scenario: scenario.id, ...decodeLine(sighting) })}\n`);
    illustrator.scenario(scenario, timeline);
  });
  const emit: Emit = (event) => {
    collected.see(event);
    watcher.event(event);
    if (event.event === 'topology') planFile.settle(event.id, event.topology).catch(() => undefined);
    if (event.event !== 'scenario' || event.state !== 'closed') return;
    const closed = plan.scenarios.find((scenario) => scenario.id === event.id);
    // What goes wrong here goes wrong again when all that has not been judged is.
    if (closed) judge.judge(closed).catch(() => undefined);
  };
  await timed(collected, 'scenarios', () => runTrees(request, plan, folder, emit, trees, interrupted));
  await planFile.written;
  watcher.judging();
  let judged: JudgedScenario[] = [];
  await timed(collected, 'judge', async () => {
    judged = await judge.finish();
  });
  await new Promise((settle) => messages.end(settle));

  const scenarios = judged.map((one, index) => collected.result(one, plan.scenarios[index] ?? { name: '', tags: [] }));
  const result: RunResult = {
    version: 1,
    lab: plan.lab,
    runId: plan.runId,
    seed: plan.seed,
    verdict: verdictOf(scenarios.map((scenario) => scenario.verdict)),
    interrupted: collected.interrupted || interrupted(),
    fabric: {
      name: plan.fabric.name,
      reason: plan.fabric.reason,
      versions: { node: process.version, ...collected.versions },
    },
    phases: collected.phases,
    memory: collected.memory,
    scenarios,
  };
  await writeFile(join(folder, 'run.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  await illustrator.finish(folder, plan, result);
  return { folder, result };
}

async function makePlan(request: RunRequest): Promise<Plan> {
  const features = await readFeatures(request.project);
  const startedAt = new Date();
  return planOf({
    labVersion: await labVersion(request.project),
    runId: startedAt.toISOString().replace(/[:.]/g, '-'),
    startedAt,
    seed: request.seed ?? randomInt(2 ** 31),
    repeat: request.repeat,
    fabric: await chooseFabric(request.fabric),
    parameters: request.parameters,
    features,
    scenarios: selectScenarios(compileCatalogue(features), request.selection),
    file: request.configFile === undefined ? {} : await readConfigFile(request.configFile),
    flags: request.flags,
  });
}

/**
 * Whoever is free gets the next scenario. On netns each tree has an outer namespace and fabrics of its own, so trees never
 * meet; clusters are one ground for all, so there one tree runs everything.
 */
async function runTrees(
  { project, shards }: RunRequest,
  plan: Plan,
  folder: string,
  emit: Emit,
  trees: Inside[],
  interrupted: () => boolean,
): Promise<void> {
  const isolated = plan.fabric.name === 'netns';
  const deal = new Deal(isolated ? plan.scenarios.map((scenario) => waitingOf(plan, scenario)) : inOrder(plan));
  for (let hand = 0; hand < Math.min(isolated ? shards : 1, plan.scenarios.length); hand++) {
    let last: Waiting | undefined;
    const tree: Inside = startInside({
      project,
      folder,
      name: `lab-${hand}`,
      program: 'lab/run/inner.ts',
      args: [project, folder],
      isolated,
      emit: (event) => {
        emit(event);
        if (event.event !== 'free') return;
        last = interrupted() ? undefined : deal.next(last);
        tree.run(last?.id);
      },
    });
    trees.push(tree);
  }
  if (interrupted()) for (const tree of trees) tree.stop();
  await Promise.all(trees.map((tree) => tree.ended));
}

function waitingOf({ seed, fabric }: Plan, { id, tags, configuration, shift }: PlannedScenario): Waiting {
  const wanted = blueprintOf(configuration, seed, shift, siteOf(fabric.name)).fabric;
  return { id, key: groundKey(wanted), skeleton: skeletonOf(wanted), idles: tags.includes('@64T1') };
}

/** One hand takes them as they come. */
function inOrder(plan: Plan): Waiting[] {
  const scenarios = plan.scenarios.map((scenario) => ({ id: scenario.id, demands: demandsOf(plan, scenario) }));
  return orderByDemands(scenarios).map(({ id }) => ({ id, key: '', skeleton: '' }));
}

async function timed(collected: Collected, name: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await work();
  collected.phase(name, performance.now() - started);
}
