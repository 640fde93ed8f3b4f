import { Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import type { LabEvent } from '../run/inside/events.ts';
import type { Plan } from '../run/record/manifest.ts';

type Task = ListrTaskWrapper<unknown, never, never> | { output: string };

/** Shows which scenarios run and what they wait for: on standard error, so that standard output stays a program's. */
export class Progress {
  readonly #gates = new Map<string, PromiseWithResolvers<void>>();
  readonly #tasks = new Map<string, Task>();
  #shown: Promise<unknown> = Promise.resolve();

  start(plan: Plan): void {
    for (const scenario of plan.scenarios) this.#gates.set(scenario.id, Promise.withResolvers<void>());
    const list = new Listr(
      plan.scenarios.map((scenario) => ({
        title: scenario.id.includes('~') ? `${scenario.name} ~${scenario.id.split('~')[1]}` : scenario.name,
        task: (_: unknown, task: Task) => {
          this.#tasks.set(scenario.id, task);
          return this.#gates.get(scenario.id)?.promise;
        },
      })),
      {
        concurrent: true,
        exitOnError: false,
        renderer: process.stderr.isTTY ? 'default' : 'silent',
        rendererOptions: {
          logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
        },
        registerSignalListeners: false,
      },
    );
    this.#shown = list.run().catch(() => undefined);
  }

  see(event: LabEvent): void {
    if (event.event === 'progress' && !process.stderr.isTTY) process.stderr.write(`${event.text}\n`);
    if (event.event === 'step') this.#say(event.id, `waits for: ${event.text}`);
    if (event.event === 'environment') this.#say(event.id, `${event.code}: ${event.message}`);
    if (event.event !== 'scenario' || event.state !== 'closed') return;
    this.#gates.get(event.id)?.resolve();
    if (!process.stderr.isTTY) process.stderr.write(`ran ${event.id} in ${(event.ms / 1000).toFixed(1)} s\n`);
  }

  #say(id: string, text: string): void {
    const task = this.#tasks.get(id);
    if (task) task.output = text;
  }

  async finish(): Promise<void> {
    for (const gate of this.#gates.values()) gate.resolve();
    await this.#shown;
  }
}
