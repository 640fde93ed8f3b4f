import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { stateFolder } from './state.ts';

const schema = z.object({ reference: z.string(), system: z.array(z.string()), stamps: z.string() });

/** What an image was made of, and what it is called: to read all of it again takes seconds, to look whether it is the same does not. */
export type ImageMemory = z.infer<typeof schema>;

export function memoryFile(): string {
  return join(dirname(stateFolder()), 'cast-image.json');
}

/** Undefined where nothing is remembered, or it cannot be read. */
export async function readMemory(file = memoryFile()): Promise<ImageMemory | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** A memory that cannot be written costs time, and nothing else. */
export async function writeMemory(memory: ImageMemory, file = memoryFile()): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify(memory));
  } catch {}
}

/** Changes when one of the files does, or where programs are looked for; undefined where one is not there. */
export async function stampsOf(paths: readonly string[], ...words: readonly string[]): Promise<string | undefined> {
  try {
    const stamps = await Promise.all(
      paths.map(async (path) => {
        const { size, ino, mtimeMs, ctimeMs } = await stat(path);
        return [path, size, ino, mtimeMs, ctimeMs].join(' ');
      }),
    );
    return createHash('sha256')
      .update([...words, ...stamps].join('\n'))
      .digest('hex');
  } catch {
    return undefined;
  }
}
