import { createWriteStream } from 'node:fs';
import { MARKER_GROUP } from '../netns/interfaces.ts';
import { type Recorder, type Recording, recorderOf } from '../recorder.ts';
import { tcpdumpCommand } from '../tcpdump.ts';
import { type KubePlace, start } from './place.ts';

/** Names of recordings inside the recorders; several labs may share a node. */
let recordings = 0;

/**
 * Records where the place is: tcpdump writes into a file there, its keeper passes on what the file grows by, and the
 * file here grows with it. What the network between may do to the line cannot cost a packet.
 */
export async function record(place: KubePlace, recording: Recording): Promise<Recorder> {
  recordings += 1;
  const remote = `${place.captures}/${process.pid}-${recordings}-${place.name}.pcap`;
  const device = recording.interface === 'lo' ? 'lo' : place.device;
  const command = [...tcpdumpCommand(device, remote), ...packetFilter(place, recording)];
  const launch = (onStderr: (text: string) => void) =>
    start(place.keeper, place.name, { argv: [...place.enter, ...command], onStderr });
  const recorder = await recorderOf(recording, launch, async () => {
    await followed.enough();
    file.end();
    await written.promise;
  });
  const file = createWriteStream(recording.path);
  const written = Promise.withResolvers<void>();
  file.on('finish', written.resolve).on('error', written.reject);
  written.promise.catch(() => {});
  const followed = place.keeper.follow(remote, (bytes) => void file.write(bytes));
  return recorder;
}

/**
 * On a wire that is shared, other nodes' markers are no business of this place; on a machine that is shared, packets are
 * only those of its peers. Fragments without ports pass.
 */
export function packetFilter(
  { kind, address, peers }: KubePlace,
  { interface: name }: Pick<Recording, 'interface'>,
): string[] {
  if (name === 'lo' || kind === 'pod') return [];
  const own = ['dst', 'host', MARKER_GROUP, 'and', 'src', 'host', address];
  if (peers !== undefined) return ['(', ...own, ')', ...peers.flatMap((peer) => ['or', 'host', peer])];
  return ['not', 'dst', 'host', MARKER_GROUP, 'or', '(', ...own, ')'];
}
