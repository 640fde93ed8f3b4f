import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { minimumOf, shortfalls } from './truth/minimum.ts';
import { printTally } from './truth/print.ts';
import { compareFolder } from './truth/run.ts';
import { hasTshark } from './truth/theirs.ts';

/*
 * `npm run test:truth [-- RUN-FOLDER]`: every packet of a run's captures as our decoders and as tshark see it. Without a folder:
 * the latest run if it was a whole one, else a run made for this. Exit code 1 where they disagree or too little was compared,
 * 2 without tshark.
 */

const project = join(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'mcx-truth-'));
const minimum = await minimumOf('run');

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function scenariosOf(folder: string): Promise<number> {
  const plan = await readFile(join(folder, 'plan.json'), 'utf8').catch(() => '{}');
  return JSON.parse(plan).scenarios?.length ?? 0;
}

async function wholeRun(): Promise<string> {
  const latest = join(project, 'reports', 'out', 'latest');
  if ((await scenariosOf(latest)) >= minimum.scenarios) return latest;
  const folder = join(scratch, 'run');
  say('no whole run is there: making one');
  const options = ['lab/cli/preflight.sh', 'lab/cli/main.ts', 'run', '--fabric', 'netns', '--out', folder];
  await execa('sh', options, { cwd: project, reject: false, stdout: 'ignore', stderr: 'inherit', stdin: 'ignore' });
  return folder;
}

async function main(): Promise<number> {
  if (!(await hasTshark())) {
    say('tshark and mergecap are not on PATH\n  next: apt-get install -y tshark');
    return 2;
  }
  const folder = process.argv[2] ?? (await wholeRun());
  const started = performance.now();
  const tally = await compareFolder(join(folder, 'captures'), scratch);
  printTally(tally, say);
  const scenarios = await scenariosOf(folder);
  const short = shortfalls(tally, minimum);
  if (scenarios < minimum.scenarios && tally.compared > 0)
    say(`${scenarios} scenarios: the minimum holds for runs of ${minimum.scenarios} and more`);
  else for (const line of short) say(line);
  const held = short.length === 0 || (scenarios < minimum.scenarios && tally.compared > 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${tally.compared} packets compared, ${tally.disagreements.length} disagreements, in ${seconds} s`);
  return tally.disagreements.length === 0 && held ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  await rm(scratch, { recursive: true, force: true });
}
