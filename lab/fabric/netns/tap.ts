import { statfs } from 'node:fs/promises';
import { LabError } from '../../errors.ts';
import type { Tap, TapCounts, TapRequest } from '../fabric.ts';
import { launchIn, signalGroup } from './placed.ts';
import type { Place } from './plan.ts';
import { census, fileHasMarker } from './tap-file.ts';

/** How long `stop` waits for the last marker to reach the file before it ends the recording all the same. */
const MARKER_WAIT_MS = 2000;
const QUIET_MS = 20;

/**
 * Starts tcpdump in a place; resolves when it listens. `lastMarker` tells, at the time of stopping, the marker that was
 * sent last: once it is in the file, everything before it is.
 */
export async function startTap(place: Place, request: TapRequest, lastMarker: () => number | undefined): Promise<Tap> {
  const before = lastMarker();
  const command = tcpdumpCommand(request, place.kind === 'bridge' && request.interface === 'eth0' ? 'br0' : undefined);
  let stderr = '';
  const listening = Promise.withResolvers<void>();
  const child = await launchIn(place, command, {
    stderr: 'pipe',
    onStderr: (text) => {
      stderr += text;
      if (stderr.includes('listening on')) listening.resolve();
    },
  });
  // `closed` comes when all of stderr has been read: the counts are its last words.
  const { exited: ended, closed } = child;
  const early = closed.then((code) => Promise.reject(tapError(request, code, stderr)));
  await Promise.race([listening.promise, early]);
  early.catch(() => {});
  const stop = async (): Promise<TapCounts> => {
    const marker = lastMarker();
    if (marker !== undefined && marker !== before) await waitForMarker(request.path, marker, ended);
    // Without a marker nothing tells what is still on its way through tcpdump: a pause is the best there is.
    else await Promise.race([ended, sleep(QUIET_MS)]);
    signalGroup(child, 'SIGINT');
    const code = await closed;
    const counts = parseCounts(stderr);
    if (code !== 0 || counts === undefined) throw tapError(request, code, stderr);
    await demandAllWritten(request, counts);
    return counts;
  };
  let stopped: Promise<TapCounts> | undefined;
  return {
    request,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * Immediate and packet-buffered, so that the file can be read while it grows; `-Z root` or tcpdump looks for a user of
 * its own.
 */
export function tcpdumpCommand({ interface: name, path }: TapRequest, device: string = name): string[] {
  return [
    ...['tcpdump', '-i', device, '--immediate-mode', '-U', '-s', snapLength(device), '-B', '4096'],
    ...['--time-stamp-precision=nano', '-n', '-Z', 'root', '-w', path],
  ];
}

/** What tcpdump says at its end; undefined when it did not come to say it. */
export function parseCounts(stderr: string): TapCounts | undefined {
  const count = (what: string): number | undefined => {
    const match = new RegExp(`(\\d+) packets? ${what}`).exec(stderr);
    return match === null ? undefined : Number(match[1]);
  };
  const drops = count('dropped by kernel');
  const captured = count('captured');
  const received = count('received by filter');
  if (drops === undefined || captured === undefined || received === undefined) return undefined;
  // "dropped by interface" is printed only when there are any.
  return { drops: drops + (count('dropped by interface') ?? 0), captured, received };
}

async function waitForMarker(path: string, marker: number, ended: Promise<unknown>): Promise<void> {
  const deadline = Date.now() + MARKER_WAIT_MS;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && Date.now() < deadline && !(await fileHasMarker(path, marker))) {
    await sleep(5);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function demandAllWritten(request: TapRequest, { captured }: TapCounts): Promise<void> {
  const { packets, whole } = await census(request.path);
  if (whole && packets === captured) return;
  const { bavail } = await statfs(request.path);
  const missing = `${packets} of ${captured} packets are in the file`;
  throw tapError(request, 'exit 0', bavail === 0 ? `${missing}: No space left on device` : missing);
}

function tapError(request: TapRequest, code: number | string, stderr: string): LabError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const full = /No space left on device|File too large|Disk quota exceeded/.test(stderr);
  return new LabError(full ? 'tap-disk-full' : 'tap-ended', `tap ${request.name} ended (${code}): ${said}`, {
    where: request.path,
    ...(full ? { next: 'make room, or let the run write elsewhere with --out' } : {}),
    exitCode: 3,
  });
}

/**
 * No packet is cut: links have an MTU of 1500, loopback one of 65536. In immediate mode the kernel's ring holds as many packets as
 * slots of this length fit into the buffer: with tcpdump's own 256 kB they are sixteen, and a burst would be dropped.
 */
function snapLength(device: string): string {
  return device === 'lo' ? '65550' : '2048';
}
