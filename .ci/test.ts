import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import floor from './floor.json' with { type: 'json' };
import { belowFloor, partsNotRun } from './floor.ts';

/** What one part of the test run counted. */
interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const run = execa({ reject: false, preferLocal: true, stdin: 'ignore' });
const lab = ['lab/cli/preflight.sh', 'lab/cli/main.ts'];

/** Every part of the project's own test: each prints what it found and is counted. */
const parts: readonly { readonly name: string; count(scratch: string): Promise<Count> }[] = [
  { name: 'lint and layers (biome)', count: () => command('biome', ['check', '.']) },
  { name: 'types (tsc)', count: () => command('tsc', []) },
  { name: 'units and properties (vitest)', count: units },
  { name: 'fabric contract on netns', count: contract },
  { name: 'scenarios on netns', count: scenarios },
  { name: 'the same verdicts from the captures alone', count: judged },
];

async function command(program: string, args: readonly string[]): Promise<Count> {
  const { exitCode, all } = await run({ all: true })(program, args);
  if (exitCode === 0) return { passed: 1, failed: 0, skipped: 0 };
  process.stdout.write(`${all}\n`);
  return { passed: 0, failed: 1, skipped: 0 };
}

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

interface Probe {
  readonly id: string;
  readonly same: boolean;
  readonly expected: string;
  readonly measured: string;
  readonly notApplicable?: string;
}

async function contract(): Promise<Count> {
  const { stdout, stderr } = await run('sh', [...lab, 'contract', '--fabric', 'netns', '--json']);
  const probes: Probe[] = parse(stdout)?.probes ?? [];
  const skipped = probes.filter(({ notApplicable }) => notApplicable !== undefined).length;
  const failed = probes.filter(({ same, notApplicable }) => !same && notApplicable === undefined);
  for (const probe of failed)
    process.stdout.write(`differs: ${probe.id}\n  expected ${probe.expected}\n  measured ${probe.measured}\n`);
  if (probes.length === 0) process.stdout.write(`${stderr}\n`);
  const count = probes.length === 0 ? 1 : failed.length;
  return { passed: probes.length - failed.length - skipped, failed: count, skipped };
}

async function scenarios(scratch: string): Promise<Count> {
  const { stdout, stderr } = await run('sh', [
    ...lab,
    'run',
    '--fabric',
    'netns',
    '--json',
    '--out',
    join(scratch, 'run'),
  ]);
  return verdicts(stdout, stderr);
}

async function judged(scratch: string): Promise<Count> {
  const { stdout, stderr } = await run('sh', [...lab, 'judge', join(scratch, 'run'), '--json']);
  return verdicts(stdout, stderr);
}

function verdicts(stdout: string, stderr: string): Count {
  const found: { name?: string; id: string; verdict: string; reason: string }[] = parse(stdout)?.scenarios ?? [];
  const bad = found.filter((one) => one.verdict !== 'pass');
  for (const one of bad) process.stdout.write(`${one.verdict}: ${one.id}\n  ${one.reason}\n`);
  if (found.length === 0) process.stdout.write(`${stderr}\n`);
  return { passed: found.length - bad.length, failed: found.length === 0 ? 1 : bad.length, skipped: 0 };
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'mcx-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const part of parts) {
    const started = performance.now();
    const count = await part.count(scratch);
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
    const low = belowFloor(floor, part.name, count.passed);
    if (low !== undefined) {
      process.stdout.write(`below the floor: ${low}\n`);
      total.failed += 1;
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(
      `${part.name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped in ${seconds} s\n`,
    );
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
for (const part of partsNotRun(
  floor,
  parts.map(({ name }) => name),
)) {
  process.stdout.write(`below the floor: ${part} was not run\n`);
  total.failed += 1;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
