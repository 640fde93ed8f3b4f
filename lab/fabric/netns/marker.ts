import { LabError } from '../../errors.ts';
import type { Marker } from '../marker.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from './interfaces.ts';
import type { Place } from './plan.ts';
import type { Shells } from './shells.ts';

/** The place's shell sends: out of eth0 and over lo, without a process of its own. */
export function markerFrom(shells: Shells, place: Place): Marker {
  return {
    send: async (marker) => {
      const to = (group: string) => `printf 'mark %s' ${marker} > /dev/udp/${group}/9`;
      const { code, output } = await shells.command(place, `${to(MARKER_GROUP)} && ${to(MARKER_GROUP_LO)}`);
      if (code === 0) return;
      throw new LabError('marker-not-sent', output.trim(), { where: place.name, exitCode: 3 });
    },
    close: () => shells.leave(place),
  };
}
