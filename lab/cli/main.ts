import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { LabError } from '../errors.ts';
import { addBugReport } from './bug-report.ts';
import { addConfig } from './config.ts';
import { addContract } from './contract.ts';
import { addDecode } from './decode.ts';
import { addDiagnose } from './diagnose.ts';
import { addDns } from './dns.ts';
import { addDoctor } from './doctor.ts';
import { addHold } from './hold.ts';
import { addImage } from './image.ts';
import { addJudge } from './judge.ts';
import { addList } from './list.ts';
import { printError } from './print-error.ts';
import { addPrune } from './prune.ts';
import { addRedact } from './redact.ts';
import { addRun } from './run.ts';
import { addSchema } from './schema.ts';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const program = new Command('lab')
  .description(
    'MCX agencies in Kubernetes clusters behind real NAT: runs campaign calls, judges them from captures alone',
  )
  .showHelpAfterError('(see: npm run lab -- --help)')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lab: [USAGE] ')) });

for (const add of [
  addRun,
  addList,
  addHold,
  addDoctor,
  addContract,
  addJudge,
  addDiagnose,
  addDecode,
  addRedact,
  addDns,
  addConfig,
  addSchema,
  addPrune,
  addBugReport,
  addImage,
])
  add(program, project);

// A reader that goes away (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  refuseUnknownCommand(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  // commander has printed its own message already; wrong use is exit code 2 in the lab's contract.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printError(error);
}

/** `run` may be left out, so that commander would take a misspelt command for an argument of `run`. */
function refuseUnknownCommand(word: string | undefined): void {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  throw new LabError('COMMAND-UNKNOWN', `there is no command ${word}`, {
    next: `Commands that exist: ${names.join(' ')}.`,
    command: 'npm run lab -- --help',
  });
}
