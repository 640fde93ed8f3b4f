import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ControlConnection, connectControl } from '../../emulators/kit/control-client.ts';
import { LabError } from '../errors.ts';
import type { Fabric, FabricSpec, PlacedProcess, RunningFabric } from '../fabric/fabric.ts';
import type { CastMember } from './cast.ts';

interface Player {
  readonly emulator: CastMember['emulator'];
  readonly process: PlacedProcess;
  readonly control: ControlConnection;
  ended: boolean;
}

/** Scenarios of equal keys can follow each other on one ground. */
export const groundKey = (spec: FabricSpec): string => JSON.stringify(spec);

/**
 * A fabric that is up and the processes of the cast in its places. Scenarios that ask for the same fabric follow each
 * other on one ground: before each, the translations are forgotten and every emulator begins anew, with new sockets.
 */
export class Ground {
  readonly running: RunningFabric;
  readonly #wanted: string;
  readonly #project: string;
  readonly #players = new Map<string, Player>();

  constructor(running: RunningFabric, wanted: FabricSpec, project: string) {
    this.running = running;
    this.#wanted = groundKey(wanted);
    this.#project = project;
  }

  fits(spec: FabricSpec): boolean {
    return groundKey(spec) === this.#wanted;
  }

  /** As new, as far as packets can tell: no node and no access router remembers a flow. */
  async forget(): Promise<void> {
    const { spec, nat } = this.running;
    const routers = [...spec.clusters, ...spec.accesses.map(({ name }) => ({ name: `${name}-access` }))];
    const places = routers.map(({ name }) => (name.endsWith('-access') ? name : `${name}-node`));
    await Promise.all(places.map((place) => nat.flush?.(place)));
  }

  /** Every member plays, with its own log in `logs`; whoever is not in the cast rests. */
  async play(cast: readonly CastMember[], logs: string): Promise<void> {
    await Promise.all(cast.map((member) => this.#cast(member, logs)));
  }

  async #cast(member: CastMember, logs: string): Promise<void> {
    const { name } = member.config.process;
    const config = join(logs, `${name}.json`);
    const log = join(logs, `${name}.log`);
    await writeFile(config, JSON.stringify(member.config, undefined, 2));
    const known = this.#players.get(name);
    if (known && !known.ended && known.emulator === member.emulator) {
      const reply = await known.control.act({ do: 'configure', config: member.config, log });
      if (reply.ok) return;
      throw new LabError('CAST-NOT-READY', `${name}: ${reply.error ?? 'is not ready'}`, { exitCode: 3, where: log });
    }
    this.#players.set(name, await this.#start(member, config, log));
  }

  async #start(member: CastMember, config: string, log: string): Promise<Player> {
    const { name, control: socket } = member.config.process;
    const program = join(this.#project, 'emulators', member.emulator, 'main.ts');
    // The types have checked it: the emulator's schemas would take longer to load than all the rest of its start.
    const argv = [process.execPath, program, config, '--checked'];
    const started = await this.running.start(member.place, argv, log);
    const died = started.ended.then((how) => {
      throw new LabError('CAST-ENDED', `${name} ended with ${how} before it was ready`, {
        exitCode: 3,
        where: log,
        next: 'Its log says why:',
        command: `cat ${log}`,
      });
    });
    died.catch(() => undefined);
    const control = await Promise.race([readyControl(name, socket), died]);
    const player: Player = { emulator: member.emulator, process: started, control, ended: false };
    void started.ended.then(() => {
      player.ended = true;
    });
    return player;
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

async function readyControl(name: string, socket: string): Promise<ControlConnection> {
  const control = await connectControl(socket, 60_000);
  const reply = await control.act({ do: 'ready' });
  if (!reply.ok) throw new LabError('CAST-NOT-READY', reply.error ?? `${name} is not ready`, { exitCode: 3 });
  return control;
}

/** One ground at a time: kept while scenarios ask for the same fabric, replaced when one asks for another. */
export class Grounds {
  readonly #fabric: Fabric;
  readonly #project: string;
  #kept: Ground | undefined;

  constructor(fabric: Fabric, project: string) {
    this.#fabric = fabric;
    this.#project = project;
  }

  async take(spec: FabricSpec): Promise<Ground> {
    const kept = this.#kept;
    if (kept?.fits(spec)) {
      await kept.forget();
      return kept;
    }
    await this.clear();
    const ground = new Ground(await this.#fabric.up(spec), spec, this.#project);
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
