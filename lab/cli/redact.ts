import { stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { redactFiles, redactRun } from '../redact/folder.ts';

export function addRedact(program: Command): void {
  program
    .command('redact')
    .description('captures, or a run folder, that one can send: identities, addresses, keys and speech replaced')
    .argument('<files...>', 'capture files, or one run folder')
    .requiredOption('--out <dir>', 'where to; must not exist or be empty')
    .action(async (files: string[], options: { out: string }) => {
      const out = resolve(options.out);
      const folders = await Promise.all(files.map(isFolder));
      if (folders.includes(true) && files.length > 1)
        throw new LabError('REDACT-INPUT', 'one run folder, or files', { next: 'Redact run folders one by one.' });
      const done = await (folders[0] ? redactRun(resolve(files[0] ?? ''), out) : redactFiles(files, out));
      for (const file of done.files) process.stdout.write(`${relative('', join(out, file))}\n`);
      const { originals } = done.identities;
      process.stdout.write(`${done.packets} packets, ${originals.size} names and addresses replaced\n`);
      process.stdout.write('look through it before you send it: SECURITY.md says what is not looked for\n');
    });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
