import { join } from 'node:path';
import { execa } from 'execa';
import { type RunResult, runSchema } from '../../lab/run/record/manifest.ts';
import { compileCatalogue, readFeatures, selectScenarios } from '../../lab/run/scenario/catalogue.ts';
import { mebibytes, ms, say } from './print.ts';

const bringUp = ['fabric', 'taps', 'cast'];

/** Where a scenario's time goes: the first one that carries a tag, through the lab as a user would run it. */
export async function benchScenario(project: string, scratch: string, tag: string): Promise<RunResult> {
  const entries = selectScenarios(compileCatalogue(await readFeatures(project)), { tags: tag, name: undefined });
  const [entry] = entries;
  if (!entry) throw new Error(`no scenario carries ${tag}`);
  const options = ['--fabric', 'netns', '--tags', tag, '--name', entry.name, '--shards', '1', '--json'];
  const { stdout, stderr } = await execa(
    'sh',
    [...['lab/cli/preflight.sh', 'lab/cli/main.ts', 'run'], ...options, '--out', join(scratch, tag.slice(1))],
    { cwd: project, stdin: 'ignore', reject: false, timeout: 60_000 },
  );
  if (stdout === '') throw new Error(`the lab did not run ${tag}:\n${stderr}`);
  const result = runSchema.parse(JSON.parse(stdout));
  for (const scenario of result.scenarios.slice(0, 1)) {
    say(`  ${scenario.name} (${tag}): ${scenario.verdict} in ${ms(scenario.durationMs)}`);
    say(`  ${'measured'.padStart(9)} ${'floor'.padStart(8)}  wait, and its clause`);
    for (const wait of scenario.waits)
      say(`  ${ms(wait.ms).padStart(9)} ${ms(wait.floorMs).padStart(8)}  ${wait.text} (${wait.clause})`);
    shares(result, scenario);
  }
  return result;
}

function shares({ phases }: RunResult, { durationMs, waits }: RunResult['scenarios'][number]): void {
  const took = (name: string) => phases.find((phase) => phase.name === name)?.ms ?? 0;
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  const waited = sum(waits.map((wait) => wait.ms));
  // A wait that begins while the protocol is under way has part of its floor behind it.
  const floor = sum(waits.map((wait) => Math.min(wait.ms, wait.floorMs)));
  const parts = [...bringUp, 'tear-down'].map((name) => [name, took(name)] as const);
  const acts = durationMs - waited - sum(parts.map(([, value]) => value));
  const all = [...parts, ['waits', waited], ['acts and the rest', Math.max(0, acts)]] as const;
  const share = (value: number) => `${((100 * value) / durationMs).toFixed(0)} %`;
  say(`  ${all.map(([name, value]) => `${name} ${ms(value)} (${share(value)})`).join(', ')}`);
  say(`  bring-up ${share(sum(bringUp.map(took)))}; of the waits ${ms(floor)} are the protocol's own`);
}

/** The largest resident memory that each process reached in any of the runs. */
export function printMemory(results: readonly RunResult[]): void {
  const largest = new Map<string, number>();
  for (const { process: name, maxResidentBytes } of results.flatMap((result) => result.memory))
    largest.set(name, Math.max(largest.get(name) ?? 0, maxResidentBytes));
  for (const [name, bytes] of largest) say(`  ${name.padEnd(14)} ${mebibytes(bytes).padStart(8)}`);
}
