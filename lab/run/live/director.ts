import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveCapture } from '../../capture/follow.ts';
import type { Timeline } from '../../capture/timeline.ts';
import { actStart } from '../../verdict/markers.ts';
import type { Answer, Question } from '../../verdict/question.ts';
import type { Topology } from '../../verdict/topology.ts';
import type { Emit } from '../inside/events.ts';
import type { PlannedScenario } from '../record/manifest.ts';
import type { Act, Acts, ScenarioDirector } from '../scenario/director.ts';
import { VerdictError } from '../scenario/gherkin.ts';

/** What a live director needs of the world: opened and closed around it, marked, acted upon, looked at. */
export interface LiveWorld {
  open(): Promise<{ readonly capture: LiveCapture; readonly topology: Topology }>;
  mark(marker: number): Promise<void>;
  act(act: Act): Promise<void>;
  close(): Promise<void>;
  /** Rejects when the user interrupts. */
  readonly interrupted: Promise<never>;
}

/** Half as long again as a packet may take to show on every tap. */
const silenceMs = 150;

/** Runs a scenario: acts move the cast, questions wait for the packets that decide them. */
export class LiveDirector implements ScenarioDirector {
  readonly #scenario: PlannedScenario;
  readonly #world: LiveWorld;
  readonly #emit: Emit;
  #capture: LiveCapture | undefined;
  #topology: Topology;
  #acts = 0;
  #opened = 0;

  constructor(scenario: PlannedScenario, world: LiveWorld, emit: Emit) {
    this.#scenario = scenario;
    this.#topology = scenario.topology;
    this.#world = world;
    this.#emit = emit;
  }

  get topology(): Topology {
    return this.#topology;
  }

  get #open(): LiveCapture {
    if (!this.#capture) throw new Error('a step came before the scenario was open');
    return this.#capture;
  }

  async open(): Promise<void> {
    this.#opened = performance.now();
    this.#emit({ event: 'scenario', id: this.#scenario.id, state: 'open', ms: 0 });
    const { capture, topology } = await this.#world.open();
    this.#capture = capture;
    this.#topology = topology;
  }

  async close(): Promise<void> {
    try {
      await this.#world.close();
    } finally {
      const ms = performance.now() - this.#opened;
      this.#emit({ event: 'scenario', id: this.#scenario.id, state: 'closed', ms });
    }
  }

  async act(wanted: Acts): Promise<void> {
    await this.#world.mark(++this.#acts);
    const acts = typeof wanted === 'function' ? wanted(this.#open.timeline()) : wanted;
    await Promise.race([Promise.all(acts.map((act) => this.#world.act(act))), this.#world.interrupted]);
  }

  async ask(text: string, question: Question, floorMs = 0): Promise<void> {
    const id = this.#scenario.id;
    this.#emit({ event: 'step', id, text });
    const started = performance.now();
    const over = new AbortController();
    const silence = this.#recordSilence(over.signal);
    const answer = await Promise.race([this.#wait(question, floorMs), this.#world.interrupted]).finally(() => {
      over.abort();
      return silence;
    });
    const state = answer.state === 'yes' ? 'yes' : 'no';
    const ms = performance.now() - started;
    const { clause } = question;
    this.#emit({ event: 'answer', id, text, clause, state, because: answer.because, ms, floorMs });
    if (state === 'no') throw new VerdictError(text, answer.because);
  }

  /**
   * That a packet did not arrive shows only when the recorders went on after it. Where nobody else sends, the act's marker is
   * repeated, so that silence ends in a packet instead of a deadline; less often the longer it has lasted.
   */
  async #recordSilence(over: AbortSignal): Promise<void> {
    const began = performance.now();
    while (!over.aborted) {
      const pause = Math.max(silenceMs, (performance.now() - began) / 10);
      await sleep(pause, undefined, { signal: over }).catch(() => undefined);
      if (!over.aborted) await this.#world.mark(this.#acts);
    }
  }

  /** Until decided, at the latest 64·T1 after the least time that the protocol itself needs. */
  async #wait(question: Question, floorMs: number): Promise<Answer> {
    const capture = this.#open;
    const decided = await capture.until(
      (timeline) => {
        const answer = this.#put(question, timeline, false);
        return answer === undefined || answer.state === 'open' ? undefined : answer;
      },
      floorMs + 64 * this.topology.t1Ms,
    );
    const last = decided ?? this.#put(question, capture.timeline(), true);
    return last ?? { state: 'no', evidence: [], because: 'no tap saw the marker of the act' };
  }

  /** undefined: no tap has written the act's marker yet, so nothing of the act can be there either. */
  #put(question: Question, timeline: Timeline, closed: boolean): Answer | undefined {
    const fromNs = actStart(timeline, this.#acts);
    if (fromNs === undefined) return undefined;
    return question.ask({ timeline, topology: this.topology, fromNs, toNs: undefined, closed });
  }
}
