import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LabError } from '../errors.ts';
import type { PlaceName, TapCounts, TapRequest } from './fabric.ts';
import { parseCounts } from './tcpdump.ts';

/** What is recorded where; `path` is the growing file, classic pcap. */
export interface Recording {
  readonly place: PlaceName;
  readonly interface: TapRequest['interface'];
  readonly path: string;
}

/** A tcpdump that records. */
export interface Recorder {
  readonly recording: Recording;
  readonly running: boolean;
  /** What it has counted since its beginning. @throws LabError `tap-ended`, `tap-disk-full` */
  counts(): Promise<TapCounts>;
  /** Ends the recording; what it has counted. @throws LabError as `counts` */
  end(): Promise<TapCounts>;
}

/** What a recorder needs of the process of a tcpdump, whoever launched it. */
export interface Tcpdump {
  readonly running: boolean;
  /** Resolves when all that it wrote to stderr has been passed on, with its exit code or the signal's name. */
  readonly closed: Promise<number | string>;
  signal(signal: 'SIGUSR1' | 'SIGINT'): void;
}

/** A tcpdump that has been asked answers within milliseconds. */
const patienceMs = 3000;

/**
 * Resolves when tcpdump listens.
 * @param launch starts it, and passes on its stderr.
 * @param complete resolves when the file is here and whole, once tcpdump has ended.
 */
export async function recorderOf(
  recording: Recording,
  launch: (hear: (text: string) => void) => Promise<Tcpdump>,
  complete: () => Promise<void> = async () => {},
): Promise<Recorder> {
  let stderr = '';
  let heard = (): void => {};
  const tcpdump = await launch((text) => {
    stderr += text;
    heard();
  });
  const dead = tcpdump.closed.then((code) => Promise.reject(recorderError(recording, code, stderr)));
  dead.catch(() => {});
  const saying = <T>(what: () => T | undefined): Promise<T> => {
    const said = Promise.withResolvers<T>();
    heard = () => {
      const found = what();
      if (found !== undefined) said.resolve(found);
    };
    heard();
    return Promise.race([said.promise, dead]);
  };
  await saying(() => (stderr.includes('listening on') ? true : undefined));
  const counts = async (): Promise<TapCounts> => {
    const before = stderr.length;
    tcpdump.signal('SIGUSR1');
    const silence = setTimeout(() => tcpdump.signal('SIGINT'), patienceMs);
    try {
      return await saying(() => parseCounts(stderr.slice(before)));
    } finally {
      clearTimeout(silence);
    }
  };
  const end = async (): Promise<TapCounts> => {
    const before = stderr.length;
    tcpdump.signal('SIGINT');
    const code = await tcpdump.closed;
    await complete();
    const counted = parseCounts(stderr.slice(before));
    if (code !== 0 || counted === undefined) throw recorderError(recording, code, stderr);
    return counted;
  };
  let ended: Promise<TapCounts> | undefined;
  return {
    recording,
    get running() {
      return tcpdump.running;
    },
    counts,
    end: () => {
      ended ??= end();
      return ended;
    },
  };
}

export function recorderError({ place, path }: Recording, code: number | string, stderr: string): LabError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const full = /No space left on device|File too large|Disk quota exceeded/.test(stderr);
  return new LabError(full ? 'tap-disk-full' : 'tap-ended', `tap in ${place} ended (${code}): ${said}`, {
    where: path,
    ...(full ? { next: 'make room, or let the run write elsewhere with --out' } : {}),
    exitCode: 3,
  });
}

/** tcpdump does not look whether its packets could be written. */
export async function notWritten(recording: Recording, missing: string): Promise<LabError> {
  const { bavail } = await statfs(dirname(recording.path));
  return recorderError(recording, 'exit 0', bavail === 0 ? `${missing}: No space left on device` : missing);
}
