import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { illustrate } from '../../reports/illustrate.ts';
import { LabError } from '../errors.ts';
import type { RunResult } from '../run/record/manifest.ts';
import { type RunHandle, startRun } from '../run/run.ts';
import { exitCodeOf, interruptedExitCode } from './exit-code.ts';
import { watchParent } from './parent.ts';
import { Progress } from './progress.ts';
import { fabricWanted, flagLayer, type RunOptions, withRunOptions } from './run-options.ts';

export function addRun(program: Command, project: string): void {
  const command = program
    .command('run', { isDefault: true })
    .description('run scenarios, judge them, write the report');
  withRunOptions(command).action((options: RunOptions) => performRun(project, options));
}

async function performRun(project: string, options: RunOptions): Promise<void> {
  if (options.repeat < 1 || options.shards < 1)
    throw new LabError('FLAG-RANGE', '--repeat and --shards count from 1', { next: 'Give 1 or more.' });
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const progress = new Progress();
  const { json: _json, out: _out, ...parameters } = options;
  const handle = startRun(
    {
      project,
      selection: { tags: options.tags, name: options.name },
      fabric: fabricWanted(options),
      configFile: options.config,
      flags: flagLayer(options),
      parameters,
      repeat: options.repeat,
      seed: options.seed,
      out: options.out,
      shards: options.shards,
    },
    {
      planned(plan, folder) {
        say(`fabric ${plan.fabric.name}: ${plan.fabric.reason}`);
        say(`seed ${plan.seed}, ${plan.scenarios.length} scenarios, run folder ${relative('', folder) || folder}`);
        progress.start(plan);
      },
      event: (event) => progress.see(event),
      judging: () => void progress.finish().then(() => say('judging the captures')),
    },
    illustrate(),
  );
  watchParent(() => handle.kill());
  onInterrupt(handle);
  const { folder, result } = await handle.done;
  process.exitCode = result.interrupted ? interruptedExitCode : exitCodeOf(result.verdict);
  const print = options.json ? say : (text: string) => process.stdout.write(`${text}\n`);
  for (const line of summary(result)) print(line);
  print(`report ${relative('', join(folder, 'index.html'))}`);
  if (options.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
}

function* summary(result: RunResult): Generator<string> {
  for (const scenario of result.scenarios) {
    const symptom = scenario.symptom ? `  (${scenario.symptom.name})` : '';
    yield `${scenario.verdict.padEnd(12)} ${scenario.name}${symptom}  ${(scenario.durationMs / 1000).toFixed(1)} s`;
    if (scenario.verdict !== 'pass') yield `             ${scenario.reason}`;
  }
  const count = (verdict: string) => result.scenarios.filter((scenario) => scenario.verdict === verdict).length;
  yield `${count('pass')} passed, ${count('fail')} failed, ${count('inconclusive')} inconclusive`;
}

/** Ctrl-C once: an orderly end, captures so far complete and judged. Twice: everything ends at once. */
function onInterrupt(handle: RunHandle): void {
  let asked = false;
  const interrupt = () => {
    if (asked) {
      handle.kill();
      process.exit(interruptedExitCode);
    }
    asked = true;
    process.stderr.write('interrupted: ending in order (Ctrl-C again ends at once)\n');
    handle.interrupt();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', interrupt);
}
