import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMemory, stampsOf, writeMemory } from './image-memory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcx-memory-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what was made is remembered; nothing is, where the file is none of ours', async () => {
  const file = join(folder, 'deep', 'cast-image.json');
  const memory = { reference: 'mcx-lab/cast:0', system: ['/bin/sh'], stamps: 'x' };
  expect(await readMemory(file)).toBeUndefined();
  await writeMemory(memory, file);
  expect(await readMemory(file)).toEqual(memory);
  await writeFile(file, '{"reference": 1}');
  expect(await readMemory(file)).toBeUndefined();
  await writeFile(file, '{"refer');
  expect(await readMemory(file)).toBeUndefined();
  // A folder in the file's place: no memory, and no error.
  await writeMemory(memory, folder);
});

test('files that were written since, are others, or are gone, are not the same', async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await writeFile(one, 'x');
  await writeFile(two, 'x');
  const stamps = await stampsOf([one], 'word');
  expect(stamps).toBeDefined();
  expect(await stampsOf([one], 'word')).toBe(stamps);
  expect(await stampsOf([two], 'word')).not.toBe(stamps);
  expect(await stampsOf([one], 'other')).not.toBe(stamps);
  await writeFile(one, 'y');
  // As old as before by its own word: the kernel's word is another one.
  await utimes(one, 0, 0);
  const touched = await stampsOf([one], 'word');
  expect(touched).not.toBe(stamps);
  await rm(one);
  expect(await stampsOf([one], 'word')).toBeUndefined();
});
