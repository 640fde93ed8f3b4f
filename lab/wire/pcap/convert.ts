import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { concat } from '../bytes.ts';
import { FILE_HEADER } from './classic.ts';
import type { CapturePacket } from './packet.ts';
import { CaptureReader } from './reader.ts';
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from './writer.ts';

/** Packets of a classic pcap file, from one offset to another. */
export interface CapturePart {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

const PIECE = 1 << 20;

/**
 * Writes a part of a recorder's file as pcapng that says which tap it is and what was dropped, as the kernel counted: whole,
 * or not at all. What has just been recorded is in the page cache: not worth a thread.
 */
export function partToPcapng(part: CapturePart, to: string, interfaceName: string, drops: number): void {
  const source = openSync(part.path, 'r');
  try {
    const target = openSync(to, 'w');
    try {
      for (const chunk of pcapngChunks(pieces(source, part), interfaceName, drops)) writeFileSync(target, chunk);
    } finally {
      closeSync(target);
    }
  } catch (error) {
    // Half a file would be taken for the whole one.
    rmSync(to, { force: true });
    throw error;
  } finally {
    closeSync(source);
  }
}

/** The file's header and the part, in memory that is used again for every piece. */
function* pieces(source: number, { from, to }: CapturePart): Generator<Uint8Array> {
  const scratch = new Uint8Array(Math.min(PIECE, FILE_HEADER + Math.max(to - from, 0)));
  yield scratch.subarray(0, readSync(source, scratch, 0, FILE_HEADER, 0));
  for (let at = from; at < to; ) {
    const length = readSync(source, scratch, 0, Math.min(scratch.length, to - at), at);
    if (length === 0) return;
    yield scratch.subarray(0, length);
    at += length;
  }
}

/** Keeps frame numbers and nanoseconds; a capture that ends in the middle of a packet stays one that does. */
function* pcapngChunks(chunks: Iterable<Uint8Array>, interfaceName: string, drops: number): Generator<Uint8Array> {
  const reader = new CaptureReader();
  let last: CapturePacket | undefined;
  let received = 0;
  let begun = false;
  const begin = () => [
    sectionHeader(),
    interfaceDescription({ linkType: reader.interfaces[0]?.linkType ?? 1, name: interfaceName }),
  ];
  for (const chunk of chunks) {
    const packets = reader.feed(chunk);
    if (packets.length === 0) continue;
    const blocks = packets.map((packet) => enhancedPacket(packet));
    yield concat(begun ? blocks : [...begin(), ...blocks]);
    begun = true;
    last = packets.at(-1);
    received += packets.length;
  }
  const statistics = interfaceStatistics({ interfaceId: 0, timeNs: last?.timeNs ?? 0n, drops, received });
  yield concat(begun ? [statistics] : [...begin(), statistics]);
  const rest = { interfaceId: 0, timeNs: last?.timeNs ?? 0n, data: new Uint8Array() };
  if (reader.end(true).kind === 'truncated') yield enhancedPacket(rest).subarray(0, 16);
}
