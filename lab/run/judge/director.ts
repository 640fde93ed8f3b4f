import type { Timeline } from '../../capture/timeline.ts';
import { actStart } from '../../verdict/markers.ts';
import type { Answer, Question } from '../../verdict/question.ts';
import type { Topology } from '../../verdict/topology.ts';
import type { Assertion } from '../record/manifest.ts';
import type { Acts, ScenarioDirector } from '../scenario/director.ts';
import { VerdictError } from '../scenario/gherkin.ts';

/** A scenario's closed captures, and why they cannot carry a verdict: undefined when they can. */
export interface Evidence {
  readonly timeline: Timeline;
  readonly unfit: string | undefined;
}

/** Puts a scenario's questions to its closed captures: the only origin of the verdicts in run.json. */
export class JudgeDirector implements ScenarioDirector {
  readonly topology: Topology;
  readonly assertions: Assertion[] = [];
  readonly #evidence: Evidence;
  readonly #done: (assertions: readonly Assertion[]) => Promise<void>;
  #acts = 0;

  constructor(topology: Topology, evidence: Evidence, done: (assertions: readonly Assertion[]) => Promise<void>) {
    this.topology = topology;
    this.#evidence = evidence;
    this.#done = done;
  }

  /** All is there already. */
  async open(): Promise<void> {}

  async close(): Promise<void> {
    await this.#done(this.assertions);
  }

  async act(_acts: Acts): Promise<void> {
    this.#acts++;
  }

  async ask(text: string, question: Question): Promise<void> {
    const answer = this.#answer(question);
    const verdict = answer === undefined ? 'inconclusive' : answer.state === 'yes' ? 'pass' : 'fail';
    this.assertions.push({
      text,
      verdict,
      clause: question.clause,
      because: answer?.because ?? this.#evidence.unfit ?? 'the act of this question left no marker',
      evidence: (answer?.evidence ?? []).map(({ tap, frame }) => ({ tap, frame })),
    });
    if (verdict === 'fail') throw new VerdictError(text, answer?.because ?? '');
  }

  #answer(question: Question): Answer | undefined {
    const { timeline, unfit } = this.#evidence;
    if (unfit !== undefined) return undefined;
    const fromNs = actStart(timeline, this.#acts);
    if (fromNs === undefined) return undefined;
    const toNs = actStart(timeline, this.#acts + 1);
    return question.ask({ timeline, topology: this.topology, fromNs, toNs, closed: true });
  }
}
