import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlConnection } from '../../emulators/kit/control-client.ts';
import { LabError } from '../errors.ts';
import type { Fabric, FabricSpec, RunningFabric, ServiceSpec } from '../fabric/fabric.ts';
import type { CastMember } from './cast.ts';
import { type Player, startPlayer } from './player.ts';

/** Scenarios of equal keys can follow each other on one ground; Services are changed while it stands. */
export const groundKey = ({ clusters, ...rest }: FabricSpec): string =>
  JSON.stringify({ ...rest, clusters: clusters.map(({ services: _, ...cluster }) => cluster) });

/**
 * A fabric that is up and the processes of the cast in its places. Scenarios that ask for the same fabric follow each
 * other on one ground: before each, the translations are forgotten and every emulator begins anew, with new sockets.
 */
export class Ground {
  #running: RunningFabric;
  #wanted: FabricSpec;
  readonly #players = new Map<string, Player>();

  constructor(running: RunningFabric, wanted: FabricSpec) {
    this.#running = running;
    this.#wanted = wanted;
  }

  get running(): RunningFabric {
    return this.#running;
  }

  /** Another fabric in the same places, where the cast lives on. @returns whether that is possible. */
  async rebuild(spec: FabricSpec): Promise<boolean> {
    const rebuilt = await this.#running.rebuild?.(spec);
    if (rebuilt === undefined) return false;
    this.#running = rebuilt;
    this.#wanted = spec;
    return true;
  }

  fits(spec: FabricSpec): boolean {
    return groundKey(spec) === groundKey(this.#wanted);
  }

  /** As new, as far as packets can tell: the Services of this spec, and no node or access router remembers a flow. */
  async renew(spec: FabricSpec): Promise<void> {
    const before = this.#wanted;
    this.#wanted = spec;
    await Promise.all(
      spec.clusters.map(({ name, services }, index) =>
        this.#changeServices(name, before.clusters[index]?.services ?? [], services),
      ),
    );
    await this.#forget();
  }

  async #changeServices(cluster: string, before: readonly ServiceSpec[], after: readonly ServiceSpec[]): Promise<void> {
    // First what goes: its node ports may be wanted again.
    for (const { name } of before)
      if (!after.some((one) => one.name === name)) await this.running.removeService(cluster, name);
    for (const service of after)
      if (!before.some((one) => JSON.stringify(one) === JSON.stringify(service)))
        await this.running.applyService(cluster, service);
  }

  async #forget(): Promise<void> {
    const { spec, nat } = this.running;
    const routers = spec.accesses.filter(({ hosts }) => hosts.length > 0);
    const places = [...spec.clusters.map(({ name }) => `${name}-node`), ...routers.map(({ name }) => `${name}-access`)];
    await Promise.all(places.map((place) => nat.flush?.(place)));
  }

  /** Every member plays, with its own log in `logs`; whoever is not in the cast rests. */
  async play(cast: readonly CastMember[], logs: string): Promise<void> {
    await Promise.all(cast.map((member) => this.#cast(member, logs)));
  }

  async #cast(member: CastMember, logs: string): Promise<void> {
    const { config, place } = member;
    const { name } = config.process;
    const log = join(logs, `${name}.log`);
    await writeFile(join(logs, `${name}.json`), JSON.stringify(config, undefined, 2));
    let player = this.#players.get(name);
    if (!player || player.ended || player.emulator !== member.emulator) {
      player = await startPlayer(this.running, member, log);
      this.#players.set(name, player);
    }
    const own = this.running.residence(place).local ? { log } : {};
    const reply = await player.control.act({ do: 'configure', config, ...own });
    if (reply.ok) return;
    throw new LabError('CAST-NOT-READY', `${name}: ${reply.error ?? 'is not ready'}`, { exitCode: 3, where: log });
  }

  control(name: string): ControlConnection | undefined {
    return this.#players.get(name)?.control;
  }

  /** Nobody holds a socket any more. */
  async rest(): Promise<void> {
    await Promise.all([...this.#players.values()].map(({ control }) => control.act({ do: 'rest' })));
  }

  processes(): { readonly name: string; readonly pid: number }[] {
    return [...this.#players].map(([name, player]) => ({ name, pid: player.process.pid }));
  }

  async down(): Promise<void> {
    await Promise.all(
      [...this.#players.values()].map(async ({ process: placed, control }) => {
        control.close();
        await placed.stop(1000);
      }),
    );
    await this.running.down();
  }
}

/** One ground at a time: kept while scenarios ask for the same fabric, rebuilt or replaced when one asks for another. */
export class Grounds {
  readonly #fabric: Fabric;
  #kept: Ground | undefined;

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  async take(spec: FabricSpec): Promise<Ground> {
    const kept = this.#kept;
    try {
      if (kept?.fits(spec)) {
        await kept.renew(spec);
        return kept;
      }
      if (await kept?.rebuild(spec)) return kept as Ground;
    } catch (error) {
      await this.clear();
      throw error;
    }
    await this.clear();
    const ground = new Ground(await this.#fabric.up(spec), spec);
    this.#kept = ground;
    return ground;
  }

  /** After trouble nothing is kept: the next scenario begins on new ground. */
  async clear(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.down();
  }
}
