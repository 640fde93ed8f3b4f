import type { Command } from 'commander';
import { mediaBySize, readCaptures } from '../capture/files.ts';
import { findSymptoms } from '../verdict/symptoms.ts';

export function addDiagnose(program: Command): void {
  program
    .command('diagnose')
    .description("somebody else's capture: symptom, consequences, evidence, remedy")
    .argument('<files...>')
    .option('--json', 'one JSON document on standard output')
    .action(async (files: string[], options: { json?: true }) => {
      const timeline = await readCaptures(files, { tapNames: 'file', media: await mediaBySize(files) });
      const found = findSymptoms(timeline);
      // Whatever was found: where packets may be missing, no symptom is worth less too.
      for (const tap of timeline.taps)
        if (tap.drops === undefined)
          process.stderr.write(`warning: ${tap.path} does not say what its recorder dropped\n`);
      for (const { path, thinned } of timeline.taps)
        if (thinned)
          process.stderr.write(`note: ${path} is large: ${thinned} packets of RTP were counted and left out\n`);
      process.exitCode = found.symptom ? 1 : found.undecided === null ? 0 : 3;
      if (options.json) {
        return void process.stdout.write(`${JSON.stringify({ version: 1, ...found }, undefined, 2)}\n`);
      }
      if (!found.symptom) {
        const text = found.undecided === null ? 'no symptom' : `undecidable: ${found.undecided}`;
        return void process.stdout.write(`${text}\n`);
      }
      for (const [role, one] of [
        ['symptom', found.symptom] as const,
        ...found.consequences.map((c) => ['consequence', c] as const),
      ]) {
        process.stdout.write(`${role} ${one.name}\n  remedy: ${one.remedy}\n`);
        for (const { tap, frame } of one.evidence) process.stdout.write(`  ${tap} frame ${frame}\n`);
      }
    });
}
