import { join } from 'node:path';
import { followTaps, type LiveCapture } from '../../capture/follow.ts';
import { LabError } from '../../errors.ts';
import { blueprintOf } from '../blueprint/blueprint.ts';
import { type House, Stage } from '../house/stage.ts';
import type { Emit } from '../inside/events.ts';
import type { Plan, PlannedScenario } from '../record/manifest.ts';
import type { Act } from '../scenario/director.ts';
import type { LiveWorld } from './director.ts';

export interface LiveRun {
  readonly house: House;
  readonly folder: string;
  readonly plan: Plan;
  readonly emit: Emit;
  readonly interrupted: Promise<never>;
}

/** A scenario's world on a fabric: environment trouble is reported as such and never becomes a failure of the system. */
export function liveWorld(run: LiveRun, scenario: PlannedScenario): LiveWorld {
  const captures = join(run.folder, 'captures', scenario.id);
  const logs = join(run.folder, 'logs', scenario.id);
  const recorders = join(run.folder, 'captures', '.recorders');
  const stage = new Stage(run.house, { captures, logs, recorders }, run.emit);
  let live: LiveCapture | undefined;
  let troubled = false;

  async function reporting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      run.emit({ event: 'environment', id: scenario.id, ...describeTrouble(error) });
      troubled = true;
      throw error;
    }
  }

  return {
    interrupted: run.interrupted,
    open: () =>
      reporting(async () => {
        const blueprint = blueprintOf(scenario.configuration, run.plan.seed, scenario.shift, run.house.site);
        const topology = await Promise.race([stage.open(scenario, blueprint), run.interrupted]);
        run.emit({ event: 'topology', id: scenario.id, topology });
        live = await followTaps(stage.taps.map(({ request, growing }) => ({ name: request.name, ...growing })));
        return { capture: live, topology };
      }),
    mark: (marker) => reporting(() => stage.mark(marker)),
    act: (act: Act) => reporting(() => ('operator' in act ? stage.operate(act) : stage.act(act.place, act.act))),
    close: () =>
      reporting(async () => {
        const started = performance.now();
        await live?.close();
        const trouble = await stage.close();
        const cleared = (troubled || trouble) && (await run.house.grounds.clear().catch((error: Error) => error));
        for (const error of [trouble, cleared]) if (error instanceof Error) throw error;
        run.emit({ event: 'phase', name: 'tear-down', ms: performance.now() - started });
      }),
  };
}

export function describeTrouble(error: unknown): { code: string; message: string; next?: string } {
  if (error instanceof LabError) {
    const next = [error.next, error.command].filter(Boolean).join(' ');
    const message = error.where ? `${error.message} (${error.where})` : error.message;
    return { code: error.code, message, ...(next === '' ? {} : { next }) };
  }
  return { code: 'ENVIRONMENT', message: error instanceof Error ? error.message : String(error) };
}
