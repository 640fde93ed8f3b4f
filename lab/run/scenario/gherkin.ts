import { PassThrough } from 'node:stream';
import type { runCucumber } from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';
import { registerDirector, type ScenarioDirector } from './director.ts';

export interface GherkinRun {
  /** Folder that the feature paths are relative to. */
  readonly root: string;
  /** Folder of the project, where `steps/` is. */
  readonly project: string;
  readonly scenario: ScenarioPlace;
  readonly director: ScenarioDirector;
}

/** A scenario's file and the line of its name, or of its row of examples. */
export interface ScenarioPlace {
  readonly uri: string;
  readonly line: number;
}

/** What cucumber could not tell the director: a step that nobody defines, an exception in a step that is no verdict. */
export interface StepTrouble {
  readonly step: string;
  readonly message: string;
}

let runs = 0;
/** Modules load once a process, so the first run's step definitions serve the later ones. */
let steps: Awaited<ReturnType<typeof runCucumber>>['support'] | undefined;

/** Runs one scenario through cucumber in this process. @returns the trouble that was no verdict. */
export async function runGherkin({ root, project, scenario, director }: GherkinRun): Promise<StepTrouble[]> {
  const handle = `run-${++runs}`;
  const forget = registerDirector(handle, director);
  const watch = new Watch();
  // Here, and not above: it takes as long to load as all the rest, and most commands run no scenario.
  const cucumber = await import('@cucumber/cucumber/api');
  const silent = new PassThrough();
  silent.resume();
  const { support } = await cucumber.runCucumber(
    {
      sources: {
        defaultDialect: 'en',
        paths: [`${scenario.uri}:${scenario.line}`],
        names: [],
        tagExpression: '',
        order: 'defined',
      },
      support: steps ?? {
        requireModules: [],
        requirePaths: [],
        importPaths: [`${project}/steps/**/*.ts`],
        loaders: [],
      },
      runtime: {
        dryRun: false,
        failFast: false,
        filterStacktraces: true,
        parallel: 0,
        retry: 0,
        retryTagFilter: '',
        strict: true,
        worldParameters: { handle },
      },
      formats: { stdout: 'message', files: {}, publish: false, options: {} },
    },
    { cwd: root, stdout: silent, stderr: silent },
    (envelope) => watch.see(envelope),
  );
  forget();
  steps = support;
  return watch.finish();
}

/** Verdicts are the directors'; from cucumber's messages only what kept a step from reaching its director is taken. */
class Watch {
  readonly #pickles = new Map<string, Map<string, string>>();
  readonly #cases = new Map<string, { pickleId: string; steps: Map<string, string | undefined> }>();
  readonly #started = new Map<string, string>();
  readonly #trouble: StepTrouble[] = [];
  #finished = false;

  see(envelope: Envelope): void {
    const { pickle, testCase, testCaseStarted, testStepFinished, testRunFinished } = envelope;
    if (pickle) {
      this.#pickles.set(pickle.id, new Map(pickle.steps.map((step) => [step.id, step.text])));
    }
    if (testCase) {
      const steps = new Map(testCase.testSteps.map((step) => [step.id, step.pickleStepId]));
      this.#cases.set(testCase.id, { pickleId: testCase.pickleId, steps });
    }
    if (testCaseStarted) this.#started.set(testCaseStarted.id, testCaseStarted.testCaseId);
    if (testStepFinished) {
      const { status, message = '' } = testStepFinished.testStepResult;
      if (status === 'PASSED' || status === 'SKIPPED') return;
      if (status === 'FAILED' && message.includes(verdictMark)) return;
      this.#note(testStepFinished.testCaseStartedId, testStepFinished.testStepId, `${status}: ${message}`);
    }
    if (testRunFinished) this.#finished = true;
  }

  #note(startedId: string, stepId: string, message: string): void {
    const testCase = this.#cases.get(this.#started.get(startedId) ?? '');
    const steps = this.#pickles.get(testCase?.pickleId ?? '');
    const step = steps?.get(testCase?.steps.get(stepId) ?? '') ?? 'a hook';
    this.#trouble.push({ step, message });
  }

  finish(): StepTrouble[] {
    // A process.exit inside a step would otherwise end green.
    if (!this.#finished) throw new Error('cucumber ended before its scenarios did');
    return this.#trouble;
  }
}

/** Stands in the message of an error that is a verdict and not trouble. */
export const verdictMark = 'verdict:';

export class VerdictError extends Error {
  constructor(text: string, because: string) {
    super(`${verdictMark} ${text}: ${because}`);
    this.name = 'VerdictError';
  }
}
