import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClusterState,
  forgetState,
  heldByOther,
  kubeconfigOf,
  readState,
  readStates,
  stateFolder,
  withLock,
  writeState,
} from './state.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kind-state-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const state = (name: string, more: Partial<ClusterState> = {}): ClusterState => ({
  version: 1,
  name,
  digest: '12345678',
  kubeconfig: kubeconfigOf(folder, name),
  kept: false,
  ready: true,
  ...more,
});

describe('what is remembered of a cluster', () => {
  test('is read as it was written, by this user alone', async () => {
    await writeState(folder, state('one', { holder: 7 }));
    expect(await readState(folder, 'one')).toEqual(state('one', { holder: 7 }));
    expect(statSync(join(folder, 'one.json')).mode & 0o777).toBe(0o600);
  });

  test('is nothing of a cluster that somebody else made', async () => {
    expect(await readState(folder, 'other')).toBeUndefined();
    expect(await readStates(join(folder, 'nowhere'))).toEqual([]);
  });

  test.each(['', '{"version":1,"na', '{"version":99}', '[]'])(
    'is the name alone where a file holds %j',
    async (text) => {
      writeFileSync(join(folder, 'torn.json'), text);
      expect(await readState(folder, 'torn')).toMatchObject({ name: 'torn', ready: false, kept: false, digest: '' });
    },
  );

  test('goes with everything that belongs to it, and leaves the others', async () => {
    await writeState(folder, state('one'));
    await writeState(folder, state('two'));
    writeFileSync(kubeconfigOf(folder, 'one'), '');
    await forgetState(folder, 'one');
    expect((await readStates(folder)).map(({ name }) => name)).toEqual(['two']);
    expect(() => statSync(kubeconfigOf(folder, 'one'))).toThrow('ENOENT');
  });

  test('lies where the user keeps such things', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/x' })).toBe('/x/mcx-lab/kind');
    expect(stateFolder({ XDG_STATE_HOME: '' })).toMatch(/\.local\/state\/mcx-lab\/kind$/);
  });
});

/** A pid that was somebody's a moment ago. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.on('exit', resolve));
  return child.pid ?? 0;
}

describe('who uses a cluster', () => {
  test('nobody, this lab, a lab that is gone: nobody else', async () => {
    expect(heldByOther(state('x'))).toBe(false);
    expect(heldByOther(state('x', { holder: process.pid }))).toBe(false);
    expect(heldByOther(state('x', { holder: await deadPid() }))).toBe(false);
  });

  test('a process that lives', () => {
    expect(heldByOther(state('x', { holder: process.ppid }))).toBe(true);
  });
});

describe('the lock', () => {
  test('lets one at a time decide, and is free again after an error', async () => {
    const order: string[] = [];
    const turn = (name: string, fail = false) =>
      withLock(folder, 'x', async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push(`${name} out`);
        if (fail) throw new Error('failed');
      });
    const all = await Promise.allSettled([turn('one', true), turn('two'), turn('three')]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    for (let at = 0; at < order.length; at += 2) expect(order[at + 1]).toBe(order[at]?.replace('in', 'out'));
  });

  test('of a lab that is gone is nobody’s', async () => {
    writeFileSync(join(folder, 'x.lock'), String(await deadPid()));
    expect(await withLock(folder, 'x', async () => 'mine')).toBe('mine');
  });
});
