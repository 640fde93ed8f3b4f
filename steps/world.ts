import { After, Before, BeforeStep, setDefaultTimeout, setWorldConstructor, World } from '@cucumber/cucumber';
import { type Act, directorOf, type ScenarioDirector, type Seen } from '../lab/run/scenario/director.ts';
import type { Question } from '../lab/verdict/question.ts';
import type { Topology } from '../lab/verdict/topology.ts';

/** What a step sees: its scenario's addresses, acts that make packets, questions that are put to packets. */
export class LabWorld extends World<{ handle: string }> {
  #director: ScenarioDirector | undefined;
  #sentence = '';

  get #open(): ScenarioDirector {
    if (!this.#director) throw new Error('the scenario is not open');
    return this.#director;
  }

  get topology(): Topology {
    return this.#open.topology;
  }

  act(...acts: Act[]): Promise<void> {
    return this.#open.act(acts);
  }

  /** Acts whose content depends on packets seen so far. */
  actUpon(acts: (seen: Seen) => readonly Act[]): Promise<void> {
    return this.#open.act(acts);
  }

  /** The step's own sentence is the assertion's text. `floorMs`: the least that the protocol itself needs. */
  ask(question: Question, floorMs = 0): Promise<void> {
    return this.#open.ask(this.#sentence, question, floorMs);
  }

  async enter(): Promise<void> {
    this.#director = directorOf(this.parameters.handle);
    await this.#director.open();
  }

  async leave(): Promise<void> {
    await this.#director?.close();
  }

  begin(sentence: string): void {
    this.#sentence = sentence;
  }
}

setWorldConstructor(LabWorld);
// Every wait has a deadline of its own; cucumber's would only hide which one was missed.
setDefaultTimeout(-1);

Before(async function (this: LabWorld) {
  await this.enter();
});

BeforeStep(function (this: LabWorld, { pickleStep }) {
  this.begin(pickleStep.text);
});

After(async function (this: LabWorld) {
  await this.leave();
});
