import { appendFileSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type Clock, endingClock, systemClock } from './clock.ts';
import type { processSchema } from './config.ts';
import { type ControlHandlers, type ControlServer, serveControl } from './control-server.ts';
import { type Ids, seededIds } from './ids.ts';
import { type Log, openLog } from './log.ts';
import { closeEveryUdp } from './udp.ts';

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

type Build<C> = (config: C, kit: Kit) => Promise<Emulator> | Emulator;

/** Ending takes no longer than this, whatever a socket does. */
const closeLimitMs = 200;

/** Said by who has checked the configuration already: loading the schemas takes longer than all the rest of a start. */
export const checkedFlag = '--checked';

/**
 * The main of every emulator, `node emulators/<x>/main.ts CONFIG.json [--checked]`: exit 2 for a configuration that is not one, 1
 * when the sockets cannot be opened, 0 at SIGTERM or SIGINT. Once it runs nothing but a signal ends it: what is thrown
 * and caught nowhere is logged and counted as a fault (`faults` of `describe`). The act `configure` begins anew with
 * another configuration.
 */
export async function startEmulator<C extends Configured>(
  schema: () => Promise<z.ZodType<C>>,
  build: Build<C>,
): Promise<void> {
  const checked = process.argv[3] === checkedFlag;
  const config = await readConfig(schema, process.argv[2], checked);
  const { name, control } = config.process;
  let logFile: string | undefined;
  const log = openLog(name, (line) =>
    logFile === undefined ? process.stderr.write(line) : appendFileSync(logFile, line),
  );
  let running: Running | undefined;
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
  const rest = async () => {
    await running?.close();
    running = undefined;
  };
  const configure: NonNullable<ControlHandlers['configure']> = async (act) => {
    const next = checked ? (act.config as C) : (await schema()).parse(act.config);
    await rest();
    logFile = act.log;
    running = await openWith(build, next, log);
    log.info('ready');
  };
  try {
    running = await openWith(build, config, log);
    channel = await serveControl(control, () => ({ ...withFaults(running?.control ?? {}, log), configure, rest }), log);
    log.info('ready');
  } catch (error) {
    log.fault('could not start', error);
    process.exit(1);
  }
}

interface Running {
  readonly control: ControlHandlers;
  close(): Promise<void>;
}

async function openWith<C extends Configured>(build: Build<C>, config: C, log: Log): Promise<Running> {
  const { name, seed } = config.process;
  const clock = endingClock(systemClock);
  const emulator = await build(config, { log, ids: seededIds(seed, name), clock });
  return {
    control: emulator.control,
    close: async () => {
      clock.end();
      await emulator.close();
      // Whatever the emulator forgot: a port that stays taken would be missed by the next configuration.
      await closeEveryUdp();
    },
  };
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
