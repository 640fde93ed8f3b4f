import type { Command } from 'commander';
import { decodeFiles } from '../capture/decode-files.ts';
import type { DecodedLine } from '../capture/decode-line.ts';

export function addDecode(program: Command): void {
  program
    .command('decode')
    .description('what is in capture files, a line a packet')
    .argument('<files...>')
    .option('--json', 'a JSON line a packet')
    .action(async (files: string[], options: { json?: true }) => {
      const { lines, taps } = await decodeFiles(files);
      for (const line of lines) process.stdout.write(`${options.json ? JSON.stringify(line) : readable(line)}\n`);
      for (const tap of taps)
        if (tap.truncated)
          process.stderr.write(`lab: [CAPTURE-TRUNCATED] ${tap.path} ends in the middle of a packet\n`);
    });
}

function readable(line: DecodedLine): string {
  const { tap, frame, timeNs, src, dst, protocol, ...details } = line;
  const seconds = `${timeNs.slice(0, -9)}.${timeNs.slice(-9)}`;
  return `${tap} ${frame} ${seconds} ${src} > ${dst} ${protocol} ${JSON.stringify(details)}`;
}
