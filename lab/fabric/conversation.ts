import type { Conversation, PlaceName } from './fabric.ts';
import { lineCutter } from './lines.ts';

/** Enough of stderr to say why a helper ended. */
const STDERR_KEPT = 4096;

/** What a process says, as whoever launches it passes it on. */
export interface Hearing {
  readonly onStdout: (text: string) => void;
  readonly onStderr: (text: string) => void;
}

/** What a conversation needs of a process, whoever launched it. */
export interface Spoken {
  /** Resolves when all that it wrote has been passed on, with its exit code or the signal's name. */
  readonly closed: Promise<number | string>;
  write(text: string): void;
}

/** A conversation with a process that `launch` starts with its stdin and stdout piped; `end` ends it. */
export async function converseWith<Child extends Spoken>(
  place: PlaceName,
  launch: (hearing: Hearing) => Promise<Child>,
  end: (child: Child) => void,
): Promise<Conversation> {
  let stderr = '';
  const waiting: string[] = [];
  let listener = (line: string): void => void waiting.push(line);
  const stdout = lineCutter((line) => listener(line));
  const child = await launch({
    onStdout: (text) => stdout.take(text),
    onStderr: (text) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    },
  });
  // `closed`, not the exit: only then has all of stderr been read.
  const ended = child.closed.then((code) => {
    if (stdout.rest !== '') listener(stdout.rest);
    return { code, stderr };
  });
  return {
    place,
    ended,
    send: (line) => child.write(`${line}\n`),
    onLine: (next) => {
      listener = next;
      for (const line of waiting.splice(0)) next(line);
    },
    close: async () => {
      end(child);
      await ended;
    },
  };
}
