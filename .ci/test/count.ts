import { execa } from 'execa';

/** What one part of the test run counted. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Checks that belong together; the folder is the tier's own, from one part to the next. */
export interface Part {
  readonly name: string;
  count(scratch: string): Promise<Count>;
}

export const run = execa({ reject: false, preferLocal: true, stdin: 'ignore' });
const cli = ['lab/cli/preflight.sh', 'lab/cli/main.ts'];

export const lab = (...args: readonly string[]) => run('sh', [...cli, ...args]);

export async function command(program: string, args: readonly string[]): Promise<Count> {
  const { exitCode, all } = await run({ all: true })(program, args);
  if (exitCode === 0) return { passed: 1, failed: 0, skipped: 0 };
  process.stdout.write(`${all}\n`);
  return { passed: 0, failed: 1, skipped: 0 };
}

interface Probe {
  readonly id: string;
  readonly same: boolean;
  readonly expected: string;
  readonly measured: string;
  readonly notApplicable?: string;
}

export async function contract(fabric: string): Promise<Count> {
  const { stdout, stderr } = await lab('contract', '--fabric', fabric, '--json');
  const probes: Probe[] = parse(stdout)?.probes ?? [];
  const skipped = probes.filter(({ notApplicable }) => notApplicable !== undefined).length;
  const failed = probes.filter(({ same, notApplicable }) => !same && notApplicable === undefined);
  for (const probe of failed)
    process.stdout.write(`differs: ${probe.id}\n  expected ${probe.expected}\n  measured ${probe.measured}\n`);
  if (probes.length === 0) process.stdout.write(`${stderr}\n`);
  const count = probes.length === 0 ? 1 : failed.length;
  return { passed: probes.length - failed.length - skipped, failed: count, skipped };
}

/** Scenarios of a run, or of its captures alone: `run …`, `judge …`. */
export async function verdicts(...args: readonly string[]): Promise<Count> {
  const { stdout, stderr } = await lab(...args, '--json');
  const found: { id: string; verdict: string; reason: string }[] = parse(stdout)?.scenarios ?? [];
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
