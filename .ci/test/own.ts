import { join } from 'node:path';
import { type Count, command, contract, type Part, run, verdicts } from './count.ts';

/** What needs this machine alone. */
export const own: readonly Part[] = [
  { name: 'lint and layers (biome)', count: () => command('biome', ['check', '.']) },
  { name: 'types (tsc)', count: () => command('tsc', []) },
  { name: 'units and properties (vitest)', count: units },
  { name: 'fabric contract on netns', count: () => contract('netns') },
  {
    name: 'scenarios on netns',
    count: (scratch) => verdicts('run', '--fabric', 'netns', '--out', join(scratch, 'run')),
  },
  { name: 'the same verdicts from the captures alone', count: (scratch) => verdicts('judge', join(scratch, 'run')) },
];

async function units(scratch: string): Promise<Count> {
  const report = join(scratch, 'vitest.json');
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode, all } = await run({ all: true })('node', ['node_modules/vitest/vitest.mjs', ...options]);
  const found = (await import(report, { with: { type: 'json' } }).catch(() => undefined))?.default;
  const count: Count = {
    passed: found?.numPassedTests ?? 0,
    failed: found?.numFailedTests ?? 0,
    skipped: (found?.numPendingTests ?? 0) + (found?.numTodoTests ?? 0),
  };
  const failed = exitCode !== 0 && count.failed === 0 ? 1 : count.failed;
  if (failed > 0) process.stdout.write(`${all}\n`);
  return { ...count, failed };
}
