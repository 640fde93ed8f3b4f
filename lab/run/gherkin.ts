import { PassThrough } from 'node:stream';
import { runCucumber } from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';
import { type Directors, registerDirectors } from './director.ts';

export interface GherkinRun {
  /** Folder that the feature paths are relative to. */
  readonly root: string;
  /** Folder of the project, where `steps/` is. */
  readonly project: string;
  /** `features/x.feature:12`, one a scenario. */
  readonly paths: readonly string[];
  readonly directors: Directors;
}

/** What cucumber could not tell the directors: a step that nobody defines, an exception in a step that is no verdict. */
export interface StepTrouble {
  readonly uri: string;
  readonly line: number;
  readonly step: string;
  readonly message: string;
}

let runs = 0;
/** Modules load once a process, so the first run's step definitions serve the later ones. */
let steps: Awaited<ReturnType<typeof runCucumber>>['support'] | undefined;

/** Runs scenarios through cucumber in this process. @returns the trouble that was no verdict. */
export async function runGherkin({ root, project, paths, directors }: GherkinRun): Promise<StepTrouble[]> {
  const handle = `run-${++runs}`;
  registerDirectors(handle, directors);
  const watch = new Watch();
  const silent = new PassThrough();
  silent.resume();
  const { support } = await runCucumber(
    {
      sources: { defaultDialect: 'en', paths: [...paths], names: [], tagExpression: '', order: 'defined' },
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
  steps = support;
  return watch.finish();
}

/** Verdicts are the directors'; from cucumber's messages only what kept a step from reaching its director is taken. */
class Watch {
  readonly #pickles = new Map<string, { uri: string; line: number; steps: Map<string, string> }>();
  readonly #cases = new Map<string, { pickleId: string; steps: Map<string, string | undefined> }>();
  readonly #started = new Map<string, string>();
  readonly #trouble: StepTrouble[] = [];
  #finished = false;

  see(envelope: Envelope): void {
    const { pickle, testCase, testCaseStarted, testStepFinished, testRunFinished } = envelope;
    if (pickle) {
      const steps = new Map(pickle.steps.map((step) => [step.id, step.text]));
      this.#pickles.set(pickle.id, { uri: pickle.uri, line: pickle.location?.line ?? 0, steps });
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
    const pickle = this.#pickles.get(testCase?.pickleId ?? '');
    const step = pickle?.steps.get(testCase?.steps.get(stepId) ?? '') ?? 'a hook';
    this.#trouble.push({ uri: pickle?.uri ?? '', line: pickle?.line ?? 0, step, message });
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
