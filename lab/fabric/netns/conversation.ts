import { createInterface } from 'node:readline';
import type { Conversation } from '../fabric.ts';
import { closeOf, signalGroup, spawnIn, started } from './placed.ts';
import type { Place } from './plan.ts';

/** Enough of stderr to say why a helper ended. */
const STDERR_KEPT = 4096;

export async function converseIn(place: Place, command: readonly string[]): Promise<Conversation> {
  const child = spawnIn(place, command, ['pipe', 'pipe', 'pipe']);
  // `close`, not `exit`: only then has all of stderr been read.
  const closed = closeOf(child);
  let stderr = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr = (stderr + bytes).slice(-STDERR_KEPT);
  });
  // What is said to a process that has ended is answered by `ended`.
  child.stdin?.on('error', () => {});
  await started(child, place, command);
  const waiting: string[] = [];
  let listener = (line: string): void => void waiting.push(line);
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => listener(line));
  const ended = closed.then((code) => ({ code, stderr }));
  return {
    place: place.name,
    ended,
    send: (line) => void child.stdin?.write(`${line}\n`),
    onLine: (next) => {
      listener = next;
      for (const line of waiting.splice(0)) next(line);
    },
    close: async () => {
      signalGroup(child, 'SIGKILL');
      await ended;
    },
  };
}
