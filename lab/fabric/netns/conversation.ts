import type { Conversation } from '../fabric.ts';
import { launchIn, signalGroup } from './placed.ts';
import type { Place } from './plan.ts';

/** Enough of stderr to say why a helper ended. */
const STDERR_KEPT = 4096;

export async function converseIn(place: Place, command: readonly string[]): Promise<Conversation> {
  let stderr = '';
  let rest = '';
  const waiting: string[] = [];
  let listener = (line: string): void => void waiting.push(line);
  const child = await launchIn(place, command, {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    onStdout: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) listener(line);
    },
    onStderr: (text) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    },
  });
  // `closed`, not `exited`: only then has all of stderr been read.
  const ended = child.closed.then((code) => {
    if (rest !== '') listener(rest);
    return { code, stderr };
  });
  return {
    place: place.name,
    ended,
    send: (line) => child.write(`${line}\n`),
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
