import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPrunable, prune } from './prune.ts';

let project = '';
const out = () => join(project, 'reports', 'out');

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'lab-prune-'));
  for (const [i, name] of ['one', 'two', 'three', 'four'].entries()) {
    await mkdir(join(out(), name), { recursive: true });
    await writeFile(join(out(), name, 'plan.json'), '{}');
    await utimes(join(out(), name, 'plan.json'), 1000 + i, 1000 + i);
  }
  await mkdir(join(out(), 'my notes'));
  await symlink('one', join(out(), 'latest'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

const names = async (keep: number) => (await findPrunable(project, keep)).folders.map((path) => basename(path));

test('the oldest go, the newest stay, and the latest of all whatever its age', async () => {
  expect(await names(2)).toEqual(['two']);
  expect(await names(1)).toEqual(['two', 'three']);
  expect(await names(0)).toEqual(['two', 'three', 'four']);
  expect(await names(4)).toEqual([]);
});

test('nothing but run folders and what is left of labs that have ended goes', async () => {
  await mkdir(join(out(), '.held', 'gone'), { recursive: true });
  const state = { version: 1, name: 'gone', pid: 2 ** 22, startTicks: '1', inside: 1, places: [], folder: 'x' };
  await writeFile(join(out(), '.held', 'gone.json'), JSON.stringify(state));
  const own = { ...state, name: 'open', pid: process.pid, startTicks: 'another' };
  await writeFile(join(out(), '.held', 'open.json'), JSON.stringify(own));
  const found = await findPrunable(project, 1);
  expect(found.labs.map(({ name }) => name).sort()).toEqual(['gone', 'open']);
  await prune(project, found);
  expect((await readdir(out())).sort()).toEqual(['.held', 'four', 'latest', 'my notes', 'one']);
  expect(await readdir(join(out(), '.held'))).toEqual([]);
});

test('where nothing ever ran there is nothing to do', async () => {
  expect(await findPrunable(join(project, 'nowhere'), 0)).toEqual({ folders: [], labs: [] });
});
