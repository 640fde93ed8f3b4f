import type { LabError } from '../../errors.ts';
import { findSymptoms } from '../../verdict/symptoms.ts';
import type { Assertion, PlannedScenario, Verdict } from '../record/manifest.ts';
import type { StepTrouble } from '../scenario/gherkin.ts';
import type { Evidence } from './director.ts';

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

/** Verdict, symptom and captures of a scenario whose questions have been answered. */
export function conclude(
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
      path: within(folder, tap.path),
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
export function spoilt(judged: JudgedScenario, { step, message }: StepTrouble): JudgedScenario {
  if (judged.verdict === 'fail') return judged;
  return { ...judged, verdict: 'inconclusive', reason: `${step}: ${message.trim()}` };
}

/** Captures that cannot be read decide nothing. */
export function unreadable(folder: string, scenario: PlannedScenario, error: LabError): JudgedScenario {
  const { code, message, where } = error;
  return { ...unjudged(scenario), reason: `${code}: ${message}${where ? ` (${within(folder, where)})` : ''}` };
}

/** A path of a run folder, as one says it inside of it. */
function within(folder: string, path: string): string {
  return path.startsWith(folder) ? path.slice(folder.length + 1) : path;
}

export function unjudged(scenario: PlannedScenario): JudgedScenario {
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
