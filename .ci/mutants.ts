import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Block, batchOf, blocksOf, type Room, rooms } from './mutants/blocks.ts';
import { readExcuses } from './mutants/excuses.ts';
import { runBatch } from './mutants/stryker.ts';
import { judgeTally, printSurvivors, printTally, type Seen, seenIn } from './mutants/tally.ts';

/*
 * Seeded faults in code: Stryker changes one operator, condition or literal at a time, and the unit tests that touch it must
 * notice. A run takes a sample: blocks of lines drawn by a seed, room by room, until the time is used up.
 *
 *   npm run test:mutants -- [--seconds 600] [--files 'lab/wire/sip/**'] [--seed 1] [--workers 2] [--all]
 */
const project = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    files: { type: 'string', default: 'lab/**' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    all: { type: 'boolean', default: false },
  },
});
const scratch = join(project, 'reports', 'out', `mutants-${process.pid}`);
await mkdir(scratch, { recursive: true });
const bench = { project, scratch, workers: Number(values.workers) };
const floors: Record<string, number> = JSON.parse(
  await readFile(join(import.meta.dirname, 'mutants', 'floor.json'), 'utf8'),
);

const excuses = await readExcuses();
const started = performance.now();
const spent = () => (performance.now() - started) / 1000;
const seconds = values.all ? Number.POSITIVE_INFINITY : Number(values.seconds);
const seen: Seen[] = [];
let incomplete = false;

try {
  const blocks = await blocksOf(project, values.files, Number(values.seed));
  const total = blocks.reduce((sum, { lines }) => sum + lines, 0);
  if (total === 0) throw new Error(`no source file of ${rooms.join(', ')} matches ${values.files}`);
  let due = 0;
  for (const room of rooms) {
    const own = blocks.filter((block) => block.room === room);
    if (own.length === 0) continue;
    due += (seconds * own.reduce((sum, { lines }) => sum + lines, 0)) / total;
    await sample(room, own, Math.min(due, seconds));
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

printSurvivors(seen);
printTally(seen);
process.exitCode = judgeTally(seen, floors) && !incomplete ? 0 : 1;

/** Batches of blocks of one room until its time has come: the first is small and tells how many a second can take. */
async function sample(room: Room, blocks: readonly Block[], until: number): Promise<void> {
  let at = 0;
  let rate: number | undefined;
  while (at < blocks.length && spent() < until) {
    const left = until - spent();
    const batch = batchOf(blocks, at, rate === undefined ? 60 : Math.min(1200, rate * left * 0.9));
    // Not worth the start of the tests.
    if (rate !== undefined && batch.length === 0) return;
    at += batch.length;
    const began = spent();
    const report = await runBatch(bench, batch, 60 + 1.25 * seconds - began);
    if (typeof report === 'string') {
      // What was seen before still counts.
      process.stderr.write(`${room}: ${batch.length} blocks are left out: ${report}\n`);
      incomplete = true;
      return;
    }
    const took = spent() - began;
    rate = batch.reduce((sum, { lines }) => sum + lines, 0) / took;
    const found = seenIn(room, report, excuses);
    seen.push(...found);
    process.stderr.write(`${room}: ${batch.length} blocks, ${found.length} mutants in ${took.toFixed(0)} s\n`);
  }
}
