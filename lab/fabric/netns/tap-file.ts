import { readFile } from 'node:fs/promises';

/** Whether the payload of a marker is in a growing capture file. Files of one scenario are small enough to be read whole. */
export async function fileHasMarker(path: string, marker: number): Promise<boolean> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const text = Buffer.from(`mark ${marker}`);
  for (let at = bytes.lastIndexOf(text); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(text, at - 1)) {
    // `mark 12` must not be found in `mark 123`; a packet ends, or padding and the next record's header follow.
    const next = bytes[at + text.length];
    if (next === undefined || next < 0x30 || next > 0x39) return true;
  }
  return false;
}
