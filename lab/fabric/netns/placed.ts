import { LabError } from '../../errors.ts';
import type { PlacedProcess } from '../fabric.ts';
import type { Launched } from '../launched.ts';
import type { Place } from './plan.ts';
import type { PlacedLaunch } from './porter/launch.ts';
import type { Porter } from './porter/porter.ts';

/**
 * Starts a process in a place: a session and a process group of its own, so that Ctrl-C of the lab does not reach it.
 */
export async function startPlaced(
  porter: Porter,
  place: Place,
  command: readonly string[],
  log: string,
): Promise<PlacedProcess> {
  const child = await launchIn(porter, place, { argv: command, stdout: { log }, stderr: { log }, first: true });
  return { pid: child.pid, place: place.name, ended: child.exited, stop: (graceMs) => stopGroup(child, graceMs) };
}

/** @throws LabError `process-not-started` */
export async function launchIn(porter: Porter, place: Place, launch: PlacedLaunch): Promise<Launched> {
  try {
    return await porter.launch(place, launch);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('process-not-started', `could not be started: ${why}`, {
      where: place.name,
      command: launch.argv.join(' '),
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
