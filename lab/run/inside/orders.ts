import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What the process outside says to the one inside, a line each. */
export const order = {
  run: (id: string) => `run ${id}\n`,
  /** No more scenarios. */
  end: 'end\n',
  /** An orderly end, now. */
  stop: 'stop\n',
};

export interface Orders {
  /** The id of the next scenario; undefined: no more. */
  next(): Promise<string | undefined>;
  readonly stopped: boolean;
  /** Rejects at "stop". */
  readonly interrupted: Promise<never>;
}

/** Reads orders; `gone` is called when the process outside has ended without saying so. */
export function readOrders(input: Readable, gone: () => void): Orders {
  const interruption = Promise.withResolvers<never>();
  interruption.promise.catch(() => undefined);
  const waiting: (string | undefined)[] = [];
  let wanted: ((id: string | undefined) => void) | undefined;
  let stopped = false;
  let ended = false;
  const give = (id: string | undefined) => {
    if (wanted) wanted(id);
    else waiting.push(id);
    wanted = undefined;
  };
  createInterface({ input }).on('line', (line) => {
    if (line.startsWith('run ')) give(line.slice(4));
    if (line !== 'end' && line !== 'stop') return;
    ended = true;
    stopped ||= line === 'stop';
    if (stopped) interruption.reject(new Error('interrupted'));
    give(undefined);
  });
  input.on('end', gone);
  return {
    next: () => {
      if (!stopped && waiting.length > 0) return Promise.resolve(waiting.shift());
      if (ended) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        wanted = resolve;
      });
    },
    get stopped() {
      return stopped;
    },
    interrupted: interruption.promise,
  };
}
