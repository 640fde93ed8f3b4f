import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A scenario's capture files, in the same order each time; none where nothing was recorded. */
export async function capturesOf(folder: string, id: string): Promise<string[]> {
  const captures = join(folder, 'captures', id);
  const names = await readdir(captures).catch(() => [] as string[]);
  // A run folder is for people too, who leave notes beside captures.
  const files = names.filter((name) => /\.pcap(ng)?$/.test(name)).sort();
  return files.map((name) => join(captures, name));
}
