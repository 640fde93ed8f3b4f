import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

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

describe('diagnose', () => {
  test.each(expected)('$id: $symptom', { timeout: 30_000 }, async ({ id, symptom }) => {
    const folder = join(golden, 'captures', id);
    const files = (await readdir(folder)).map((name) => join(folder, name));
    expect((await lab('diagnose', ...files)).symptom?.name ?? null).toBe(symptom);
  });
});
