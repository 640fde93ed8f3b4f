import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { rooms } from './blocks.ts';

/** A survivor that was looked at: the change, by what stands on its line and not by the line's number, and the reason. */
const excuseSchema = z.strictObject({
  file: z.string(),
  code: z.string(),
  /** All mutants of the line with this mutator; absent: every mutant of the line. */
  mutator: z.string().optional(),
  /** The one with this replacement; absent: all. */
  after: z.string().optional(),
  why: z.string().min(20),
});
export type Excuse = z.infer<typeof excuseSchema>;

interface Change {
  readonly file: string;
  readonly code: string;
  readonly mutator: string;
  readonly after: string;
}

/** Those of all rooms, a file each: `excuses/wire.json`. */
export async function readExcuses(): Promise<Excuse[]> {
  const lists = rooms.map(async (room) => {
    const text = await readFile(join(import.meta.dirname, 'excuses', `${basename(room)}.json`), 'utf8');
    return z.array(excuseSchema).parse(JSON.parse(text));
  });
  return (await Promise.all(lists)).flat();
}

export function excuseFor(change: Change, excuses: readonly Excuse[]): string | undefined {
  return excuses.find(
    ({ file, code, mutator, after }) =>
      file === change.file &&
      code === change.code &&
      (mutator === undefined || mutator === change.mutator) &&
      (after === undefined || after === change.after),
  )?.why;
}
