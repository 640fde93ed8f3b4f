import { createWriteStream } from 'node:fs';
import type { PlacedProcess } from '../fabric.ts';
import { type KubePlace, start, stopGroup } from './place.ts';

/** Starts a process in a place; what it says comes back and goes to a file of this machine. */
export async function startPlaced(place: KubePlace, command: readonly string[], log: string): Promise<PlacedProcess> {
  const file = createWriteStream(log, { flags: 'a' });
  // A log that cannot be written must not end the process that it tells of.
  file.on('error', () => {});
  const write = (text: string): void => void file.write(text);
  const child = await start(await place.resident(), place.name, { argv: command, onStdout: write, onStderr: write });
  void child.closed.then(() => file.end());
  return {
    pid: child.pid,
    place: place.name,
    ended: child.exited,
    stop: (graceMs) => stopGroup(child, graceMs),
  };
}
