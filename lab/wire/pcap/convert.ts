import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { concat } from '../bytes.ts';
import type { CapturePacket } from './packet.ts';
import { CaptureReader } from './reader.ts';
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from './writer.ts';

export interface RawCapture {
  /** What the recorder wrote: classic pcap. */
  readonly from: string;
  readonly to: string;
  /** The tap's name. */
  readonly interfaceName: string;
  /** As the kernel counted. */
  readonly drops: number;
}

/** Turns a recorder's raw file into pcapng that says which tap it is and what was dropped; streams, whatever the size.
 * Whole, or not at all. */
export async function rawToPcapng({ from, to, interfaceName, drops }: RawCapture): Promise<void> {
  const chunks = createReadStream(from, { highWaterMark: 1 << 20 });
  try {
    await pipeline(Readable.from(pcapngChunks(chunks, interfaceName, drops)), createWriteStream(to));
  } catch (error) {
    // Half a file would be taken for the whole one.
    await rm(to, { force: true });
    throw error;
  }
}

/** Keeps frame numbers and nanoseconds; a capture that ends in the middle of a packet stays one that does. */
export async function* pcapngChunks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  interfaceName: string,
  drops: number,
): AsyncGenerator<Uint8Array> {
  const reader = new CaptureReader();
  let last: CapturePacket | undefined;
  let received = 0;
  let begun = false;
  const begin = () => [
    sectionHeader(),
    interfaceDescription({ linkType: reader.interfaces[0]?.linkType ?? 1, name: interfaceName }),
  ];
  for await (const chunk of chunks) {
    const packets = reader.feed(chunk);
    if (packets.length === 0) continue;
    const blocks = packets.map((packet) => enhancedPacket({ ...packet, interfaceId: 0 }));
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
