import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plan, type PlannedScenario, planSchema, runSchema } from '../lab/run/record/manifest.ts';

/**
 * Makes the golden captures from a run folder, one scenario a rung: `node .ci/golden.ts RUN-FOLDER`. The run must have passed; what
 * it found becomes what `judge` and `diagnose` have to find in these files for ever. Rungs that it has not run stay as they are.
 */
const rungs = [
  ...['@F1', '@R1a', '@R1b', '@F2', '@R2', '@F3', '@R3', '@F4', '@R4', '@F5', '@R5'],
  ...['@K1', '@K2', '@K3', '@K4', '@K5'],
];
const [folder = ''] = process.argv.slice(2);
const golden = join(import.meta.dirname, '..', 'lab', 'verdict', 'golden');

const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
const plan = planSchema.parse(await read('plan.json'));
const run = runSchema.parse(await read('run.json'));
if (run.verdict !== 'pass') throw new Error(`the run of ${folder} did not pass`);

const made = planSchema.parse(JSON.parse(await readFile(join(golden, 'plan.json'), 'utf8')));
const known: Expected[] = JSON.parse(await readFile(join(golden, 'expected.json'), 'utf8'));
const entries: { scenario: PlannedScenario; feature: Plan['features'][number]; expected: Expected }[] = [];
for (const rung of rungs) {
  const ofRung = (from: Plan) => from.scenarios.find((scenario) => scenario.tags.includes(rung));
  const anew = ofRung(plan);
  const scenario = anew ?? ofRung(made);
  const feature = (anew ? plan : made).features.find(({ uri }) => uri === scenario?.uri);
  const expected = anew ? found(anew.id) : known.find(({ id }) => id === scenario?.id);
  if (!scenario || !feature || !expected) continue;
  entries.push({ scenario, feature, expected });
  if (!anew) continue;
  const old = ofRung(made)?.id;
  if (old !== undefined) await rm(join(golden, 'captures', old), { recursive: true, force: true });
  await cp(join(folder, 'captures', anew.id), join(golden, 'captures', anew.id), { recursive: true });
}
const features = new Map(entries.map(({ feature }) => [feature.uri, feature]));
const scenarios = entries.map(({ scenario }) => scenario);
await write('plan.json', { ...made, lab: plan.lab, parameters: {}, features: [...features.values()], scenarios });
await write(
  'expected.json',
  entries.map(({ expected }) => expected),
);

interface Expected {
  readonly id: string;
  readonly verdict: string | undefined;
  readonly symptom: string | null;
  readonly consequences: readonly string[];
  readonly assertions: number | undefined;
}

function found(id: string): Expected {
  const result = run.scenarios.find((scenario) => scenario.id === id);
  return {
    id,
    verdict: result?.verdict,
    symptom: result?.symptom?.name ?? null,
    consequences: result?.consequences.map((one) => one.name) ?? [],
    assertions: result?.assertions.length,
  };
}

async function write(name: string, value: unknown): Promise<void> {
  await writeFile(join(golden, name), `${JSON.stringify(value, undefined, 2)}\n`);
}
