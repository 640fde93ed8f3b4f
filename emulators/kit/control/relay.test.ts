import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../log.ts';
import { type ControlServer, serveControl } from './server.ts';

const program = fileURLToPath(new URL('./relay.ts', import.meta.url));
let folder = '';
let server: ControlServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

function relay(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  let wake = (): void => {};
  child.stdout.on('data', (bytes) => {
    out += bytes;
    wake();
  });
  child.stderr.on('data', (bytes) => {
    err += bytes;
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, err })),
  );
  const lines = async (count: number) => {
    while (out.split('\n').length <= count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };
  return { child, ended, lines };
}

const open = async () => {
  server = await serveControl(join(folder, 'x'), () => ({ describe: () => 'here' }), silentLog);
};

test('acts and replies pass, also those sent before the socket was open; its end is the end of its input', async () => {
  const { child, ended, lines } = relay(join(folder, 'x'));
  child.stdin.write('{"id":1,"do":"ready"}\n');
  await open();
  expect(await lines(1)).toEqual([{ id: 1, ok: true }]);
  child.stdin.write('{"id":2,"do":"describe"}\n');
  expect(await lines(2)).toMatchObject([{ id: 1 }, { id: 2, state: 'here' }]);
  child.stdin.end();
  expect(await ended).toEqual({ code: 0, err: '' });
});

test('the emulator ends: told, exit code 1', async () => {
  await open();
  const { child, ended, lines } = relay(join(folder, 'x'));
  child.stdin.write('{"id":1,"do":"ready"}\n');
  await lines(1);
  await server?.close();
  server = undefined;
  expect(await ended).toEqual({ code: 1, err: 'the emulator closed its control channel\n' });
});

test('no emulator within the deadline', async () => {
  const { ended } = relay(join(folder, 'x'), '60');
  expect(await ended).toEqual({ code: 3, err: `no control channel at ${join(folder, 'x')} within 60 ms\n` });
});

test.each([[], ['x', 'soon'], ['x', '0']])('wrong use: %j', async (...args) => {
  expect((await relay(...args).ended).code).toBe(2);
});
