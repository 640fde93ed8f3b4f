import { LabError } from '../../errors.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from '../netns/interfaces.ts';
import type { Launched } from './attendant/client.ts';
import { type KubePlace, start } from './place.ts';

/**
 * One bash for each pod, in whose network the recorder is a guest: it reads a number, sends the marker out of the place's interface and over lo, and repeats the
 * number when the kernel has taken both. The groups are of the link alone, so that no router sends them on.
 */
const program = `ip route replace ${MARKER_GROUP_LO}/32 dev lo src 127.0.0.1 &&
while read -r n; do
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP}/9 &&
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP_LO}/9 &&
  echo "$n"
done
ip route del ${MARKER_GROUP_LO}/32 dev lo`;

export interface Marker {
  /** Resolves when the packets have been sent. */
  send(marker: number): Promise<void>;
  close(): Promise<void>;
}

export async function openMarker(place: KubePlace): Promise<Marker> {
  const { keeper, enter, name, address } = place;
  // Where the keeper is in the place's network itself, it needs nobody else.
  if (enter.length === 0) {
    const groups = [MARKER_GROUP, MARKER_GROUP_LO] as const;
    return { send: (marker) => keeper.multicast(`mark ${marker}`, address, groups), close: async () => {} };
  }
  const waiting = new Map<string, () => void>();
  let [rest, stderr] = ['', ''];
  const bash: Launched = await start(keeper, name, {
    argv: [...enter, 'bash', '-c', program],
    stdin: 'pipe',
    onStdout: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        waiting.get(line)?.();
        waiting.delete(line);
      }
    },
    onStderr: (text) => {
      stderr += text;
    },
  });
  const dead = bash.closed.then((code) => {
    throw unsent(name, `the sender of markers ended with ${code}: ${stderr.trim()}`);
  });
  dead.catch(() => {});
  return {
    send: (marker) => {
      const line = String(marker);
      const sent = new Promise<void>((resolve) => waiting.set(line, resolve));
      bash.write(`${line}\n`);
      return Promise.race([sent, dead, silence(name, line)]);
    },
    close: async () => {
      bash.end();
      await bash.closed;
    },
  };
}

/** A send that fails (no route, interface down) is not acknowledged. */
function silence(name: string, marker: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(unsent(name, `marker ${marker} was not acknowledged`)), 3000).unref();
  });
}

function unsent(where: string, what: string): LabError {
  return new LabError('marker-not-sent', what, { where, exitCode: 3 });
}
