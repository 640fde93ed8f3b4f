import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import type { StandingRecorders, Tap, TapCounts, TapRequest } from './fabric.ts';
import { RawCapture } from './raw-capture.ts';
import { notWritten, type Recorder } from './recorder.ts';

/** The marker that was sent last in a place, and how many were sent there before it. */
export interface LastMarker {
  readonly marker: number;
  readonly count: number;
}
type Last = () => LastMarker | undefined;

/** How long `stop` waits for the last marker, and for what has been counted, to reach the file. */
const WAIT_MS = 3000;
const QUIET_MS = 20;
const POLL_MS = 5;

/** A tap with a recorder of its own, whose file is the tap's. Once the last marker is in the file, everything before it is. */
export function ownTap(request: TapRequest, recorder: Recorder, last: Last): Tap {
  const file = new RawCapture(recorder.recording.path);
  const before = last()?.count;
  return tap(request, { path: file.path, from: 0 }, async () => {
    try {
      // A recorder ends whatever its file is like; what is wrong with that shows afterwards.
      await untilMarked(file, recorder, file.end, before, last()).catch(() => {});
      const counts = await recorder.end();
      file.advance();
      if (!file.whole || file.packets !== counts.captured) throw await missing(recorder, file, counts);
      return counts;
    } finally {
      file.close();
    }
  });
}

/** A recorder that stays from one tap to the next; a tap is what it records in between. */
export class StandingRecorder {
  readonly recorder: Recorder;
  readonly #file: RawCapture;
  #counted: TapCounts = { drops: 0, captured: 0, received: 0 };

  constructor(recorder: Recorder) {
    this.recorder = recorder;
    this.#file = new RawCapture(recorder.recording.path);
  }

  get bytes(): number {
    return this.#file.end;
  }

  tap(request: TapRequest, { write }: StandingRecorders, last: Last): Tap {
    const { recorder } = this;
    const file = this.#file;
    const before = last()?.count;
    file.advance();
    const [from, first] = [file.end, file.packets];
    return tap(request, { path: file.path, from }, async () => {
      await untilMarked(file, recorder, from, before, last());
      const counts = await recorder.counts();
      const deadline = Date.now() + WAIT_MS;
      file.advance();
      while (file.packets < (counts.captured ?? 0)) {
        if (Date.now() > deadline) throw await missing(recorder, file, counts);
        await sleep(POLL_MS);
        file.advance();
      }
      const counted = this.#counted;
      this.#counted = counts;
      const since = (what: 'drops' | 'received') => (counts[what] ?? 0) - (counted[what] ?? 0);
      const drops = since('drops');
      try {
        write(request, { path: file.path, from, to: file.end, drops });
      } catch (cause) {
        throw tapNotWritten(request, cause);
      }
      return { drops, received: since('received'), captured: file.packets - first };
    });
  }

  /** Ends the recording, in whatever order it may be, and lets go of its file. */
  async end(): Promise<void> {
    await this.recorder.end().catch(() => {});
    this.#file.close();
  }
}

function tap(request: TapRequest, growing: Tap['growing'], stop: () => Promise<TapCounts>): Tap {
  let stopped: Promise<TapCounts> | undefined;
  return {
    request,
    growing,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function untilMarked(
  file: RawCapture,
  recorder: Recorder,
  from: number,
  before: number | undefined,
  last: LastMarker | undefined,
): Promise<void> {
  // Without a marker nothing tells what is still on its way through tcpdump: a pause is the best there is.
  if (last === undefined || last.count === before) return void (await sleep(QUIET_MS));
  const deadline = Date.now() + WAIT_MS;
  // Packets that have been looked at are not looked at again.
  let looked = from;
  while (recorder.running && Date.now() < deadline) {
    file.advance();
    if (file.hasMarker(last.marker, looked)) return;
    looked = file.end;
    await sleep(POLL_MS);
  }
}

function missing({ recording }: Recorder, { packets }: RawCapture, { captured }: TapCounts): Promise<LabError> {
  return notWritten(recording, `${packets} of ${captured} packets are in the file`);
}

function tapNotWritten({ name, path }: TapRequest, cause: unknown): LabError {
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  const said = cause instanceof Error ? cause.message : String(cause);
  return new LabError(full ? 'tap-disk-full' : 'tap-not-written', `tap ${name} could not be written: ${said}`, {
    where: path,
    next: 'make room, or let the run write elsewhere with --out',
    exitCode: 3,
    cause,
  });
}
