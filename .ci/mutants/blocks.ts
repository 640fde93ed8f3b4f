import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const rooms = ['lab/wire', 'lab/machines', 'lab/capture', 'lab/verdict'] as const;
export type Room = (typeof rooms)[number];

/** A few lines of one file: what is drawn together. */
export interface Block {
  readonly room: Room;
  readonly file: string;
  readonly first: number;
  readonly last: number;
  readonly lines: number;
}

export type Batch = readonly Block[];

const height = 20;

/** Tests, what only tests use, and types are no code to mutate. */
const apart =
  /\.test\.ts$|\.test-data\.ts$|\.d\.ts$|\/seeded\/|test-messages\.ts$|server-script\.ts$|conversation\.ts$/;

/** All blocks of the rooms' files that match: each room's in an order that its seed alone decides, whatever other rooms match. */
export async function blocksOf(project: string, pattern: string, seed: number): Promise<Block[]> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: project }))
    if (file.endsWith('.ts') && !apart.test(file)) files.push(file);
  const blocks: Block[] = [];
  for (const file of files.sort()) {
    const room = rooms.find((one) => file.startsWith(`${one}/`));
    if (room === undefined) continue;
    const lines = (await readFile(join(project, file), 'utf8')).split('\n').length - 1;
    for (let first = 1; first <= lines; first += height) {
      const last = Math.min(first + height - 1, lines);
      blocks.push({ room, file, first, last, lines: last - first + 1 });
    }
  }
  return rooms.flatMap((room) =>
    shuffled(
      blocks.filter((block) => block.room === room),
      seed,
    ),
  );
}

/** From `at` on, blocks with so many lines together. */
export function batchOf(blocks: readonly Block[], at: number, lines: number): Batch {
  const batch: Block[] = [];
  let rest = lines;
  for (const block of blocks.slice(at)) {
    if (rest < block.lines) break;
    rest -= block.lines;
    batch.push(block);
  }
  return batch;
}

/** Fisher and Yates, by a small generator of our own: the same seed draws the same sample on every machine. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const drawn = [...list];
  let state = seed >>> 0;
  for (let left = drawn.length; left > 1; left--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pick = Math.floor((state / 2 ** 32) * left);
    [drawn[left - 1], drawn[pick]] = [drawn[pick] as T, drawn[left - 1] as T];
  }
  return drawn;
}
