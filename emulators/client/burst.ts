import { put32 } from '../../lab/wire/bytes.ts';
import { encodeRtp } from '../../lab/wire/rtp/codec.ts';
import type { Clock } from '../kit/clock.ts';

/** TS 26.179: AMR-WB, a frame of 20 ms at 16 kHz. */
const frameMs = 20;
const ticksPerFrame = 320;
const payloadBytes = 33;

/** The media of one talker: numbers that run on from burst to burst (RFC 3550 5.1). */
export interface Stream {
  sequence: number;
  /** The timestamp at `zeroMs`. */
  readonly timestamp: number;
  readonly zeroMs: number;
  bursts: number;
}

export interface BurstParts {
  readonly clock: Clock;
  readonly stream: Stream;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly packets: number;
  send(bytes: Uint8Array): void;
  /** The last frame has ended: 20 ms after its packet. */
  onDone(): void;
}

/**
 * Sends a talk burst, a packet each 20 ms counted from its start, so that a late timer delays one packet and not all
 * that follow. The answer ends it at once.
 */
export function sendBurst(parts: BurstParts): () => void {
  const { clock, stream, packets } = parts;
  const startMs = clock.nowMs();
  const burst = stream.bursts;
  // The timestamp goes on through the silence before the burst.
  const startTicks = Math.round((startMs - stream.zeroMs) / frameMs) * ticksPerFrame;
  stream.bursts += 1;
  let index = 0;
  let cancel = () => {};
  const next = () => {
    if (index === packets) {
      parts.onDone();
      return;
    }
    parts.send(packet(parts, burst, index, stream.timestamp + startTicks + index * ticksPerFrame));
    stream.sequence = (stream.sequence + 1) & 0xffff;
    index += 1;
    cancel = clock.after(Math.max(0, startMs + index * frameMs - clock.nowMs()), next);
  };
  next();
  return () => cancel();
}

function packet(
  { stream, ssrc, payloadType }: BurstParts,
  burst: number,
  index: number,
  timestamp: number,
): Uint8Array {
  return encodeRtp({
    // RFC 3551 4.1: the first packet of a talkspurt
    marker: index === 0,
    payloadType,
    sequenceNumber: stream.sequence,
    timestamp: timestamp >>> 0,
    ssrc,
    csrcs: [],
    payload: payload(ssrc, burst, index),
    padding: 0,
  });
}

/** No speech, but bytes that no other packet of a call has: talker, burst, index, and a filling that follows from them. */
export function payload(ssrc: number, burst: number, index: number): Uint8Array {
  const bytes = new Uint8Array(payloadBytes);
  put32(bytes, 0, ssrc);
  put32(bytes, 4, burst);
  put32(bytes, 8, index);
  let word = (ssrc ^ Math.imul(burst + 1, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b)) | 1;
  for (let at = 12; at < payloadBytes; at += 1) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    bytes[at] = word & 0xff;
  }
  return bytes;
}
