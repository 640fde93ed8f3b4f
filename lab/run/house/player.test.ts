import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Residence, RunningFabric } from '../../fabric/fabric.ts';
import { blueprintOf } from '../blueprint/blueprint.ts';
import { configurationSchema } from '../settings/configuration.ts';
import { startPlayer } from './player.ts';

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-player-'));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

const paths = { sockets: '/s', files: '/f', scenario: 's' };
const member = (name: string) => {
  const cast = blueprintOf(configurationSchema.parse({}), 1).cast(paths);
  const found = cast.find(({ config }) => config.process.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

interface Heard {
  readonly commands: (readonly string[])[];
  readonly lines: string[];
}

/** A place far away: its processes are reached by conversation alone. */
function farFabric(residence: Residence, ended: Promise<number | string> = new Promise(() => undefined)) {
  const heard: Heard = { commands: [], lines: [] };
  const running: Pick<RunningFabric, 'residence' | 'start' | 'converse'> = {
    residence: () => residence,
    start: async (place, command) => {
      heard.commands.push(command);
      return { pid: 1, place, ended, stop: async () => undefined };
    },
    converse: async (place, command) => {
      heard.commands.push(command);
      let answer: (line: string) => void = () => undefined;
      return {
        place,
        send: (line) => {
          heard.lines.push(line);
          const { id, logHere } = JSON.parse(line) as { id: number; logHere?: true };
          queueMicrotask(() => {
            if (logHere) answer(JSON.stringify({ log: 'said here\n' }));
            answer(JSON.stringify({ id, ok: true }));
          });
        },
        onLine: (listener) => {
          answer = listener;
        },
        ended: ended.then((code) => ({ code, stderr: '' })),
        close: async () => undefined,
      };
    },
  };
  return { running: running as RunningFabric, heard };
}

const far: Residence = { node: 'node', project: '/mcx', sockets: '/run/mcx', local: false };

describe('a player', () => {
  test('far away starts at rest from the image, and is reached through the relay', async () => {
    const { running, heard } = farFabric(far);
    const player = await startPlayer(running, member('a-edge'), join(folder, 'log'));
    expect(heard.commands).toEqual([
      ['node', '/mcx/emulators/edge/main.ts', '--rest', 'a-edge', '/run/mcx/a-edge'],
      ['node', '/mcx/emulators/kit/control/relay.ts', '/run/mcx/a-edge', '60000'],
    ]);
    expect(await player.control.act({ do: 'rest' })).toMatchObject({ ok: true });
    expect(heard.lines.map((line) => (JSON.parse(line) as { do: string }).do)).toEqual(['ready', 'rest']);
  });

  test('begins each scenario with a log of its own', async () => {
    const { running, heard } = farFabric(far);
    const player = await startPlayer(running, member('a-edge'), join(folder, 'start'));
    for (const scenario of ['one', 'two'])
      expect(await player.begin(member('a-edge').config, join(folder, scenario))).toMatchObject({ ok: true });
    expect(['one', 'two'].map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
      'said here\n',
      'said here\n',
    ]);
    expect(heard.lines.map((line) => (JSON.parse(line) as { logHere?: true }).logHere)).toEqual([
      undefined,
      true,
      true,
    ]);
  });

  test('that was deployed is not started again, and rests when the lab is done with it', async () => {
    const { running, heard } = farFabric({ ...far, deployable: 'edge' });
    const player = await startPlayer(running, member('a-edge'), join(folder, 'log'));
    expect(heard.commands).toEqual([['node', '/mcx/emulators/kit/control/relay.ts', '/run/mcx/control', '60000']]);
    expect(player).toMatchObject({ emulator: 'edge', place: 'a-edge', ended: false });
    await player.dismiss();
    expect(heard.lines.map((line) => (JSON.parse(line) as { do: string }).do)).toEqual(['ready', 'rest']);
  });

  test('that was deployed has ended when nobody answers in its pod any more', async () => {
    const gone = Promise.withResolvers<number>();
    const { running } = farFabric({ ...far, deployable: 'edge' }, gone.promise);
    const player = await startPlayer(running, member('a-edge'), join(folder, 'log'));
    gone.resolve(1);
    await expect.poll(() => player.ended).toBe(true);
  });

  test('is started where another program was deployed', async () => {
    const { running, heard } = farFabric({ ...far, deployable: 'agency' });
    await startPlayer(running, member('a-edge'), join(folder, 'log'));
    expect(heard.commands[0]).toContain('--rest');
  });

  test('here is reached at its socket', async () => {
    const listening = createServer((socket) => socket.on('data', () => socket.write('{"id":1,"ok":true}\n')));
    server = listening;
    await new Promise<void>((resolve) => listening.listen(join(folder, 'a-edge'), resolve));
    const { running, heard } = farFabric({ ...far, sockets: folder, local: true });
    const player = await startPlayer(running, member('a-edge'), join(folder, 'log'));
    expect(heard.commands).toHaveLength(1);
    expect(await player.control.act({ do: 'rest' })).toMatchObject({ ok: true });
    player.control.close();
  });

  test('that ends before it is ready is trouble of the environment, with its log', async () => {
    const { running } = farFabric({ ...far, sockets: folder, local: true }, Promise.resolve(1));
    const started = startPlayer(running, member('a-edge'), join(folder, 'log'));
    await expect(started).rejects.toMatchObject({ code: 'CAST-ENDED', exitCode: 3, where: join(folder, 'log') });
  });
});
