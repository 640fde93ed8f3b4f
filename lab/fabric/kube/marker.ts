import { converseWith } from '../conversation.ts';
import { acknowledgedMarker, type Marker } from '../marker.ts';
import { MARKER_GROUP, MARKER_GROUP_LO } from '../netns/interfaces.ts';
import { type KubePlace, start } from './place.ts';

/**
 * One bash for each pod, in whose network the recorder is a guest: it reads a number, sends the marker out of the
 * place's interface and over lo, and repeats the number when the kernel has taken both. The groups are of the link
 * alone, so that no router sends them on.
 */
const program = `ip route replace ${MARKER_GROUP_LO}/32 dev lo src 127.0.0.1 &&
while read -r n; do
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP}/9 &&
  printf 'mark %s' "$n" > /dev/udp/${MARKER_GROUP_LO}/9 &&
  echo "$n"
done
ip route del ${MARKER_GROUP_LO}/32 dev lo`;

export async function openMarker(place: KubePlace): Promise<Marker> {
  const { keeper, enter, name, address } = place;
  // Where the keeper is in the place's network itself, it needs nobody else.
  if (enter.length === 0) {
    const groups = [MARKER_GROUP, MARKER_GROUP_LO] as const;
    return { send: (marker) => keeper.multicast(`mark ${marker}`, address, groups), close: async () => {} };
  }
  const argv = [...enter, 'bash', '-c', program];
  const bash = await converseWith(
    name,
    (hearing) => start(keeper, name, { argv, stdin: 'pipe', ...hearing }),
    // The end of its input, not of itself: it has a route to take back.
    (child) => child.end(),
  );
  return acknowledgedMarker(bash);
}
