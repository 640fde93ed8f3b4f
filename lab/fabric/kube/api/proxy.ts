import { execa } from 'execa';
import { lineCutter } from '../../lines.ts';
import type { Access } from '../cluster-access.ts';
import { explain } from '../explain.ts';
import { command } from '../kubectl.ts';

/**
 * `kubectl proxy` on a socket in a folder that only its user may enter. It ends with the end of this shell's input, and so
 * with whoever holds the other end, however that one ends.
 */
const script = `dir=$(mktemp -d) || exit
exec 3<&0
"$@" --unix-socket="$dir/api" </dev/null 3<&- &
proxy=$!
{ read -r _ <&3; kill "$proxy"; } 2>/dev/null &
reader=$!
exec 3<&-
wait "$proxy" 2>/dev/null
code=$?
kill "$reader" 2>/dev/null
rm -r "$dir"
exit "$code"`;
const NOT_FOUND = 127;
const END_MS = 2000;

/** The way to a cluster's API that kubectl knows, with whatever credentials the context has. */
export interface ApiProxy {
  /** Where HTTP is spoken. */
  readonly socket: string;
  close(): Promise<void>;
}

/** @throws LabError as kubectl says: `kubectl-missing`, `kube-context-unknown`. */
export async function openProxy(access: Access): Promise<ApiProxy> {
  const words = command(access, ['proxy']);
  const child = execa('sh', ['-c', script, 'sh', ...words], {
    reject: false,
    stdin: 'pipe',
    buffer: { stdout: false },
  });
  child.stdin.on('error', () => {});
  const serving = Promise.withResolvers<string>();
  const { take } = lineCutter((line) => {
    const [, socket] = /^Starting to serve on (.+)$/.exec(line) ?? [];
    if (socket !== undefined) serving.resolve(socket);
  });
  child.stdout.setEncoding('utf8').on('data', take);
  const ended = child.then(({ exitCode, stderr, shortMessage }) => {
    const said = stderr === '' ? (shortMessage ?? 'kubectl proxy has ended') : stderr;
    serving.reject(explain({ access, said, command: words.join(' '), missing: exitCode === NOT_FOUND }));
  });
  serving.promise.catch(() => {});
  return {
    socket: await serving.promise,
    close: async () => {
      child.stdin.end();
      const given = new Promise<void>((resolve) => setTimeout(resolve, END_MS).unref());
      await Promise.race([ended, given]);
    },
  };
}
