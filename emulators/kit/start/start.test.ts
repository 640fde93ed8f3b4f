import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectControl } from '../control/client.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-start-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const fixture = join(import.meta.dirname, 'fixture.ts');

function start(config: unknown, args = ['config.json']) {
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  const started = spawn(process.execPath, [fixture, ...args], { cwd: folder });
  child = started;
  let text = '';
  started.stderr.on('data', (bytes) => (text += bytes));
  const ended = new Promise<number | null>((resolve) => started.on('exit', resolve));
  return { ended, stderr: () => text, kill: (signal: NodeJS.Signals) => started.kill(signal) };
}

const good = (mode = 'good') => ({
  process: { name: 'a-x', control: 'x.sock', seed: 1 },
  mode,
});

describe('an emulator', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('opens its control channel, and ends with 0 at %s', async (signal) => {
    const run = start(good());
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    expect(await control.act({ do: 'ready' })).toMatchObject({ ok: true });
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: { faults: 0, tag: expect.any(String) } });
    run.kill(signal);
    expect(await run.ended).toBe(0);
    expect(existsSync(join(folder, 'x.sock'))).toBe(false);
    control.close();
  });

  test('ends although something does not want to close', async () => {
    const run = start(good('stuck'));
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    control.close();
  });

  test('a bug that nobody catches is counted and logged, and does not end it', async () => {
    const run = start(good());
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    await control.act({ do: 'hang-up' });
    await control.act({ do: 'release-floor' });
    expect(await control.act({ do: 'describe' })).toMatchObject({ ok: true, state: { faults: 2 } });
    expect(run.stderr()).toContain('a bug in a timer');
    expect(run.stderr()).toContain('a bug in a promise');
    control.close();
  });

  test('begins anew with another configuration: nothing of the old one acts, its log goes on elsewhere', async () => {
    start(good('late'));
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    const before = await control.act({ do: 'describe' });
    const next = { process: { name: 'a-x', control: 'x.sock', seed: 2 }, mode: 'good' };
    const log = join(folder, 'next.log');
    expect(await control.act({ do: 'configure', config: next, log })).toMatchObject({ ok: true });
    const after = await control.act({ do: 'describe' });
    expect(after.state).not.toEqual(before.state);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: { faults: 0 } });
    expect(readFileSync(log, 'utf8')).toContain('ready');
    control.close();
  });

  test('tells its log to whoever has configured it so, and says it itself again when nobody is there', async () => {
    const run = start(good());
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    let heard = '';
    control.hearLog((line) => (heard += line));
    expect(await control.act({ do: 'configure', config: good(), logHere: true })).toMatchObject({ ok: true });
    expect(JSON.parse(heard)).toMatchObject({ name: 'a-x', what: 'ready' });
    const said = run.stderr();
    await control.act({ do: 'hang-up' });
    await expect.poll(() => heard).toContain('a bug in a timer');
    expect(run.stderr()).toBe(said);
    control.close();
    const other = await connectControl(join(folder, 'x.sock'), 5000);
    await other.act({ do: 'release-floor' });
    await expect.poll(run.stderr).toContain('a bug in a promise');
    other.close();
  });

  test('rests: nothing acts and no act of it is known until it is configured', async () => {
    start(good('late'));
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    expect(await control.act({ do: 'rest' })).toMatchObject({ ok: true });
    expect(await control.act({ do: 'hang-up' })).toMatchObject({ ok: false });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: { faults: 0 } });
    expect(await control.act({ do: 'configure', config: good() })).toMatchObject({ ok: true });
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: { tag: expect.any(String) } });
    control.close();
  });

  test('starts at rest, and begins with what it is told', async () => {
    start(good(), ['--rest', 'a-x', 'x.sock']);
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    expect(await control.act({ do: 'describe' })).toMatchObject({ ok: true, state: { faults: 0 } });
    expect(await control.act({ do: 'configure', config: good() })).toMatchObject({ ok: true });
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: { tag: expect.any(String) } });
    control.close();
  });

  test('refuses a new configuration that is not one, and tells when its sockets cannot be opened', async () => {
    start(good());
    const control = await connectControl(join(folder, 'x.sock'), 5000);
    expect(await control.act({ do: 'configure', config: { mode: 'good' } })).toMatchObject({ ok: false });
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: { tag: expect.any(String) } });
    const refused = await control.act({ do: 'configure', config: good('no-socket') });
    expect(refused).toMatchObject({ ok: false, error: 'EADDRINUSE' });
    expect(await control.act({ do: 'configure', config: good() })).toMatchObject({ ok: true });
    control.close();
  });

  test.each([
    ['no file named', good(), [], 'use: node main.ts CONFIG.json'],
    ['rest without a socket', good(), ['--rest', 'a-x'], 'use: node main.ts CONFIG.json'],
    ['no such file', good(), ['other.json'], 'ENOENT'],
    ['not JSON', '{', ['config.json'], 'config.json: '],
    ['not a configuration', { ...good(), mode: 'bad', more: 1 }, ['config.json'], 'mode'],
  ])('%s: exit 2 and the reason', async (_, config, args, reason) => {
    const run = start(config, args);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(reason);
  });

  test('sockets that cannot be opened: exit 1', async () => {
    const run = start(good('no-socket'));
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toContain('EADDRINUSE');
  });
});
