import { join } from 'node:path';
import { command, contract, type Part, verdicts } from './count.ts';
import { takenAway } from './taken-away.ts';

/** What needs an engine, kind and a node image. Each part makes its clusters and ends them. */
export const kind: readonly Part[] = [
  { name: 'manifests to take away, on kind', count: takenAway },
  { name: 'fabric contract on kind', count: () => contract('kind') },
  {
    name: 'the ladder on kind',
    count: (scratch) => verdicts('run', '--fabric', 'kind', '--tags', '@ladder', '--out', join(scratch, 'run')),
  },
  {
    name: 'the same verdicts from the captures of kind alone',
    count: (scratch) => verdicts('judge', join(scratch, 'run')),
  },
  {
    name: 'translations in the captures beside the tables of the nodes',
    count: (scratch) => command('node', ['.ci/nat-table.ts', join(scratch, 'run')]),
  },
];
