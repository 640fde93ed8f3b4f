import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readCaptures } from '../../capture/files.ts';
import type { Timeline } from '../../capture/timeline.ts';
import { LabError } from '../../errors.ts';
import { captureHealth } from '../../verdict/health.ts';
import { capturesOf } from '../record/captures.ts';
import { type Plan, type PlannedScenario, planSchema } from '../record/manifest.ts';
import { runGherkin } from '../scenario/gherkin.ts';
import { conclude, type JudgedScenario, spoilt, unjudged, unreadable } from './conclusion.ts';
import { type Evidence, JudgeDirector } from './director.ts';

/** Sees each scenario's timeline while it is in memory: for drawings and listings. */
export type Visit = (scenario: PlannedScenario, timeline: Timeline) => Promise<void>;

export async function readPlan(folder: string): Promise<Plan> {
  const path = join(folder, 'plan.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new LabError('RUN-FOLDER', `${folder} holds no plan.json`, {
      where: path,
      next: 'Name the folder of a run:',
      command: 'npm run lab -- judge reports/out/latest',
      cause,
    });
  });
  const parsed = planSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new LabError('RUN-PLAN', 'plan.json is not of a version that this lab reads', {
    where: path,
    next: 'Judge it with the version that its "lab" names, or run the scenarios anew.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Puts the questions of a run's scenarios to its captures, one scenario after the other. Needs the plan and the capture
 * files, nothing else, and writes nothing there.
 */
export class Judge {
  readonly #project: string;
  readonly #folder: string;
  readonly #plan: Plan;
  readonly #visit: Visit;
  readonly #judged = new Map<string, JudgedScenario>();
  /** The feature texts as they ran, on a disk of their own. */
  #texts: Promise<string> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(project: string, folder: string, plan: Plan, visit: Visit = async () => undefined) {
    this.#project = project;
    this.#folder = folder;
    this.#plan = plan;
    this.#visit = visit;
  }

  /** Once a scenario; its captures are closed. */
  judge(scenario: PlannedScenario): Promise<void> {
    const judged = this.#last.then(() => this.#judge(scenario));
    this.#last = judged.catch(() => undefined);
    return judged;
  }

  /** Judges what is not judged yet. @returns all scenarios in the order of the plan. */
  async finish(): Promise<JudgedScenario[]> {
    try {
      await this.#last;
      for (const scenario of this.#plan.scenarios) if (!this.#judged.has(scenario.id)) await this.judge(scenario);
      return this.#plan.scenarios.map((scenario) => this.#judged.get(scenario.id) ?? unjudged(scenario));
    } finally {
      if (this.#texts) await rm(await this.#texts, { recursive: true, force: true });
    }
  }

  async #judge(scenario: PlannedScenario): Promise<void> {
    this.#texts ??= writeTexts(this.#plan);
    const evidence = await loadEvidence(this.#folder, scenario).catch((error: unknown) => {
      if (error instanceof LabError) return error;
      throw error;
    });
    if (evidence instanceof LabError) {
      this.#judged.set(scenario.id, unreadable(this.#folder, scenario, evidence));
      return;
    }
    const director = new JudgeDirector(scenario.topology, evidence, async (assertions) => {
      this.#judged.set(scenario.id, conclude(this.#folder, scenario, evidence, assertions));
      await this.#visit(scenario, evidence.timeline);
    });
    const trouble = await runGherkin({ root: await this.#texts, project: this.#project, scenario, director });
    for (const one of trouble)
      this.#judged.set(scenario.id, spoilt(this.#judged.get(scenario.id) ?? unjudged(scenario), one));
  }
}

export function judgeRun(project: string, folder: string, plan: Plan, visit?: Visit): Promise<JudgedScenario[]> {
  return new Judge(project, folder, plan, visit).finish();
}

async function writeTexts(plan: Plan): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'mcx-judge-'));
  for (const feature of plan.features) {
    await mkdir(dirname(join(root, feature.uri)), { recursive: true });
    await writeFile(join(root, feature.uri), feature.text);
  }
  return root;
}

async function loadEvidence(folder: string, scenario: PlannedScenario): Promise<Evidence> {
  const timeline = await readCaptures(await capturesOf(folder, scenario.id));
  return { timeline, unfit: captureHealth(timeline, scenario.topology) };
}
