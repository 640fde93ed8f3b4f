import { LabError } from '../../errors.ts';
import type { Marker } from '../marker.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from './interfaces.ts';
import type { Place } from './plan.ts';
import type { Shells } from './shells.ts';

/**
 * The place's shell sends: out of eth0 and over lo, without a process of its own, by sockets that stay open. A place that has
 * been furnished anew has other addresses, and a socket of the old ones cannot send: then they are opened anew.
 */
const markFunction = `m() {
one "$1" 2>/dev/null || { exec 8>/dev/udp/${MARKER_GROUP}/9 9>/dev/udp/${MARKER_GROUP_LO}/9 && one "$1"; } 2>&1
}
one() {
printf 'mark %s' "$1" >&8 && printf 'mark %s' "$1" >&9
}`;

export function markerFrom(shells: Shells, place: Place): Marker {
  let known = false;
  return {
    send: async (marker) => {
      const call = `m ${marker}`;
      const { code, output } = await shells.call(place, known ? call : `${markFunction}\n${call}`);
      known = true;
      if (code === 0) return;
      throw new LabError('marker-not-sent', output.trim(), { where: place.name, exitCode: 3 });
    },
    close: () => shells.leave(place),
  };
}
