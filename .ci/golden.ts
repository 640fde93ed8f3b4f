import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planSchema, runSchema } from '../lab/run/manifest.ts';

/**
 * Makes the golden captures from a run folder, one scenario a rung: `node .ci/golden.ts RUN-FOLDER`. The run must have passed; what
 * it found becomes what `judge` and `diagnose` have to find in these files for ever.
 */
const rungs = ['@F1', '@R1a', '@R1b', '@F2', '@R2', '@F3', '@R3', '@F4', '@R4', '@F5', '@R5'];
const [folder = ''] = process.argv.slice(2);
const golden = join(import.meta.dirname, '..', 'lab', 'verdict', 'golden');

const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
const plan = planSchema.parse(await read('plan.json'));
const run = runSchema.parse(await read('run.json'));
if (run.verdict !== 'pass') throw new Error(`the run of ${folder} did not pass`);

const scenarios = rungs.flatMap((rung) => plan.scenarios.find((scenario) => scenario.tags.includes(rung)) ?? []);
const uris = new Set(scenarios.map((scenario) => scenario.uri));
await rm(golden, { recursive: true, force: true });
await mkdir(join(golden, 'captures'), { recursive: true });
for (const { id } of scenarios)
  await cp(join(folder, 'captures', id), join(golden, 'captures', id), { recursive: true });
const features = plan.features.filter((feature) => uris.has(feature.uri));
await write('plan.json', { ...plan, parameters: {}, features, scenarios });
await write(
  'expected.json',
  scenarios.map(({ id }) => {
    const found = run.scenarios.find((scenario) => scenario.id === id);
    return {
      id,
      verdict: found?.verdict,
      symptom: found?.symptom?.name ?? null,
      consequences: found?.consequences.map((one) => one.name),
      assertions: found?.assertions.length,
    };
  }),
);

async function write(name: string, value: unknown): Promise<void> {
  await writeFile(join(golden, name), `${JSON.stringify(value, undefined, 2)}\n`);
}
