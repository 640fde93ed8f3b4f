import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { connectControl } from './client.ts';
import { type ControlHandlers, type ControlServer, serveControl } from './server.ts';

let folder: string;
let server: ControlServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-control-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

const path = () => join(folder, 'x.sock');
const serve = async (handlers: ControlHandlers) => {
  server = await serveControl(path(), () => handlers, silentLog);
};

describe('control channel', () => {
  test('an act gets what its handler returns, promises or throws', async () => {
    await serve({
      describe: () => ({ calls: 1 }),
      call: async ({ group }) => ({ called: group }),
      register: () => {
        throw new Error('403 Forbidden');
      },
      'hang-up': () => undefined,
    });
    const control = await connectControl(path(), 1000);
    expect(await control.act({ do: 'describe' })).toMatchObject({ ok: true, state: { calls: 1 } });
    expect(await control.act({ do: 'call', group: 'sip:g@x' })).toMatchObject({
      ok: true,
      state: { called: 'sip:g@x' },
    });
    expect(await control.act({ do: 'register' })).toMatchObject({ ok: false, error: '403 Forbidden' });
    expect(await control.act({ do: 'hang-up' })).toEqual({ id: 4, ok: true });
    control.close();
  });

  test('ready needs no handler; any other act does', async () => {
    await serve({});
    const control = await connectControl(path(), 1000);
    expect(await control.act({ do: 'ready' })).toMatchObject({ ok: true });
    expect(await control.act({ do: 'release-floor' })).toMatchObject({
      ok: false,
      error: 'release-floor: not an act of this emulator',
    });
    control.close();
  });

  test('a slow act does not hold up a quick one', async () => {
    let finish: () => void = () => {};
    await serve({
      register: () => new Promise<void>((resolve) => (finish = resolve)),
      describe: () => 'quick',
    });
    const control = await connectControl(path(), 1000);
    const slow = control.act({ do: 'register' });
    expect(await control.act({ do: 'describe' })).toMatchObject({ state: 'quick' });
    finish();
    expect(await slow).toMatchObject({ id: 1, ok: true });
    control.close();
  });

  test('the client waits for the socket, even where a killed process left one', async () => {
    writeFileSync(path(), '');
    const connecting = connectControl(path(), 2000);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await serve({});
    const control = await connecting;
    expect(await control.act({ do: 'ready' })).toMatchObject({ ok: true });
    control.close();
  });

  test('no socket within the deadline rejects', async () => {
    await expect(connectControl(path(), 30)).rejects.toThrow(/no control channel at .* within 30 ms/);
  });

  test('an emulator that ends, or never answers, gives a reply that is not ok', async () => {
    await serve({ describe: () => new Promise(() => {}) });
    const control = await connectControl(path(), 1000);
    expect(await control.act({ do: 'describe' }, 20)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/20 ms/),
    });
    const waiting = control.act({ do: 'describe' });
    await server?.close();
    server = undefined;
    expect(await waiting).toMatchObject({ ok: false, error: 'the emulator closed its control channel' });
    expect(await control.act({ do: 'describe' })).toMatchObject({ ok: false });
  });

  test('nonsense is answered, and the connection lives', async () => {
    await serve({});
    const socket = createConnection(path());
    let text = '';
    socket.on('data', (bytes) => (text += bytes));
    socket.write('{"id":1,"do":"fly"}\nnot json\n\n{"id":3,"do":"rea');
    socket.write('dy"}\n');
    await vi.waitFor(() => expect(text.trim().split('\n')).toHaveLength(3));
    const replies = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .sort((a, b) => a.id - b.id);
    expect(replies).toMatchObject([
      { id: -1, ok: false },
      { id: 1, ok: false, error: 'fly: not an act of this emulator' },
      { id: 3, ok: true },
    ]);
    socket.destroy();
  });
});
