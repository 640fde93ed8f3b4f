import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Topology } from '../../verdict/topology.ts';
import type { Plan } from './manifest.ts';

/**
 * `plan.json`: written before the first packet, and again when a cluster gave a scenario other addresses than the plan
 * had hoped for. Whoever judges needs the real ones.
 */
export class PlanFile {
  readonly plan: Plan;
  readonly #path: string;
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, plan: Plan) {
    this.plan = plan;
    this.#path = join(folder, 'plan.json');
  }

  write(): Promise<void> {
    const text = `${JSON.stringify(this.plan, undefined, 2)}\n`;
    this.#last = this.#last.then(async () => {
      await writeFile(`${this.#path}.part`, text);
      await rename(`${this.#path}.part`, this.#path);
    });
    return this.#last;
  }

  async settle(id: string, topology: Topology): Promise<void> {
    const scenario = this.plan.scenarios.find((one) => one.id === id);
    if (!scenario || isDeepStrictEqual(scenario.topology, topology)) return;
    scenario.topology = topology;
    await this.write();
  }

  /** Resolves when all has been written. */
  get written(): Promise<void> {
    return this.#last;
  }
}
