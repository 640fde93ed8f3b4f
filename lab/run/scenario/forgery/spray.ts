import { Buffer } from 'node:buffer';
import type { Timeline } from '../../../capture/timeline.ts';
import { speech } from '../../../verdict/media.ts';
import type { Topology } from '../../../verdict/topology.ts';
import { encodeFloor } from '../../../wire/floor/codec.ts';
import { encodeRtp } from '../../../wire/rtp/codec.ts';
import type { RtpPacket } from '../../../wire/rtp/packet.ts';
import type { CastAct } from '../director.ts';
import { sending, strangerMediaPort, word } from './words.ts';

/** Every media port that the agencies' nodes expose. */
export function exposedMediaPorts(topology: Topology): { readonly host: string; readonly port: number }[] {
  return topology.agencies.flatMap(({ node, mediaPorts: [first, last] }) =>
    Array.from({ length: last - first + 1 }, (_, index) => ({ host: node, port: first + index })),
  );
}

/**
 * To every exposed media port: RTP that would be the next packet of the last talker, with other speech in it, and a Floor
 * Request that outbids everybody.
 */
export function spray(topology: Topology, host: string): (seen: Timeline) => readonly CastAct[] {
  return (seen) => {
    const last = seen.sightings.findLast((sighting) => speech(sighting) !== undefined);
    const talker = last && speech(last);
    if (talker === undefined) return [];
    return exposedMediaPorts(topology).flatMap((to) => {
      const mark = word(host, to.host, to.port);
      return [nextAfter(talker, mark), outbidding(host, mark)].map((bytes) =>
        sending(host, { fromPort: strangerMediaPort, to, bytes }),
      );
    });
  };
}

function nextAfter(packet: RtpPacket, mark: string): Uint8Array {
  const speechBytes = Buffer.alloc(packet.payload.length, mark);
  return encodeRtp({
    ...packet,
    sequenceNumber: (packet.sequenceNumber + 1) & 0xffff,
    timestamp: (packet.timestamp + 320) >>> 0,
    payload: speechBytes,
  });
}

function outbidding(host: string, mark: string): Uint8Array {
  const ssrc = Number.parseInt(mark.slice(0, 8), 16);
  return encodeFloor([
    {
      name: 'Floor Request',
      ackRequired: false,
      ssrc,
      fields: [
        { id: 'Floor Priority', priority: 255 },
        { id: 'User ID', uri: `sip:${host}@invalid` },
      ],
    },
  ]);
}
