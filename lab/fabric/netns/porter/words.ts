/*
 * What is said between the lab and the porter (porter.pl); all of it bytes, lengths of 32 bits in network order:
 *
 *   list    items, each with its length before it
 *   frame   a list's length, and the list
 *   asked   frame: number of the job, namespace (empty: the outer one), steps; each step is a list: verb, words
 *   told    frame: kind, number of the job, and what the kind has: `done` exit code, index of the step that failed, what was
 *           written to stdout and to stderr; `out` and `err` bytes; `exited` and `closed` an exit code, or less a signal's number
 *
 * What the verbs and their words are: porter.pl, at its head.
 */

export type Item = string | number | Uint8Array;

const LENGTH = 4;

export function packList(items: readonly Item[]): Buffer {
  const parts: Buffer[] = [];
  for (const item of items) {
    const bytes = item instanceof Uint8Array ? Buffer.from(item) : Buffer.from(String(item));
    const length = Buffer.alloc(LENGTH);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

/** @throws RangeError when the last item ends behind the list. */
export function unpackList(list: Buffer): Buffer[] {
  const items: Buffer[] = [];
  for (let at = 0; at < list.length; ) {
    const end = at + LENGTH + list.readUInt32BE(at);
    if (end > list.length) throw new RangeError(`an item ends at ${end} of ${list.length} bytes`);
    items.push(list.subarray(at + LENGTH, end));
    at = end;
  }
  return items;
}

export function packFrame(items: readonly Item[]): Buffer {
  return packList([packList(items)]);
}

/** Cuts what comes in pieces into frames; returns the lists that are whole by now. */
export class FrameCutter {
  #rest = Buffer.alloc(0);

  take(piece: Buffer): Buffer[][] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const lists: Buffer[][] = [];
    let at = 0;
    while (at + LENGTH <= this.#rest.length) {
      const end = at + LENGTH + this.#rest.readUInt32BE(at);
      if (end > this.#rest.length) break;
      lists.push(unpackList(this.#rest.subarray(at + LENGTH, end)));
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
    return lists;
  }
}

/** How a job ended. */
export interface JobNews {
  readonly kind: 'done';
  readonly id: number;
  readonly code: number;
  /** Index of the step that failed; the number of steps when none did. */
  readonly at: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What becomes of the program that a job launched. */
export type ProcessNews =
  | { readonly kind: 'out' | 'err'; readonly id: number; readonly bytes: Buffer }
  | { readonly kind: 'exited' | 'closed'; readonly id: number; readonly how: number };

/** @throws RangeError where the porter tells something else. */
export function newsOf([kind, number, first = Buffer.alloc(0), ...more]: readonly Buffer[]): JobNews | ProcessNews {
  const [id, word] = [Number(number), String(kind)];
  switch (word) {
    case 'done': {
      const [at, stdout, stderr] = more.map(String);
      return {
        kind: word,
        id,
        code: Number(first),
        at: Number(at),
        stdout: stdout ?? '',
        stderr: (stderr ?? '').trim(),
      };
    }
    case 'out':
    case 'err':
      return { kind: word, id, bytes: first };
    case 'exited':
    case 'closed':
      return { kind: word, id, how: Number(first) };
    default:
      throw new RangeError(`the porter tells ${word}`);
  }
}
