import { Buffer } from 'node:buffer';
import type { Sighting } from '../capture/timeline.ts';
import type { RtpPacket } from '../wire/rtp/packet.ts';

/** RTP that carries media: RFC 6263 keep-alives have no payload. */
export function speech(sighting: Sighting): RtpPacket | undefined {
  if (sighting.content.protocol !== 'rtp') return undefined;
  const { packet } = sighting.content;
  return packet.payload.length > 0 ? packet : undefined;
}

/** What stays the same however a packet is relayed: an anchor may rewrite SSRC and sequence number, never the payload. */
export function payloadKey(packet: RtpPacket): string {
  return Buffer.from(packet.payload).toString('latin1');
}

/** What tells one packet of a stream from the next, payload or not. */
export function packetKey(packet: RtpPacket): string {
  return `${packet.ssrc} ${packet.sequenceNumber} ${packet.timestamp} ${payloadKey(packet)}`;
}
