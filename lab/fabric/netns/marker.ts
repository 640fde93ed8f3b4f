import { acknowledgedMarker, type Marker } from '../marker.ts';
import { converseIn } from './conversation.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from './interfaces.ts';
import type { Place } from './plan.ts';

/**
 * One bash for each place, 4 MB instead of Node's 50: it reads a number, sends the marker out of eth0 and over lo, and
 * repeats the number when the kernel has taken both.
 */
const program = `while read -r n; do
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP}/9 &&
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP_LO}/9 &&
  echo "$n"
done`;

export async function openMarker(place: Place): Promise<Marker> {
  return acknowledgedMarker(await converseIn(place, ['bash', '-c', program]));
}
