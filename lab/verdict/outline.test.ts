import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCaptures } from '../capture/files.ts';
import { findSymptoms } from './symptoms.ts';

const golden = join(import.meta.dirname, 'golden');
const expected: { id: string; symptom: string | null; consequences: string[] }[] = JSON.parse(
  await readFile(join(golden, 'expected.json'), 'utf8'),
);

test.each(expected)('a thinned timeline shows the symptom of the whole one: $id', async ({ id, symptom }) => {
  const folder = join(golden, 'captures', id);
  const paths = (await readdir(folder)).sort().map((name) => join(folder, name));
  const names = async (media: 'every' | 'outline') => {
    const timeline = await readCaptures(paths, { tapNames: 'file', media });
    const found = findSymptoms(timeline);
    return { symptom: found.symptom?.name ?? null, consequences: found.consequences.map(({ name }) => name) };
  };
  const thin = await names('outline');
  expect(thin.symptom).toBe(symptom);
  expect(thin).toEqual(await names('every'));
});
