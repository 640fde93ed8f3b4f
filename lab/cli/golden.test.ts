import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readCaptures } from '../capture/files.ts';
import { findSymptoms } from '../verdict/symptoms.ts';

/** A capture set for each rung, judged and diagnosed without fabric, privileges or network (made by `.ci/golden.ts`). */
const project = join(import.meta.dirname, '..', '..');
const golden = join(project, 'lab', 'verdict', 'golden');
const expected: { id: string; verdict: string; symptom: string | null; consequences: string[]; assertions: number }[] =
  JSON.parse(await readFile(join(golden, 'expected.json'), 'utf8'));

async function lab(...args: string[]) {
  const command = ['lab/cli/preflight.sh', 'lab/cli/main.ts', ...args, '--json'];
  const options = { cwd: project, maxBuffer: 1 << 28 };
  const { stdout } = await promisify(execFile)('sh', command, options).catch((error) => error);
  return JSON.parse(stdout);
}

test('judge finds in the golden captures what was found when they were made', { timeout: 60_000 }, async () => {
  const { scenarios } = await lab('judge', golden);
  const found = scenarios.map(
    (one: {
      id: string;
      verdict: string;
      symptom: { name: string } | null;
      consequences: { name: string }[];
      assertions: [];
    }) => ({
      id: one.id,
      verdict: one.verdict,
      symptom: one.symptom?.name ?? null,
      consequences: one.consequences.map(({ name }) => name),
      assertions: one.assertions.length,
    }),
  );
  expect(found).toEqual(expected);
});

/** Starting the command for each takes longer than all that it does. */
const throughTheCommand = [
  expected.find(({ symptom }) => symptom !== null),
  expected.find(({ symptom }) => symptom === null),
];

async function filesOf(id: string): Promise<string[]> {
  const folder = join(golden, 'captures', id);
  return (await readdir(folder)).map((name) => join(folder, name));
}

describe('diagnose', () => {
  test.each(throughTheCommand)('the command', { timeout: 30_000 }, async (one) => {
    const found = await lab('diagnose', ...(await filesOf(one?.id ?? '')));
    expect(found.symptom?.name ?? null).toBe(one?.symptom);
  });

  test.each(expected)('$id: $symptom', async ({ id, symptom }) => {
    const { symptom: found } = findSymptoms(await readCaptures(await filesOf(id), { tapNames: 'file' }));
    expect(found?.name ?? null).toBe(symptom);
  });
});
