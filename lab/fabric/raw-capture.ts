import { type FileHandle, open, rm } from 'node:fs/promises';

/** What may follow the last marker before it is looked for: some tens of packets. */
const TAIL = 256 * 1024;
const UDP_HEADER = 8;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const PIECE = 1 << 20;

/** A classic pcap file of this machine that tcpdump may still be writing, read by whole packets. */
export class RawCapture {
  readonly path: string;
  readonly #piece: number;
  #packets = 0;
  #end = FILE_HEADER;
  #whole = false;

  constructor(path: string, piece = PIECE) {
    this.path = path;
    this.#piece = piece;
  }

  /** As of the last `advance`. */
  get packets(): number {
    return this.#packets;
  }

  /** Where the last whole packet ends. */
  get end(): number {
    return this.#end;
  }

  /** The file ends with the end of a packet. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Counts what has been written since. */
  async advance(): Promise<void> {
    const file = await openIfThere(this.path);
    if (file === undefined) return;
    try {
      const { size } = await file.stat();
      const chunk = Buffer.alloc(Math.min(this.#piece, Math.max(size - this.#end, 0)));
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, this.#end);
        let at = 0;
        while (at + RECORD_HEADER <= bytesRead) {
          const next = at + RECORD_HEADER + chunk.readUInt32LE(at + 8);
          if (this.#end + next > size) break;
          at = next;
          this.#packets++;
        }
        if (at === 0) break;
        this.#end += at;
      }
      this.#whole = size === this.#end;
    } finally {
      await file.close();
    }
  }

  /** Whether the payload of a marker is among the last packets, after `from`. */
  async hasMarker(marker: number, from = 0): Promise<boolean> {
    const bytes = await this.#tail(from).catch(() => Buffer.alloc(0));
    const text = Buffer.from(`mark ${marker}`);
    for (let at = bytes.lastIndexOf(text); at >= 4; at = bytes.lastIndexOf(text, at - 1)) {
      // `mark 12` is not `mark 123`: the length of the datagram stands four bytes before the payload.
      if (bytes.readUInt16BE(at - 4) === UDP_HEADER + text.length) return true;
    }
    return false;
  }

  /** Writes the packets from one offset to another into a capture of their own: whole, or not at all. */
  async cut(from: number, to: number, path: string): Promise<void> {
    const [source, target] = await Promise.all([open(this.path), open(path, 'w')]);
    try {
      await copy(source, target, 0, FILE_HEADER);
      await copy(source, target, from, to);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await Promise.all([source.close(), target.close()]);
    }
  }

  async #tail(from: number): Promise<Buffer> {
    const file = await open(this.path);
    try {
      const { size } = await file.stat();
      const start = Math.max(from, size - TAIL, 0);
      const length = Math.max(size - start, 0);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

async function copy(source: FileHandle, target: FileHandle, from: number, to: number): Promise<void> {
  const chunk = Buffer.allocUnsafe(Math.min(PIECE, to - from));
  for (let at = from; at < to; ) {
    const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, to - at), at);
    if (bytesRead === 0) return;
    await target.write(chunk, 0, bytesRead);
    at += bytesRead;
  }
}

/** A recorder that has not begun to write yet has no file. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
