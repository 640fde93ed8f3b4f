import { LabError } from '../../errors.ts';
import type { Marker } from '../marker.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from './interfaces.ts';
import type { Place } from './plan.ts';
import type { Porter } from './porter/porter.ts';

/** Out of eth0 and over lo, by sockets of the porter's that stay open: a marker is no process, and those of all places one word. */
export function markerFrom(porter: Porter, place: Place): Marker {
  return {
    send: async (marker) => {
      const datagram = (address: string) => ({ verb: 'send', address, port: 9, text: `mark ${marker}` }) as const;
      const { code, stderr } = await porter.run(place, [datagram(MARKER_GROUP), datagram(MARKER_GROUP_LO)]);
      if (code !== 0) throw new LabError('marker-not-sent', stderr, { where: place.name, exitCode: 3 });
    },
    // The sockets are gone with the porter.
    close: async () => {},
  };
}
