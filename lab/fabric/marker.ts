import { LabError } from '../errors.ts';
import type { Conversation } from './fabric.ts';

/** Sends marker packets in one place. */
export interface Marker {
  /** Resolves when the packets have been sent. @throws LabError `marker-not-sent` */
  send(marker: number): Promise<void>;
  close(): Promise<void>;
}

/** A sender that is up answers within milliseconds; its first start on a busy machine takes seconds. */
const patienceMs = 15_000;

/** A sender that reads a number, sends the marker, and repeats the number when the kernel has taken it. */
export function acknowledgedMarker(sender: Conversation): Marker {
  const waiting = new Map<string, () => void>();
  sender.onLine((line) => {
    waiting.get(line)?.();
    waiting.delete(line);
  });
  const unsent = (what: string) => new LabError('marker-not-sent', what, { where: sender.place, exitCode: 3 });
  const dead = sender.ended.then(({ code, stderr }): never => {
    throw unsent(`the sender of markers ended with ${code}: ${stderr.trim()}`);
  });
  dead.catch(() => {});
  return {
    send: (marker) => {
      const line = String(marker);
      const sent = new Promise<void>((resolve) => waiting.set(line, resolve));
      // A send that fails (no route, interface down) is not acknowledged.
      const silence = new Promise<never>((_, reject) => {
        setTimeout(() => reject(unsent(`marker ${line} was not acknowledged`)), patienceMs).unref();
      });
      sender.send(line);
      return Promise.race([sent, dead, silence]);
    },
    close: () => sender.close(),
  };
}
