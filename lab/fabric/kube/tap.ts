import { createWriteStream } from 'node:fs';
import { LabError } from '../../errors.ts';
import type { Tap, TapCounts, TapRequest } from '../fabric.ts';
import { MARKER_GROUP } from '../netns/interfaces.ts';
import { parseCounts, tcpdumpCommand } from '../netns/tap.ts';
import { census, fileHasMarker } from '../netns/tap-file.ts';
import { type KubePlace, lastLine, start } from './place.ts';
import { sleep } from './wait.ts';

/** How long `stop` waits for the last marker to reach the file before it ends the recording all the same. */
const MARKER_WAIT_MS = 3000;
const QUIET_MS = 50;

/** Names of recordings inside the recorders; several labs may share a node. */
let recordings = 0;

/**
 * Records where the place is: tcpdump writes into a file there, its keeper passes on what the file grows by, and the
 * file here grows with it. What the network between may do to the line cannot cost a packet.
 */
export async function startTap(
  place: KubePlace,
  request: TapRequest,
  lastMarker: () => number | undefined,
): Promise<Tap> {
  const before = lastMarker();
  recordings += 1;
  const remote = `${place.captures}/${process.pid}-${recordings}-${request.name}.pcap`;
  const device = request.interface === 'lo' ? 'lo' : place.device;
  let stderr = '';
  const listening = Promise.withResolvers<void>();
  const command = [...tcpdumpCommand({ ...request, path: remote }, device), ...packetFilter(place, request)];
  const child = await start(place.keeper, place.name, {
    argv: [...place.enter, ...command],
    onStderr: (text) => {
      stderr += text;
      if (stderr.includes('listening on')) listening.resolve();
    },
  });
  const early = child.closed.then((code) => Promise.reject(tapError(request, code, stderr)));
  await Promise.race([listening.promise, early]);
  early.catch(() => {});
  const file = createWriteStream(request.path);
  const written = Promise.withResolvers<void>();
  file.on('finish', written.resolve).on('error', written.reject);
  written.promise.catch(() => {});
  const followed = place.keeper.follow(remote, (bytes) => void file.write(bytes));
  const stop = async (): Promise<TapCounts> => {
    const marker = lastMarker();
    if (marker !== undefined && marker !== before) await waitForMarker(request.path, marker, () => child.running);
    else await sleep(QUIET_MS);
    child.signal('SIGINT');
    const code = await child.closed;
    const size = await followed.enough();
    file.end();
    await written.promise;
    const counts = parseCounts(stderr);
    if (code !== 0 || counts === undefined) throw tapError(request, code, stderr);
    await demandAllHere(request, counts, size);
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
 * On a wire that is shared, other nodes' markers are no business of this place; on a machine that is shared, packets are
 * only those of its peers. Fragments without ports pass.
 */
export function packetFilter({ kind, address, peers }: KubePlace, { interface: name }: TapRequest): string[] {
  if (name === 'lo' || kind === 'pod') return [];
  const own = ['dst', 'host', MARKER_GROUP, 'and', 'src', 'host', address];
  if (peers !== undefined) return ['(', ...own, ')', ...peers.flatMap((peer) => ['or', 'host', peer])];
  return ['not', 'dst', 'host', MARKER_GROUP, 'or', '(', ...own, ')'];
}

async function waitForMarker(path: string, marker: number, running: () => boolean): Promise<void> {
  const deadline = Date.now() + MARKER_WAIT_MS;
  while (running() && Date.now() < deadline && !(await fileHasMarker(path, marker))) await sleep(10);
}

async function demandAllHere(request: TapRequest, { captured }: TapCounts, size: number): Promise<void> {
  const { packets, whole } = await census(request.path);
  if (whole && packets === captured) return;
  throw tapError(request, 'exit 0', `${packets} of ${captured} packets are in the file of ${size} bytes`);
}

function tapError(request: TapRequest, code: number | string, stderr: string): LabError {
  const full = /No space left on device|File too large|Disk quota exceeded/.test(stderr);
  return new LabError(
    full ? 'tap-disk-full' : 'tap-ended',
    `tap ${request.name} ended (${code}): ${lastLine(stderr)}`,
    {
      where: request.path,
      ...(full ? { next: 'make room, or let the run write elsewhere with --out' } : {}),
      exitCode: 3,
    },
  );
}
