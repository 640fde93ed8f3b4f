import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LabError } from '../../errors.ts';
import { outerCommand } from '../../fabric/netns/outer.ts';
import { type Emit, eventSchema } from './events.ts';
import { order } from './orders.ts';

/** A process tree that holds a fabric; in an outer namespace the kernel ends it and all it made, whatever happens to us. */
export interface Inside {
  /** The scenario that it runs next; undefined: no more. */
  run(id: string | undefined): void;
  /** Asks for an orderly end: taps stopped, captures complete. */
  stop(): void;
  /** SIGKILL for the whole tree. */
  kill(): void;
  /** Resolves when the tree is gone. @throws LabError `LAB-INSIDE` when it ended without saying so. */
  readonly ended: Promise<void>;
}

export interface InsideRequest {
  readonly project: string;
  readonly folder: string;
  /** Tells two trees of one run apart in their logs. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly emit: Emit;
  /** In an outer namespace of its own, which the kernel ends with all that is in it. */
  readonly isolated: boolean;
}

export function startInside(request: InsideRequest): Inside {
  const { project, folder, name, program, args, emit, isolated } = request;
  const argv = [process.execPath, join(project, program), ...args];
  const [command = '', ...rest] = isolated ? outerCommand(argv) : argv;
  const log = join(folder, 'logs', `${name}.log`);
  const child = spawn(command, rest, {
    cwd: project,
    // A session of its own, or Ctrl-C would stop the taps before their evidence is complete.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const trouble = createWriteStream(log);
  // A full disk is reported by the taps; the log must not end the lab.
  trouble.on('error', () => undefined);
  child.stderr.pipe(trouble);
  child.stdin.on('error', () => undefined);
  return {
    run: (id) => child.stdin.write(id === undefined ? order.end : order.run(id)),
    stop: () => child.stdin.write(order.stop),
    kill: () => killTree(child),
    ended: watch(child, log, emit),
  };
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function watch(child: ChildProcess, log: string, emit: Emit): Promise<void> {
  let orderly = false;
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  lines.on('line', (line) => {
    const event = eventSchema.safeParse(parse(line));
    if (!event.success) return;
    if (event.data.event === 'end') orderly = true;
    emit(event.data);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((settle, reject) => {
    child.once('error', reject);
    child.once('close', (exit, by) => settle([exit, by]));
  });
  if (orderly) return;
  throw new LabError('LAB-INSIDE', `the lab's process inside its namespace ended with ${signal ?? code}`, {
    exitCode: 70,
    where: log,
    next: 'Its log says why:',
    command: `cat ${log}`,
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
