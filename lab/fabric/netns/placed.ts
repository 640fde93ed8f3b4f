import { LabError } from '../../errors.ts';
import type { PlacedProcess } from '../fabric.ts';
import { type Launch, type Launched, launch } from './launcher.ts';
import type { Place } from './plan.ts';
import { inNetns } from './run.ts';

/**
 * Starts a process in a place: a session and a process group of its own, so that Ctrl-C of the lab does not reach it.
 */
export async function startPlaced(place: Place, command: readonly string[], log: string): Promise<PlacedProcess> {
  const child = await launchIn(place, command, { stdout: { log }, stderr: { log }, first: true });
  return { pid: child.pid, place: place.name, ended: child.exited, stop: (graceMs) => stopGroup(child, graceMs) };
}

/** `nsenter` becomes the command: the pid is the command's own. */
export async function launchIn(
  place: Place,
  command: readonly string[],
  streams: Omit<Launch, 'argv'>,
): Promise<Launched> {
  const argv = [...inNetns(place.netns), ...command];
  try {
    return await launch({ ...streams, argv });
  } catch (cause) {
    throw new LabError('process-not-started', `${command[0]} could not be started`, {
      where: place.name,
      command: argv.join(' '),
      exitCode: 3,
      cause,
    });
  }
}

/** SIGTERM to the whole group, SIGKILL after the grace period, and to what the leader left behind. */
export async function stopGroup(child: Launched, graceMs = 1000): Promise<void> {
  if (child.running) {
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    await child.exited;
    clearTimeout(timer);
  }
  signalGroup(child, 'SIGKILL');
}

export function signalGroup(child: Launched, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
