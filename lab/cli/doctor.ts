import type { Command } from 'commander';
import type { Check } from '../fabric/netns/check.ts';
import { checks } from '../fabric/netns/doctor.ts';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what is missing on this machine, and the command that mends it')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: { json?: true }) => {
      const found = await checks();
      const lacking = found.filter((check) => !check.ok && check.essential);
      process.exitCode = lacking.length === 0 ? 0 : 3;
      if (options.json) {
        const document = { version: 1, ok: lacking.length === 0, checks: found };
        return void process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
      }
      for (const check of found) process.stdout.write(`${lineOf(check)}\n`);
      process.stdout.write(lacking.length === 0 ? 'the embedded fabric can run here\n' : `${lacking.length} missing\n`);
    });
}

function lineOf(check: Check): string {
  const mark = check.ok ? 'ok     ' : check.essential ? 'MISSING' : 'absent ';
  const line = `${mark} ${check.name.padEnd(20)} ${check.found}`;
  return check.ok
    ? line
    : `${line}\n          needed for ${check.neededFor}${check.mend ? `; mend: ${check.mend}` : ''}`;
}
