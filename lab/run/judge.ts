import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readCaptures } from '../capture/files.ts';
import type { Timeline } from '../capture/timeline.ts';
import { LabError } from '../errors.ts';
import { captureHealth } from '../verdict/health.ts';
import { findSymptoms } from '../verdict/symptoms.ts';
import type { Directors } from './director.ts';
import { runGherkin, type StepTrouble } from './gherkin.ts';
import { type Evidence, JudgeDirector } from './judge-director.ts';
import { type Assertion, type Plan, type PlannedScenario, planSchema, type Verdict } from './manifest.ts';
import { placeOf, roundsOf } from './rounds.ts';

/** What the packets of one scenario say. */
export interface JudgedScenario {
  readonly id: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly assertions: readonly Assertion[];
  readonly symptom: JudgedSymptom | null;
  readonly consequences: readonly JudgedSymptom[];
  readonly captures: readonly { readonly tap: string; readonly path: string; readonly drops: number | null }[];
}

export interface JudgedSymptom {
  readonly name: string;
  readonly evidence: { tap: string; frame: number }[];
  readonly remedy: string;
}

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
  throw new LabError('RUN-PLAN', `plan.json is not of a version that this lab reads`, { where: path });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Puts the questions of a run's scenarios to its captures. Needs the plan and the capture files, nothing else, and writes nothing there. */
export async function judgeRun(
  project: string,
  folder: string,
  plan: Plan,
  visit: Visit = async () => undefined,
): Promise<JudgedScenario[]> {
  const root = await mkdtemp(join(tmpdir(), 'mcx-judge-'));
  try {
    for (const feature of plan.features) {
      await mkdir(dirname(join(root, feature.uri)), { recursive: true });
      await writeFile(join(root, feature.uri), feature.text);
    }
    const judged = new Map<string, JudgedScenario>();
    for (const round of roundsOf(plan.scenarios)) {
      const trouble = await judgeRound({ project, root, folder, visit }, round, judged);
      for (const one of trouble) spoil(round, judged, one);
    }
    return plan.scenarios.map((scenario) => judged.get(scenario.id) ?? unjudged(scenario));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

interface Bench {
  readonly project: string;
  readonly root: string;
  readonly folder: string;
  readonly visit: Visit;
}

function judgeRound(
  { project, root, folder, visit }: Bench,
  round: readonly PlannedScenario[],
  judged: Map<string, JudgedScenario>,
): Promise<StepTrouble[]> {
  const directors: Directors = {
    of(uri, line) {
      const scenario = round.find((one) => one.uri === uri && one.line === line);
      if (!scenario) throw new Error(`${uri}:${line} is not part of this run`);
      return new JudgeDirector(
        scenario.topology,
        () => loadEvidence(folder, scenario),
        async (evidence, assertions) => {
          judged.set(scenario.id, conclude(folder, scenario, evidence, assertions));
          await visit(scenario, evidence.timeline);
        },
      );
    },
  };
  return runGherkin({ root, project, paths: round.map(placeOf), directors });
}

async function loadEvidence(folder: string, scenario: PlannedScenario): Promise<Evidence> {
  const captures = join(folder, 'captures', scenario.id);
  const names = await readdir(captures).catch(() => [] as string[]);
  const files = names.filter((name) => /\.pcap(ng)?$/.test(name)).sort();
  const timeline = await readCaptures(files.map((name) => join(captures, name)));
  return { timeline, unfit: captureHealth(timeline, scenario.topology) };
}

function conclude(
  folder: string,
  scenario: PlannedScenario,
  { timeline, unfit }: Evidence,
  assertions: readonly Assertion[],
): JudgedScenario {
  const verdict = verdictOf(
    assertions.map((assertion) => assertion.verdict),
    unfit,
  );
  const { symptom, consequences } = findSymptoms(timeline);
  const first = assertions.find((assertion) => assertion.verdict !== 'pass');
  return {
    id: scenario.id,
    verdict,
    reason: verdict === 'pass' ? '' : (unfit ?? (first ? `${first.text}: ${first.because}` : 'nothing was asked')),
    assertions: [...assertions],
    symptom,
    consequences,
    captures: timeline.taps.map((tap) => ({
      tap: tap.tap,
      path: tap.path.startsWith(folder) ? tap.path.slice(folder.length + 1) : tap.path,
      drops: tap.drops ?? null,
    })),
  };
}

/** Unfit captures decide nothing; otherwise fail beats inconclusive. */
export function verdictOf(verdicts: readonly Verdict[], unfit?: string): Verdict {
  if (unfit !== undefined || verdicts.length === 0) return 'inconclusive';
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

/** A step that nobody defines, or a defect in one, decides nothing. */
function spoil(
  round: readonly PlannedScenario[],
  judged: Map<string, JudgedScenario>,
  { uri, line, step, message }: StepTrouble,
): void {
  const scenario = round.find((one) => one.uri === uri && one.line === line);
  if (!scenario) throw new LabError('JUDGE-STEP', `${step}: ${message}`, { exitCode: 70 });
  const known = judged.get(scenario.id) ?? unjudged(scenario);
  if (known.verdict === 'fail') return;
  judged.set(scenario.id, { ...known, verdict: 'inconclusive', reason: `${step}: ${message.trim()}` });
}

function unjudged(scenario: PlannedScenario): JudgedScenario {
  return {
    id: scenario.id,
    verdict: 'inconclusive',
    reason: 'the scenario was not judged',
    assertions: [],
    symptom: null,
    consequences: [],
    captures: [],
  };
}
