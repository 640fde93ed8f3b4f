import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlConnection } from '../../../emulators/kit/control/client.ts';
import { LabError } from '../../errors.ts';
import type { Fabric, FabricSpec, RunningFabric, ServiceSpec } from '../../fabric/fabric.ts';
import type { CastMember } from '../blueprint/cast.ts';
import { meetDeployed, type Player, startPlayer } from './player.ts';

/**
 * A fabric that is up and the processes of the cast in its places. Scenarios that ask for the same fabric follow each
 * other on one ground: before each, the translations are forgotten and every emulator begins anew, with new sockets.
 */
export class Ground {
  readonly running: RunningFabric;
  /** What stands in each cluster now. */
  #services: ReadonlyMap<string, readonly ServiceSpec[]>;
  readonly #players = new Map<string, Player>();

  constructor(running: RunningFabric, wanted: FabricSpec) {
    this.running = running;
    this.#services = servicesOf(wanted);
  }

  /**
   * What another spec asks for, and as new as far as packets can tell: no node or access router remembers a flow. Whoever
   * played in a place that is another one now has gone. @returns false where the fabric cannot become that.
   */
  async become(spec: FabricSpec): Promise<boolean> {
    const others = await this.running.rearrange(spec);
    if (others === undefined) return false;
    this.#services = servicesOf(spec);
    const gone = [...this.#players].filter(([, player]) => others.has(player.place));
    for (const [name] of gone) this.#players.delete(name);
    await Promise.all(gone.map(([, player]) => player.dismiss()));
    await this.#forget();
    return true;
  }

  /** Exactly these Services stand in a cluster. */
  async changeServices(cluster: string, after: readonly ServiceSpec[]): Promise<void> {
    const before = this.#services.get(cluster) ?? [];
    this.#services = new Map([...this.#services, [cluster, after]]);
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

  /** What runs of itself rests until it plays: a lab that was killed may have left it in the middle of a call. */
  async quieten({ clusters }: FabricSpec): Promise<void> {
    const deployed = clusters
      .flatMap(({ pods }) => pods)
      .filter(({ name, deployable }) => deployable !== undefined && this.running.residence(name).deployable);
    await Promise.all(
      deployed.map(async ({ name }) => {
        const player = await meetDeployed(this.running, name);
        this.#players.set(name, player);
        await player.control.act({ do: 'rest' });
      }),
    );
  }

  /** Every member plays, with its own log in `logs`; whoever is not in the cast rests. */
  async play(cast: readonly CastMember[], logs: string): Promise<void> {
    await Promise.all(cast.map((member) => this.#cast(member, logs)));
  }

  async #cast(member: CastMember, logs: string): Promise<void> {
    const { config } = member;
    const { name } = config.process;
    const log = join(logs, `${name}.log`);
    await writeFile(join(logs, `${name}.json`), JSON.stringify(config, undefined, 2));
    let player = this.#players.get(name);
    if (!player || player.ended || player.emulator !== member.emulator) {
      player = await startPlayer(this.running, member, log);
      this.#players.set(name, player);
    }
    const reply = await player.begin(config, log);
    if (reply.ok) return;
    throw new LabError('CAST-NOT-READY', `${name}: ${reply.error ?? 'is not ready'}`, { exitCode: 3, where: log });
  }

  /** Who plays under this name closes its sockets. */
  async retire(name: string): Promise<void> {
    await this.control(name)?.act({ do: 'rest' });
  }

  /** A pod is deleted with all that plays in it. */
  async deletePod(place: string): Promise<void> {
    for (const [name, player] of this.#players) {
      if (player.place !== place) continue;
      this.#players.delete(name);
      player.control.close();
    }
    await this.running.deletePod(place);
  }

  control(name: string): ControlConnection | undefined {
    return this.#players.get(name)?.control;
  }

  /** Nobody holds a socket any more. */
  async rest(): Promise<void> {
    await Promise.all([...this.#players.values()].map(({ control }) => control.act({ do: 'rest' })));
  }

  processes(): { readonly name: string; readonly pid: number }[] {
    return [...this.#players].map(([name, player]) => ({ name, pid: player.pid }));
  }

  async down(): Promise<void> {
    await Promise.all([...this.#players.values()].map((player) => player.dismiss()));
    await this.running.down();
  }
}

const servicesOf = ({ clusters }: FabricSpec) => new Map(clusters.map(({ name, services }) => [name, services]));

/** One ground at a time: kept while it can become what the next scenario asks for, else replaced. */
export class Grounds {
  readonly #fabric: Fabric;
  #kept: Ground | undefined;

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  async take(spec: FabricSpec): Promise<Ground> {
    const kept = this.#kept;
    try {
      if (kept && (await kept.become(spec))) return kept;
    } catch (error) {
      await this.clear();
      throw error;
    }
    await this.clear();
    const ground = new Ground(await this.#fabric.up(spec), spec);
    this.#kept = ground;
    await ground.quieten(spec);
    return ground;
  }

  /** After trouble nothing is kept: the next scenario begins on new ground. */
  async clear(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.down();
  }
}
