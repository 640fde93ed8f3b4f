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
function paperFabric(rebuild?: RunningFabric['rebuild']) {
  const acts: string[] = [];
  const flushed: string[] = [];
  const down = vi.fn(async () => undefined);
  const started: string[] = [];
  const services: string[] = [];
  const applyService: RunningFabric['applyService'] = async (cluster, { name }) =>
    void services.push(`${cluster} +${name}`);
  const removeService: RunningFabric['removeService'] = async (cluster, name) =>
    void services.push(`${cluster} -${name}`);
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
    return { pid: 1, place, ended: new Promise(() => undefined), stop: async () => undefined };
  };
  const up = vi.fn(
    async (spec: FabricSpec) =>
      ({
        spec,
        start,
        ...(rebuild ? { rebuild } : {}),
        down,
        residence,
        applyService,
        removeService,
        nat: { flush: async (place) => void flushed.push(place) },
      }) as Partial<RunningFabric>,
  );
  return { fabric: { name: 'netns', up } as unknown as Fabric, up, down, acts, flushed, started, services };
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

  test('Services are changed while the ground stands: what goes first, then what is new or other', async () => {
    const paper = paperFabric();
    const grounds = new Grounds(paper.fabric);
    const plain = blueprint().fabric;
    const ground = await grounds.take(plain);
    const server = blueprintOf(configurationSchema.parse({ border: { path: 'server' } }), 1).fabric;
    expect(await grounds.take(server)).toBe(ground);
    expect(paper.services).toEqual(['a +server-nodeport', 'b +server-nodeport']);
    await grounds.take(plain);
    expect(paper.services.slice(2)).toEqual(['a -server-nodeport', 'b -server-nodeport']);
    await grounds.take(plain);
    expect(paper.services).toHaveLength(4);
    expect(paper.up).toHaveBeenCalledOnce();
  });

  test('another fabric in the same places: they are rebuilt, and nobody starts again', async () => {
    const rebuilt = { address: async () => 'rebuilt' } as Partial<RunningFabric> as RunningFabric;
    const rebuild = vi.fn(async (): Promise<RunningFabric | undefined> => rebuilt);
    const paper = paperFabric(rebuild);
    const grounds = new Grounds(paper.fabric);
    const first = await grounds.take(blueprint().fabric);
    await first.play(blueprint().cast({ sockets: folder, files: folder, scenario: 's' }), folder);
    const started = paper.started.length;
    const other = blueprint(1).fabric;
    expect(await grounds.take(other)).toBe(first);
    expect(rebuild).toHaveBeenCalledExactlyOnceWith(other);
    expect(first.running).toBe(rebuilt);
    expect(first.fits(other)).toBe(true);
    expect(paper.started).toHaveLength(started);
    expect(paper.up).toHaveBeenCalledOnce();
    expect(paper.down).not.toHaveBeenCalled();
  });

  test.each(['other places', 'trouble'])('what cannot be rebuilt is given up: %s', async (why) => {
    const paper = paperFabric(async () => {
      if (why === 'trouble') throw new Error('half of it');
      return undefined;
    });
    const grounds = new Grounds(paper.fabric);
    const first = await grounds.take(blueprint().fabric);
    const next = grounds.take(blueprint(1).fabric);
    if (why === 'trouble') await expect(next).rejects.toThrow('half of it');
    else expect(await next).not.toBe(first);
    expect(paper.down).toHaveBeenCalledOnce();
    expect(await grounds.take(blueprint(1).fabric)).not.toBe(first);
  });

  test('another fabric, or trouble, means new ground', async () => {
    const paper = paperFabric();
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
