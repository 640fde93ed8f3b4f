import { appendFileSync } from 'node:fs';
import { type Clock, endingClock, systemClock } from '../clock.ts';
import {
  type Asker,
  type ConfigureAct,
  type ControlHandlers,
  type ControlServer,
  serveControl,
} from '../control/server.ts';
import { type Ids, seededIds } from '../ids.ts';
import { type Log, openLog } from '../log.ts';
import { closeEveryUdp } from '../udp.ts';
import { type Configured, readArguments, type Schema } from './arguments.ts';

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

type Build<C> = (config: C, kit: Kit) => Promise<Emulator> | Emulator;

/** Ending takes no longer than this, whatever a socket does. */
const closeLimitMs = 200;

/**
 * The main of every emulator, with the arguments of `arguments.ts`: exit 2 for a configuration that is not one, 1
 * when the sockets cannot be opened, 0 at SIGTERM or SIGINT. Once it runs nothing but a signal ends it: what is thrown
 * and caught nowhere is logged and counted as a fault (`faults` of `describe`). The act `configure` begins anew with
 * another configuration, `rest` waits for one.
 */
export async function startEmulator<C extends Configured>(schema: Schema<C>, build: Build<C>): Promise<void> {
  const { name, control, config, check } = await readArguments(process.argv.slice(2), schema);
  let write: WriteLine = writeToStderr;
  const log = openLog(name, (line) => write(line));
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
  const configure: NonNullable<ControlHandlers['configure']> = async (act, asker) => {
    const next = await check(act.config);
    await rest();
    write = writerFor(act, asker);
    running = await openWith(build, next, log);
    log.info('ready');
  };
  try {
    if (config !== undefined) running = await openWith(build, config, log);
    channel = await serveControl(control, () => ({ ...withFaults(running?.control ?? {}, log), configure, rest }), log);
    log.info('ready');
  } catch (error) {
    log.fault('could not start', error);
    process.exit(1);
  }
}

type WriteLine = (line: string) => void;

const writeToStderr: WriteLine = (line) => void process.stderr.write(line);

/** Where the log goes on; what nobody listens to any more is said as before. */
function writerFor({ log, logHere }: ConfigureAct, asker: Asker): WriteLine {
  if (log !== undefined) return (line) => appendFileSync(log, line);
  if (logHere !== true) return writeToStderr;
  return (line) => {
    if (!asker.tell(line)) writeToStderr(line);
  };
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
