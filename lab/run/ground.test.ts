import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fabric, FabricSpec, PlacedProcess, RunningFabric } from '../fabric/fabric.ts';
import { blueprintOf } from './blueprint.ts';
import { configurationSchema } from './configuration.ts';
import { Grounds } from './ground.ts';

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-ground-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true });
});

/** A fabric without packets: every started process is a control socket that notes its acts. */
function paperFabric(becoming: RunningFabric['rearrange'] = async () => new Set()) {
  const acts: string[] = [];
  const flushed: string[] = [];
  const down = vi.fn(async () => undefined);
  const started: string[] = [];
  const rearrange = vi.fn(becoming);
  const residence = () => ({ node: 'node', project: '/project', sockets: folder, local: true });
  const start = async (place: string, [, , , name = '']: readonly string[]): Promise<PlacedProcess> => {
    started.push(place);
    const server = createServer((socket) =>
      socket.on('data', (bytes) => {
        for (const line of bytes.toString().trim().split('\n')) {
          const { id, do: what } = JSON.parse(line) as { id: number; do: string };
          acts.push(`${name} ${what}`);
          socket.write(`${JSON.stringify({ id, ok: true })}\n`);
        }
      }),
    );
    servers.push(server);
    await new Promise<void>((listening) => server.listen(join(folder, name), listening));
    return { pid: 1, place, ended: new Promise(() => undefined), stop: async () => void server.close() };
  };
  const up = vi.fn(
    async (spec: FabricSpec) =>
      ({
        spec,
        start,
        rearrange,
        down,
        residence,
        nat: { flush: async (place) => void flushed.push(place) },
      }) as Partial<RunningFabric>,
  );
  return { fabric: { name: 'netns', up } as unknown as Fabric, up, down, acts, flushed, started, rearrange };
}

const configuration = configurationSchema.parse({});
const blueprint = (shift = 0) => blueprintOf(configuration, 1, shift);

describe('grounds', () => {
  test('scenarios of equal fabrics follow each other on one: flows forgotten, everybody configured anew', async () => {
    const paper = paperFabric();
    const grounds = new Grounds(paper.fabric);
    const cast = blueprint().cast({ sockets: folder, files: folder, scenario: 's' });
    const first = await grounds.take(blueprint().fabric);
    await first.play(cast, folder);
    await first.rest();
    expect(paper.flushed).toEqual([]);
    const second = await grounds.take(blueprint().fabric);
    expect(second).toBe(first);
    expect(paper.flushed.sort()).toEqual(['a-access', 'a-node', 'b-access', 'b-node']);
    await second.play(cast, folder);
    expect(paper.up).toHaveBeenCalledOnce();
    expect(paper.started).toHaveLength(cast.length);
    for (const { config } of cast)
      expect(paper.acts.filter((act) => act.startsWith(`${config.process.name} `))).toEqual([
        `${config.process.name} configure`,
        `${config.process.name} rest`,
        `${config.process.name} configure`,
      ]);
    await grounds.clear();
    expect(paper.down).toHaveBeenCalledOnce();
  });

  test('a fabric that can become another one stays, and only who was in an exchanged place begins anew', async () => {
    const paper = paperFabric(async () => new Set(['b-mcx']));
    const grounds = new Grounds(paper.fabric);
    const cast = blueprint().cast({ sockets: folder, files: folder, scenario: 's' });
    const ground = await grounds.take(blueprint().fabric);
    await ground.play(cast, folder);
    const same = blueprintOf(configurationSchema.parse({ bystander: 'same-address' }), 1).fabric;
    expect(await grounds.take(same)).toBe(ground);
    expect(paper.rearrange).toHaveBeenCalledExactlyOnceWith(same);
    await ground.play(cast, folder);
    expect(paper.started.slice(cast.length)).toEqual(['b-mcx']);
    expect(paper.down).not.toHaveBeenCalled();
  });

  test('a fabric that could not be rearranged to its end is given up', async () => {
    const paper = paperFabric(async () => {
      throw new Error('half of it');
    });
    const grounds = new Grounds(paper.fabric);
    const first = await grounds.take(blueprint().fabric);
    await expect(grounds.take(blueprint(1).fabric)).rejects.toThrow('half of it');
    expect(paper.down).toHaveBeenCalledOnce();
    expect(await grounds.take(blueprint(1).fabric)).not.toBe(first);
  });

  test('a fabric that cannot become another one is replaced, and so is one that saw trouble', async () => {
    const paper = paperFabric(async () => undefined);
    const grounds = new Grounds(paper.fabric);
    const first = await grounds.take(blueprint().fabric);
    const second = await grounds.take(blueprint(1).fabric);
    expect(second).not.toBe(first);
    expect(paper.down).toHaveBeenCalledOnce();
    await grounds.clear();
    expect(await grounds.take(blueprint(1).fabric)).not.toBe(second);
    expect(paper.up).toHaveBeenCalledTimes(3);
  });
});
