import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fabric, FabricSpec, PlacedProcess, RunningFabric } from '../../fabric/fabric.ts';
import { blueprintOf } from '../blueprint/blueprint.ts';
import { configurationSchema } from '../settings/configuration.ts';
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
function paperFabric(becoming: RunningFabric['rearrange'] = async () => new Set(), deployed: readonly string[] = []) {
  const acts: string[] = [];
  const flushed: string[] = [];
  const down = vi.fn(async () => undefined);
  const started: string[] = [];
  const rearrange = vi.fn(becoming);
  const residence = (place: string) => ({
    ...{ node: 'node', project: '/project', local: true, sockets: join(folder, deployed.includes(place) ? place : '') },
    ...(deployed.includes(place) ? { deployable: 'edge' } : {}),
  });
  const serve = async (name: string, socketPath: string): Promise<Server> => {
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
    await new Promise<void>((listening) => server.listen(socketPath, listening));
    return server;
  };
  const start = async (place: string, [, , , name = '']: readonly string[]): Promise<PlacedProcess> => {
    started.push(place);
    const server = await serve(name, join(folder, name));
    return { pid: 1, place, ended: new Promise(() => undefined), stop: async () => void server.close() };
  };
  const deletePod = vi.fn(async () => undefined);
  const up = vi.fn(async (spec: FabricSpec) => {
    for (const place of deployed) {
      mkdirSync(join(folder, place), { recursive: true });
      await serve(place, join(folder, place, 'control'));
    }
    return {
      spec,
      start,
      rearrange,
      deletePod,
      down,
      residence,
      nat: { flush: async (place) => void flushed.push(place) },
    } as Partial<RunningFabric>;
  });
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

  test('what was deployed rests before anything is recorded, is never started, and rests when the ground goes', async () => {
    const deployed = ['a-edge', 'a-edge-next', 'b-edge', 'b-edge-next'];
    const paper = paperFabric(async () => new Set(), deployed);
    const grounds = new Grounds(paper.fabric);
    const cast = blueprint().cast({ sockets: folder, files: folder, scenario: 's' });
    const ground = await grounds.take(blueprint().fabric);
    expect(paper.acts.toSorted()).toEqual(deployed.map((place) => `${place} rest`));
    await ground.play(cast, folder);
    expect(paper.started.filter((place) => deployed.includes(place))).toEqual([]);
    expect(paper.acts.filter((act) => act.startsWith('a-edge '))).toEqual(['a-edge rest', 'a-edge configure']);
    await grounds.clear();
    expect(paper.acts.filter((act) => act === 'a-edge rest')).toHaveLength(2);
  });

  test('whoever played in a pod that was deleted is met anew when the fabric has brought another one', async () => {
    const paper = paperFabric(async () => new Set(['b-edge']));
    const grounds = new Grounds(paper.fabric);
    const cast = blueprint().cast({ sockets: folder, files: folder, scenario: 's' });
    const ground = await grounds.take(blueprint().fabric);
    await ground.play(cast, folder);
    await ground.deletePod('b-edge');
    expect(ground.control('b-edge')).toBeUndefined();
    expect(await grounds.take(blueprint().fabric)).toBe(ground);
    for (const server of servers.splice(0)) server.close();
    rmSync(join(folder, 'b-edge'), { force: true });
    await ground.play(
      cast.filter(({ place }) => place === 'b-edge'),
      folder,
    );
    expect(paper.started.filter((place) => place === 'b-edge')).toHaveLength(2);
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
