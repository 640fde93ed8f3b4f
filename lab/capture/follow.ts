import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FILE_HEADER } from '../wire/pcap/classic.ts';
import { TimelineBuilder } from './builder.ts';
import type { Timeline } from './timeline.ts';

/** A recorder's growing file. */
export interface FollowedTap {
  readonly name: string;
  readonly path: string;
  /** Where its first packet begins, where others are before it. */
  readonly from?: number;
}

/** The timeline of taps that are still recording. */
export interface LiveCapture {
  /** All that the recorders have written up to now. */
  timeline(): Timeline;
  /**
   * Waits until `look` sees something: it is asked at once, whenever packets have come, and once more at the end of the
   * time. undefined: nothing was seen in time, or the capture has been closed.
   */
  until<T>(look: (timeline: Timeline) => T | undefined, deadlineMs: number): Promise<T | undefined>;
  close(): Promise<void>;
}

const POLL_MS = 15;
/** Looking takes at most one part in so many of the time: the more there is to look at, the less often. */
const LEISURE = 4;
const PIECE = 256 * 1024;

/** Follows the files of running recorders; reads only while somebody looks. */
export async function followTaps(taps: readonly FollowedTap[]): Promise<LiveCapture> {
  const builder = new TimelineBuilder();
  for (const { name, path } of taps) builder.addTap(name, path);
  const files = taps.map(
    ({ name, path, from = 0 }) => new GrowingFile(path, from, (bytes) => builder.feed(name, bytes)),
  );
  let closed = false;

  function timeline(): Timeline {
    if (!closed) for (const file of files) file.read();
    return builder.timeline();
  }

  async function until<T>(look: (timeline: Timeline) => T | undefined, deadlineMs: number): Promise<T | undefined> {
    const deadline = performance.now() + deadlineMs;
    let known: Timeline | undefined;
    for (;;) {
      const began = performance.now();
      const late = began >= deadline;
      const current = timeline();
      if (current !== known || late) {
        known = current;
        const seen = look(current);
        if (seen !== undefined) return seen;
      }
      if (late || closed) return undefined;
      const now = performance.now();
      const pause = Math.max(POLL_MS, (LEISURE - 1) * (now - began));
      await sleep(Math.max(1, Math.min(pause, deadline - now)));
    }
  }

  async function close(): Promise<void> {
    closed = true;
    for (const file of files) file.close();
  }

  return { timeline, until, close };
}

/** Reads what has been appended since the last time. Reading the page cache takes microseconds: not worth a thread. */
class GrowingFile {
  static readonly #scratch = new Uint8Array(PIECE);
  readonly #path: string;
  readonly #from: number;
  readonly #take: (bytes: Uint8Array) => void;
  #descriptor: number | undefined;
  #offset = 0;

  constructor(path: string, from: number, take: (bytes: Uint8Array) => void) {
    this.#path = path;
    this.#from = from;
    this.#take = take;
  }

  read(): void {
    this.#descriptor ??= openIfThere(this.#path);
    if (this.#descriptor === undefined) return;
    for (;;) {
      const wanted = this.#offset < FILE_HEADER ? FILE_HEADER - this.#offset : PIECE;
      const length = readSync(this.#descriptor, GrowingFile.#scratch, 0, wanted, this.#offset);
      if (length === 0) return;
      this.#offset += length;
      // Packets are views of what the builder is fed: it gets memory of its own.
      this.#take(GrowingFile.#scratch.slice(0, length));
      if (this.#offset === FILE_HEADER) this.#offset = Math.max(FILE_HEADER, this.#from);
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** A recorder that has not begun to write yet has no file. */
function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
