import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type Clock, systemClock } from './clock.ts';
import type { processSchema } from './config.ts';
import { type ControlHandlers, type ControlServer, serveControl } from './control-server.ts';
import { type Ids, seededIds } from './ids.ts';
import { type Log, openLog } from './log.ts';

/** What every emulator gets besides its configuration. */
export interface Kit {
  readonly log: Log;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** A built emulator: its sockets are open. */
export interface Emulator {
  readonly control: ControlHandlers;
  close(): Promise<void> | void;
}

interface Configured {
  readonly process: z.infer<typeof processSchema>;
}

/** Ending takes no longer than this, whatever a socket does. */
const closeLimitMs = 200;

/** Said by who has checked the configuration already: loading the schemas takes longer than all the rest of a start. */
export const checkedFlag = '--checked';

/**
 * The main of every emulator, `node emulators/<x>/main.ts CONFIG.json [--checked]`: exit 2 for a configuration that is not one, 1
 * when the sockets cannot be opened, 0 at SIGTERM or SIGINT. Once it runs nothing but a signal ends it: what is thrown
 * and caught nowhere is logged and counted as a fault (`faults` of `describe`).
 */
export async function startEmulator<C extends Configured>(
  schema: () => Promise<z.ZodType<C>>,
  build: (config: C, kit: Kit) => Promise<Emulator> | Emulator,
): Promise<void> {
  const config = await readConfig(schema, process.argv[2], process.argv[3] === checkedFlag);
  const { name, seed, control } = config.process;
  const log = openLog(name);
  let running: Emulator | undefined;
  let channel: ControlServer | undefined;
  const end = (signal: string) => {
    log.info('ending', { signal });
    systemClock.after(closeLimitMs, () => process.exit(0));
    void Promise.allSettled([running?.close(), channel?.close()]).then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.on('uncaughtException', (error) => log.fault('uncaught', error));
  process.on('unhandledRejection', (error) => log.fault('unhandled rejection', error));
  try {
    running = await build(config, { log, ids: seededIds(seed, name), clock: systemClock });
    channel = await serveControl(control, withFaults(running.control, log), log);
    log.info('ready');
  } catch (error) {
    log.fault('could not start', error);
    process.exit(1);
  }
}

async function readConfig<C>(
  schema: () => Promise<z.ZodType<C>>,
  path: string | undefined,
  checked: boolean,
): Promise<C> {
  if (path === undefined) return refuse(`use: node main.ts CONFIG.json [${checkedFlag}]`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return refuse(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (checked) return value as C;
  const parsed = (await schema()).safeParse(value);
  if (parsed.success) return parsed.data;
  const { prettifyError } = await import('zod');
  return refuse(`${path} is not a configuration:\n${prettifyError(parsed.error)}`);
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}

/** `describe` always tells how many faults of the program itself were met. */
function withFaults(control: ControlHandlers, log: Log): ControlHandlers {
  return {
    ...control,
    describe: async (act) => {
      const state: unknown = await control.describe?.(act);
      return { faults: log.faults, ...(typeof state === 'object' ? state : { state }) };
    },
  };
}
