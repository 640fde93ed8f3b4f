import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { findPrunable, prune } from '../run/prune.ts';

/** What a look without `--keep` would leave. */
const usual = 5;

export function addPrune(program: Command, project: string): void {
  program
    .command('prune')
    .description('old run folders under reports/out and the states of labs that have ended; only looks without --keep')
    .option('--keep <n>', 'remove all but the newest runs', whole)
    .action(async (options: { keep?: number }) => {
      const found = await findPrunable(project, options.keep ?? usual);
      const remove = options.keep !== undefined;
      for (const folder of found.folders)
        process.stdout.write(`${remove ? 'removed' : 'would remove'} ${relative('', folder)}\n`);
      for (const { name } of found.labs)
        process.stdout.write(`${remove ? 'removed' : 'would remove'} the state of ${name}\n`);
      if (remove) await prune(project, found);
      const count = found.folders.length + found.labs.length;
      const next = remove || count === 0 ? '' : `; remove them: npm run lab -- prune --keep ${usual}`;
      process.stdout.write(`${count} to remove${next}\n`);
    });
}

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  return Number(text);
}
