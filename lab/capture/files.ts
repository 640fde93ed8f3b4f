import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { LabError } from '../errors.ts';
import { CaptureReader } from '../wire/pcap/reader.ts';
import { type PassedOver, TimelineBuilder } from './builder.ts';
import { Outline } from './outline.ts';
import type { Timeline } from './timeline.ts';

export interface ReadOptions {
  /** Taps are called after files even where a file names its interfaces: for captures that the lab did not make. */
  readonly tapNames?: 'interface' | 'file';
  readonly passedOver?: PassedOver;
  /** `every` packet is on the timeline, or RTP is thinned out so that memory does not grow with it (see `outline.ts`). */
  readonly media?: 'every' | 'outline';
}

/** Of what a machine holds without noticing, every packet can be on a timeline: some two kilobytes for each of a hundred bytes. */
const LARGE = 64 * 1024 * 1024;

/** How media of captures that somebody else made is best read, by their size. */
export async function mediaBySize(paths: readonly string[]): Promise<'every' | 'outline'> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) > LARGE ? 'outline' : 'every';
}

/** The timeline of closed capture files, pcap or pcapng; each interface of a file is a tap. */
export async function readCaptures(paths: readonly string[], options: ReadOptions = {}): Promise<Timeline> {
  const builder = new TimelineBuilder(options.passedOver);
  const names = new TapNames();
  for (const path of paths) {
    const outline = options.media === 'outline' ? new Outline() : undefined;
    const reader = new CaptureReader(outline?.glance);
    /** Tap of each interface, by its index. */
    const taps: string[] = [];
    const discover = () => {
      for (const { name } of reader.interfaces.slice(taps.length)) {
        const tap = names.take(path, options.tapNames === 'file' ? undefined : name);
        builder.addTap(tap, path);
        taps.push(tap);
      }
    };
    for await (const chunk of chunksOf(path)) {
      const packets = reader.feed(chunk);
      discover();
      for (const packet of packets) {
        // A view would keep all of the piece in memory for the sake of one packet.
        const kept = outline === undefined ? packet : { ...packet, data: packet.data.slice() };
        builder.push(taps[packet.interfaceId] as string, kept);
      }
    }
    if (reader.format === undefined) throw noCapture(path);
    const truncated = reader.end(true).kind === 'truncated';
    // A file that ends before its first interface is a tap that saw nothing.
    if (taps.length === 0) {
      const tap = names.take(path, undefined);
      builder.addTap(tap, path);
      builder.describe(tap, { drops: undefined, truncated });
    }
    for (const [i, { drops }] of reader.interfaces.entries()) {
      const thinned = outline === undefined ? {} : { thinned: outline.thinned[i] ?? 0 };
      builder.describe(taps[i] as string, { drops, truncated, ...thinned });
    }
  }
  return builder.timeline();
}

/** Names of taps are unique in a timeline: evidence refers to them. */
class TapNames {
  readonly #taken = new Set<string>();

  take(path: string, interfaceName: string | undefined): string {
    const file = basename(path, extname(path));
    const wish = interfaceName || file;
    const candidates = [wish, ...(wish === file ? [] : [`${wish}@${file}`])];
    let name = candidates.find((candidate) => !this.#taken.has(candidate));
    for (let n = 2; name === undefined; n++) {
      const next = `${candidates.at(-1)}~${n}`;
      if (!this.#taken.has(next)) name = next;
    }
    this.#taken.add(name);
    return name;
  }
}

const CHUNK = 1 << 20;

/** Packets are views of what is read here, so that each piece has memory of its own. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    let rest = size;
    for (;;) {
      const chunk = new Uint8Array(Math.min(CHUNK, Math.max(rest, 4096)));
      const { bytesRead } = await file.read(chunk);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
      rest -= bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    const what = 'the capture file cannot be opened';
    throw new LabError('CAPTURE-READ', what, { where: path, next: 'check the path and its permissions', cause });
  }
}

function noCapture(path: string): LabError {
  const next = 'give files that tcpdump, dumpcap or Wireshark wrote: pcap or pcapng, not compressed';
  return new LabError('CAPTURE-FORMAT', 'this is no capture file', { where: path, next });
}
