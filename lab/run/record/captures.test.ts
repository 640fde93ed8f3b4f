import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { capturesOf } from './captures.ts';

let run = '';
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'captures-'));
  await mkdir(join(run, 'captures', 'one'), { recursive: true });
});
afterEach(() => rm(run, { recursive: true }));

test('captures of a scenario come sorted, and nothing else that lies beside them', async () => {
  const lies = ['b-edge.pcapng', 'notes.txt', 'a-edge.pcap', 'a-edge.pcapng.gz', '.pcapng~'];
  await Promise.all(lies.map((name) => writeFile(join(run, 'captures', 'one', name), '')));
  const captures = ['a-edge.pcap', 'b-edge.pcapng'].map((name) => join(run, 'captures', 'one', name));
  expect(await capturesOf(run, 'one')).toEqual(captures);
});

test('a scenario that recorded nothing has none', async () => {
  expect(await capturesOf(run, 'one')).toEqual([]);
  expect(await capturesOf(run, 'two')).toEqual([]);
});
