import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import type { Tap, TapCounts, TapRequest } from './fabric.ts';
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
    await untilMarked(file, recorder, 0, before, last());
    const counts = await recorder.end();
    await file.advance();
    if (!file.whole || file.packets !== counts.captured) throw await missing(recorder, file, counts);
    return counts;
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

  async tap(request: TapRequest, last: Last): Promise<Tap> {
    const { recorder } = this;
    const file = this.#file;
    const before = last()?.count;
    await file.advance();
    const [from, first] = [file.end, file.packets];
    return tap(request, { path: file.path, from }, async () => {
      await untilMarked(file, recorder, from, before, last());
      const counts = await recorder.counts();
      const deadline = Date.now() + WAIT_MS;
      await file.advance();
      while (file.packets < (counts.captured ?? 0)) {
        if (Date.now() > deadline) throw await missing(recorder, file, counts);
        await sleep(POLL_MS);
        await file.advance();
      }
      await file.cut(from, file.end, request.path).catch((cause: unknown) => {
        throw notCut(request, cause);
      });
      const counted = this.#counted;
      this.#counted = counts;
      const since = (what: 'drops' | 'received') => (counts[what] ?? 0) - (counted[what] ?? 0);
      return { drops: since('drops'), received: since('received'), captured: file.packets - first };
    });
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
  while (recorder.running && Date.now() < deadline && !(await file.hasMarker(last.marker, from))) await sleep(POLL_MS);
}

function missing({ recording }: Recorder, { packets }: RawCapture, { captured }: TapCounts): Promise<LabError> {
  return notWritten(recording, `${packets} of ${captured} packets are in the file`);
}

function notCut({ name, path }: TapRequest, cause: unknown): LabError {
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  const said = cause instanceof Error ? cause.message : String(cause);
  return new LabError(full ? 'tap-disk-full' : 'tap-not-written', `tap ${name} could not be written: ${said}`, {
    where: path,
    next: 'make room, or let the run write elsewhere with --out',
    exitCode: 3,
    cause,
  });
}
