import { at, both, lose, mapTaps, onTap, type Select } from './edit.ts';
import type { Edit } from './recording.ts';
import { type Fault, says } from './row.ts';

const of = '@R2';

const marker =
  (wanted: number): Select =>
  () =>
  ({ datagram }) =>
    datagram?.content.protocol === 'marker' && datagram.content.marker === wanted;

/** The contents of two taps under each other's names. */
function exchanged(a: string, b: string): Edit {
  return (recording) => {
    const [first, second] = [recording.get(a), recording.get(b)];
    if (first === undefined || second === undefined) throw new Error(`no taps ${a} and ${b}`);
    return new Map([...recording]).set(a, { ...second, name: a }).set(b, { ...first, name: b });
  };
}

/** What is wrong with the recording decides nothing; what one tap shows under the name of another is no health. */
export const captureFaults: readonly Fault[] = [
  {
    what: 'the first marker is gone on one tap',
    of,
    edit: lose(both(marker(0), at('b-dns'))),
    fails: says.invited,
    because: /marker 0 is missing on the tap b-dns/,
    inconclusive: true,
  },
  {
    what: 'the last marker is gone on one tap',
    of,
    edit: lose(both(marker(65535), at('b-edge'))),
    fails: says.invited,
    because: /marker 65535 is missing on the tap b-edge/,
    inconclusive: true,
  },
  {
    what: "an act's marker is gone on one tap",
    of,
    edit: lose(both(marker(3), at('bridge'))),
    fails: says.invited,
    because: /marker 3 is missing on the tap bridge/,
    inconclusive: true,
  },
  {
    what: "an act's marker is gone on all taps",
    of,
    edit: lose(marker(4)),
    fails: says.invited,
    because: /marker 4 is missing/,
    inconclusive: true,
  },
  {
    what: 'the recorder dropped a packet',
    of,
    edit: onTap('a-access', (tap) => ({ ...tap, drops: 1 })),
    fails: says.invited,
    because: /a-access dropped 1 packet/,
    inconclusive: true,
  },
  {
    what: 'a file is cut in the middle of its last block',
    of,
    edit: onTap('b-mcx', (tap) => ({ ...tap, cut: 5 })),
    fails: says.invited,
    because: /b-mcx ends in the middle/,
    inconclusive: true,
  },
  {
    what: 'a file is cut after its first kilobytes',
    of,
    edit: onTap('a-edge', (tap) => ({ ...tap, cut: 60_001 })),
    fails: says.invited,
    because: /a-edge/,
    inconclusive: true,
  },
  {
    what: 'a tap is missing',
    of,
    edit: (recording) => new Map([...recording].filter(([name]) => name !== 'b-access')),
    fails: says.invited,
    because: /the tap b-access recorded nothing/,
    inconclusive: true,
  },
  {
    what: 'a tap recorded nothing but its head',
    of,
    edit: onTap('a-dns', (tap) => ({ ...tap, packets: [] })),
    fails: says.invited,
    because: /missing on the tap a-dns/,
    inconclusive: true,
  },
  {
    what: 'the taps of two UEs are exchanged',
    of,
    edit: exchanged('b-ue-1', 'b-ue-2'),
    fails: says.invited,
    because: /b-ue-1 has received no INVITE/,
  },
  {
    what: "the taps of the servers' pods are exchanged",
    of: '@R3',
    edit: exchanged('a-mcx', 'b-mcx'),
    fails: says.invited,
    because: /./,
  },
  {
    what: "the taps of the edges' pods are exchanged",
    of,
    edit: exchanged('a-edge', 'b-edge'),
    fails: says.translated,
    because: /./,
  },
  {
    what: 'the taps of the nodes are exchanged',
    of,
    edit: exchanged('a-node', 'b-node'),
    fails: says.translated,
    because: /./,
  },
  {
    what: 'the clock of one tap goes wrong by ten seconds',
    of,
    edit: (recording) =>
      mapTaps(recording, (tap, name) =>
        name !== 'b-ue-1'
          ? tap
          : {
              ...tap,
              packets: tap.packets.map((packet) => ({
                ...packet,
                timeNs: packet.timeNs + 10_000_000_000n,
                frames: packet.frames.map((frame) => ({ ...frame, timeNs: frame.timeNs + 10_000_000_000n })),
              })),
            },
      ),
    fails: says.invited,
    because: /b-ue-1/,
  },
];
