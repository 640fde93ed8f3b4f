import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { LabError } from '../../errors.ts';
import type { PlacedProcess } from '../fabric.ts';
import type { Place } from './plan.ts';
import { inNetns } from './run.ts';

/**
 * Starts a process in a place: a session and a process group of its own, so that Ctrl-C of the lab does not reach it.
 */
export async function startPlaced(place: Place, command: readonly string[], log: string): Promise<PlacedProcess> {
  const file = openSync(log, 'a');
  try {
    const child = spawnIn(place, command, ['ignore', file, file]);
    const ended = endOf(child);
    await started(child, place, command);
    return { pid: child.pid ?? -1, place: place.name, ended, stop: (graceMs) => stopGroup(child, ended, graceMs) };
  } finally {
    closeSync(file);
  }
}

/** `nsenter` becomes the command: the pid is the command's own. */
export function spawnIn(place: Place, command: readonly string[], stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
  const [file = '', ...args] = [...inNetns(place.netns), ...command];
  return spawn(file, args, { detached: true, stdio });
}

/** Exit code, or the name of the signal; a process that could not be started ends with the error's code. */
export function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    child.on('error', (error) => resolve(error.message));
  });
}

/** As `endOf`, but when everything that the process and its heirs wrote to a pipe has been read. */
export function closeOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')));
}

export function started(child: ChildProcess, place: Place, command: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('spawn', () => resolve());
    child.on('error', (cause) =>
      reject(
        new LabError('process-not-started', `${command[0]} could not be started`, {
          where: place.name,
          command: [...inNetns(place.netns), ...command].join(' '),
          exitCode: 3,
          cause,
        }),
      ),
    );
  });
}

/** SIGTERM to the whole group, SIGKILL after the grace period, and to what the leader left behind. */
export async function stopGroup(child: ChildProcess, ended: Promise<unknown>, graceMs = 1000): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  }
  signalGroup(child, 'SIGKILL');
}

export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
