import { type Recorder, type Recording, recorderOf } from '../recorder.ts';
import { tcpdumpCommand } from '../tcpdump.ts';
import { launchIn, signalGroup } from './placed.ts';
import type { Place } from './plan.ts';
import type { Porter } from './porter/porter.ts';

/** Starts tcpdump in a place; resolves when it listens. */
export function record(porter: Porter, place: Place, recording: Recording): Promise<Recorder> {
  const device = place.kind === 'bridge' && recording.interface === 'eth0' ? 'br0' : recording.interface;
  return recorderOf(recording, async (onStderr) => {
    const argv = tcpdumpCommand(device, recording.path);
    const child = await launchIn(porter, place, { argv, stderr: 'pipe', onStderr, first: true });
    return {
      get running() {
        return child.running;
      },
      closed: child.closed,
      signal: (signal) => signalGroup(child, signal),
    };
  });
}
