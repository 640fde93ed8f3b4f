import type { Conversation } from '../fabric.ts';
import { type KubePlace, start } from './place.ts';

/** Enough of stderr to say why a helper ended. */
const STDERR_KEPT = 4096;

export async function converseIn(place: KubePlace, command: readonly string[]): Promise<Conversation> {
  let stderr = '';
  let rest = '';
  const waiting: string[] = [];
  let listener = (line: string): void => void waiting.push(line);
  const child = await start(await place.resident(), place.name, {
    argv: command,
    stdin: 'pipe',
    onStdout: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) listener(line);
    },
    onStderr: (text) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    },
  });
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
      child.signal('SIGKILL');
      await ended;
    },
  };
}
