import type { Command } from 'commander';
import { decodeLine } from '../capture/decode-line.ts';
import { readCaptures } from '../capture/files.ts';

export function addDecode(program: Command): void {
  program
    .command('decode')
    .description('what is in capture files, a line a packet')
    .argument('<files...>')
    .option('--json', 'a JSON line a packet')
    .action(async (files: string[], options: { json?: true }) => {
      const timeline = await readCaptures(files);
      for (const sighting of timeline.sightings) {
        const line = decodeLine(sighting);
        const text = options.json ? JSON.stringify(line) : readable(line);
        process.stdout.write(`${text}\n`);
      }
      for (const tap of timeline.taps)
        if (tap.truncated)
          process.stderr.write(`lab: [CAPTURE-TRUNCATED] ${tap.path} ends in the middle of a packet\n`);
    });
}

function readable(line: ReturnType<typeof decodeLine>): string {
  const { tap, frame, timeNs, src, dst, protocol, ...details } = line;
  const seconds = `${timeNs.slice(0, -9)}.${timeNs.slice(-9)}`;
  return `${tap} ${frame} ${seconds} ${src} > ${dst} ${protocol} ${JSON.stringify(details)}`;
}
