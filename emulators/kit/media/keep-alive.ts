/** What opens and holds the pin-holes of a leg: datagrams that a NAT counts as traffic and a receiver drops. */
import { encodeRtcp } from '../../../lab/wire/rtcp/codec.ts';
import { encodeRtp } from '../../../lab/wire/rtp/codec.ts';
import type { RtpPacket } from '../../../lab/wire/rtp/packet.ts';

/** RFC 6263 4.6: a payload type that no SDP of the lab assigns. */
export const KEEP_ALIVE_PAYLOAD_TYPE = 126;

/** RFC 6263 4.6: an RTP packet with an unknown payload type and no payload; the receiver drops it. */
export function rtpKeepAlive(ssrc: number, sequenceNumber: number): Uint8Array {
  return encodeRtp({
    marker: false,
    payloadType: KEEP_ALIVE_PAYLOAD_TYPE,
    sequenceNumber,
    timestamp: 0,
    ssrc,
    csrcs: [],
    payload: new Uint8Array(0),
    padding: 0,
  });
}

export function isRtpKeepAlive(packet: RtpPacket): boolean {
  return packet.payloadType === KEEP_ALIVE_PAYLOAD_TYPE;
}

/** RFC 3550 6.4.2: a receiver report with no report block, what a participant that has heard nobody sends. */
export function rtcpKeepAlive(ssrc: number): Uint8Array {
  return encodeRtcp([{ type: 'RR', ssrc, reports: [], extension: new Uint8Array(0) }]);
}

/** No floor message is meant for this; CRLFCRLF as RFC 5626 3.5.1 sends it, which no RTCP decoder can mistake. */
export function floorKeepAlive(): Uint8Array {
  return Uint8Array.of(13, 10, 13, 10);
}

/** White space alone: ours, and what other products send for the same purpose. */
export function isFloorKeepAlive(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 13 || byte === 10 || byte === 0);
}
