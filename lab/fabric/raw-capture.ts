import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What may follow the last marker before it is looked for: some tens of packets. */
const TAIL = 256 * 1024;
const UDP_HEADER = 8;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const PIECE = 1 << 20;

/**
 * A classic pcap file of this machine that tcpdump may still be writing, read by whole packets and held open until `close`.
 * Reading the page cache takes microseconds: not worth a thread.
 */
export class RawCapture {
  static readonly #scratch = Buffer.allocUnsafe(PIECE);
  readonly path: string;
  readonly #piece: number;
  #descriptor: number | undefined;
  #closed = false;
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
  advance(): void {
    const descriptor = this.#open();
    if (descriptor === undefined) return;
    const { size } = fstatSync(descriptor);
    while (this.#end + RECORD_HEADER <= size) {
      const passed = this.#passed(this.#read(descriptor, this.#end, this.#piece), size);
      if (passed === 0) break;
      this.#end += passed;
    }
    this.#whole = size === this.#end;
  }

  /** Counts the whole packets that begin in a piece; how many bytes they have. */
  #passed(bytes: Buffer, size: number): number {
    let at = 0;
    while (at + RECORD_HEADER <= bytes.length) {
      const next = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
      if (this.#end + next > size) break;
      at = next;
      this.#packets++;
    }
    return at;
  }

  /** Whether the payload of a marker is among the last whole packets, after `from`; as of the last `advance`. */
  hasMarker(marker: number, from: number): boolean {
    const descriptor = this.#open();
    const start = Math.max(from, this.#end - TAIL);
    if (descriptor === undefined || start >= this.#end) return false;
    const bytes = this.#read(descriptor, start, this.#end - start);
    const text = Buffer.from(`mark ${marker}`);
    for (let at = bytes.lastIndexOf(text); at >= 4; at = bytes.lastIndexOf(text, at - 1)) {
      // `mark 12` is not `mark 123`: the length of the datagram stands four bytes before the payload.
      if (bytes.readUInt16BE(at - 4) === UDP_HEADER + text.length) return true;
    }
    return false;
  }

  /** For good: what stands at the path afterwards is another file. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#closed = true;
  }

  /** Of use until the next one, of whatever file. */
  #read(descriptor: number, from: number, length: number): Buffer {
    const scratch = RawCapture.#scratch;
    return scratch.subarray(0, readSync(descriptor, scratch, 0, length, from));
  }

  #open(): number | undefined {
    if (!this.#closed) this.#descriptor ??= openIfThere(this.path);
    return this.#descriptor;
  }
}

/** A recorder that has not begun to write yet has no file. */
function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
