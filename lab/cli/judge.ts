import { resolve } from 'node:path';
import type { Command } from 'commander';
import { verdictOf } from '../run/judge/conclusion.ts';
import { judgeRun, readPlan } from '../run/judge/judge.ts';
import { exitCodeOf } from './exit-code.ts';

export function addJudge(program: Command, project: string): void {
  program
    .command('judge')
    .description('the verdicts again, from the plan and captures of a run folder alone; writes nothing there')
    .argument('<run-folder>')
    .option('--json', 'one JSON document on standard output')
    .action(async (argument: string, options: { json?: true }) => {
      const folder = resolve(argument);
      const plan = await readPlan(folder);
      const judged = await judgeRun(project, folder, plan);
      const verdict = verdictOf(judged.map((one) => one.verdict));
      process.exitCode = exitCodeOf(verdict);
      if (options.json) {
        const document = { version: 1, runId: plan.runId, verdict, scenarios: judged };
        return void process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
      }
      for (const one of judged) {
        const name = plan.scenarios.find((scenario) => scenario.id === one.id)?.name ?? one.id;
        const symptom = one.symptom ? `  (${one.symptom.name})` : '';
        process.stdout.write(`${one.verdict.padEnd(12)} ${name}${symptom}\n`);
        if (one.reason) process.stdout.write(`             ${one.reason}\n`);
      }
      process.stdout.write(`${verdict}\n`);
    });
}
