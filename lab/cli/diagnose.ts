import type { Command } from 'commander';
import { readCaptures } from '../capture/files.ts';
import { findSymptoms } from '../verdict/symptoms.ts';

export function addDiagnose(program: Command): void {
  program
    .command('diagnose')
    .description("somebody else's capture: symptom, consequences, evidence, remedy")
    .argument('<files...>')
    .option('--json', 'one JSON document on standard output')
    .action(async (files: string[], options: { json?: true }) => {
      const timeline = await readCaptures(files);
      const found = findSymptoms(timeline);
      const calls = timeline.sightings.some((sighting) => sighting.content.protocol === 'sip');
      process.exitCode = found.symptom ? 1 : calls ? 0 : 3;
      if (options.json) {
        const document = { version: 1, ...found, undecidable: !calls && !found.symptom };
        return void process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
      }
      if (!found.symptom) {
        const text = calls ? 'no symptom' : 'undecidable: there is no SIP in these files';
        return void process.stdout.write(`${text}\n`);
      }
      for (const [role, one] of [
        ['symptom', found.symptom] as const,
        ...found.consequences.map((c) => ['consequence', c] as const),
      ]) {
        process.stdout.write(`${role} ${one.name}\n  remedy: ${one.remedy}\n`);
        for (const { tap, frame } of one.evidence) process.stdout.write(`  ${tap} frame ${frame}\n`);
      }
      for (const tap of timeline.taps)
        if (tap.drops === undefined)
          process.stderr.write(`warning: ${tap.path} does not say what its recorder dropped\n`);
    });
}
