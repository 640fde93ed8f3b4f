import { open } from 'node:fs/promises';

/** What may follow the last marker before it is looked for: some tens of packets. */
const TAIL = 256 * 1024;

/** Whether the payload of a marker is in a growing capture file, near its end. */
export async function fileHasMarker(path: string, marker: number): Promise<boolean> {
  const bytes = await tailOf(path).catch(() => Buffer.alloc(0));
  const text = Buffer.from(`mark ${marker}`);
  for (let at = bytes.lastIndexOf(text); at >= 4; at = bytes.lastIndexOf(text, at - 1)) {
    // `mark 12` is not `mark 123`: the length of the datagram stands four bytes before the payload.
    if (bytes.readUInt16BE(at - 4) === UDP_HEADER + text.length) return true;
  }
  return false;
}

async function tailOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const UDP_HEADER = 8;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

export interface Census {
  readonly packets: number;
  /** The file ends with the end of a packet. */
  readonly whole: boolean;
}

/**
 * Counts the packets of a classic pcap file of this machine. tcpdump does not look whether its packets could be
 * written: on a full disk it goes on, ends with 0 and says that all is well.
 */
export async function census(path: string, chunkSize = 1 << 20): Promise<Census> {
  const file = await open(path);
  try {
    const chunk = Buffer.alloc(chunkSize);
    let packets = 0;
    let next = FILE_HEADER;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunkSize, next);
      if (bytesRead === 0) return { packets, whole: (await file.stat()).size === next };
      let at = 0;
      while (at + RECORD_HEADER <= bytesRead) {
        at += RECORD_HEADER + chunk.readUInt32LE(at + 8);
        packets++;
      }
      if (at === 0) return { packets, whole: false };
      next += at;
    }
  } finally {
    await file.close();
  }
}
