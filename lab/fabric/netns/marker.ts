import { LabError } from '../../errors.ts';
import type { Conversation } from '../fabric.ts';
import { converseIn } from './conversation.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from './interfaces.ts';
import type { Place } from './plan.ts';

/**
 * One bash for each place, 4 MB instead of Node's 50: it reads a number, sends the marker out of eth0 and over lo, and
 * repeats the number when the kernel has taken both.
 */
const program = `while read -r n; do
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP}/9 &&
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP_LO}/9 &&
  echo "$n"
done`;

export interface Marker {
  /** Resolves when the packets have been sent. */
  send(marker: number): Promise<void>;
  close(): Promise<void>;
}

export async function openMarker(place: Place): Promise<Marker> {
  const bash = await converseIn(place, ['bash', '-c', program]);
  const waiting = new Map<string, () => void>();
  bash.onLine((line) => {
    waiting.get(line)?.();
    waiting.delete(line);
  });
  return {
    send: (marker) => {
      const line = String(marker);
      const sent = new Promise<void>((resolve) => waiting.set(line, resolve));
      bash.send(line);
      return Promise.race([sent, failure(bash), silence(place, line)]);
    },
    close: () => bash.close(),
  };
}

async function failure(bash: Conversation): Promise<never> {
  const { code, stderr } = await bash.ended;
  throw new LabError('marker-not-sent', `the sender of markers ended with ${code}: ${stderr.trim()}`, {
    where: bash.place,
    exitCode: 3,
  });
}

/** A send that fails (no route, interface down) is not acknowledged. */
function silence(place: Place, marker: string): Promise<never> {
  return new Promise((_, reject) => {
    const error = new LabError('marker-not-sent', `marker ${marker} was not acknowledged`, {
      where: place.name,
      exitCode: 3,
    });
    setTimeout(() => reject(error), 3000).unref();
  });
}
