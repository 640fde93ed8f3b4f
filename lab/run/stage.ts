import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlAct } from '../../emulators/kit/control.ts';
import { type ControlConnection, connectControl } from '../../emulators/kit/control-client.ts';
import { LabError } from '../errors.ts';
import type { Fabric, PlacedProcess, RunningFabric, Tap } from '../fabric/fabric.ts';
import type { Blueprint } from './blueprint.ts';
import type { CastMember } from './cast.ts';
import { writeDnsFiles } from './dns-files.ts';
import type { Emit } from './events.ts';
import type { PlannedScenario } from './manifest.ts';
import { firstMarker, lastMarker } from './markers.ts';

export interface StageFolders {
  readonly project: string;
  /** `captures/<scenario-id>`: taps write here. */
  readonly captures: string;
  /** `logs/<scenario-id>`: configurations and logs of the cast. */
  readonly logs: string;
  /** Short path for control sockets. */
  readonly sockets: string;
}

/** What a stage needs of a scenario; a lab that is held open has no more. */
export type StagedScenario = Pick<PlannedScenario, 'configuration' | 'topology'>;

interface Player {
  readonly member: CastMember;
  readonly process: PlacedProcess;
  readonly control: ControlConnection;
}

/** One scenario's world while it lives: fabric, taps, cast. Opened before its first step, closed after its last. */
export class Stage {
  readonly #fabric: Fabric;
  readonly #folders: StageFolders;
  readonly #emit: Emit;
  readonly #players = new Map<string, Player>();
  #running: RunningFabric | undefined;
  #taps: Tap[] = [];
  #places: string[] = [];

  constructor(fabric: Fabric, folders: StageFolders, emit: Emit) {
    this.#fabric = fabric;
    this.#folders = folders;
    this.#emit = emit;
  }

  get taps(): readonly Tap[] {
    return this.#taps;
  }

  /** Fabric, taps, first marker, cast: in this order, so that not one packet of the cast goes unrecorded. */
  async open(scenario: StagedScenario, blueprint: Blueprint): Promise<void> {
    const { captures, logs, sockets } = this.#folders;
    await Promise.all([captures, logs, sockets].map((folder) => mkdir(folder, { recursive: true })));
    const running = await this.#timed('fabric', () => this.#fabric.up(blueprint.fabric));
    this.#running = running;
    this.#taps = await this.#timed('taps', () =>
      Promise.all(
        scenario.topology.taps.map((tap) =>
          running.tap({
            name: tap.name,
            place: tap.place,
            interface: tap.kind === 'pod-lo' ? 'lo' : 'eth0',
            path: join(captures, `${tap.name}.pcap`),
          }),
        ),
      ),
    );
    this.#places = [...new Set(scenario.topology.taps.map((tap) => tap.place))];
    await running.mark(firstMarker, this.#places);
    await this.#timed('cast', () => this.#startCast(scenario, blueprint, running));
  }

  async #startCast(scenario: StagedScenario, blueprint: Blueprint, running: RunningFabric): Promise<void> {
    const { logs, sockets } = this.#folders;
    await writeDnsFiles(logs, scenario.configuration, scenario.topology);
    const cast = blueprint.cast({ sockets, files: logs });
    const players = await Promise.all(cast.map((member) => this.#start(member, running)));
    for (const player of players) this.#players.set(player.member.config.process.name, player);
  }

  async #start(member: CastMember, running: RunningFabric): Promise<Player> {
    const { project, logs } = this.#folders;
    const { name } = member.config.process;
    const config = join(logs, `${name}.json`);
    // The types have checked it: the emulator's schemas would take longer to load than all the rest of its start.
    await writeFile(config, JSON.stringify(member.config, undefined, 2));
    const program = join(project, 'emulators', member.emulator, 'main.ts');
    const log = join(logs, `${name}.log`);
    const started = await running.start(member.place, [process.execPath, program, config, '--checked'], log);
    const died = started.ended.then((how) => {
      throw new LabError('CAST-ENDED', `${name} ended with ${how} before it was ready`, {
        exitCode: 3,
        where: log,
        next: 'Its log says why:',
        command: `cat ${log}`,
      });
    });
    const ready = connectControl(member.config.process.control, 60_000).then(async (control) => {
      const reply = await control.act({ do: 'ready' });
      if (!reply.ok) throw new LabError('CAST-NOT-READY', reply.error ?? `${name} is not ready`, { exitCode: 3 });
      return control;
    });
    died.catch(() => undefined);
    return { member, process: started, control: await Promise.race([ready, died]) };
  }

  async mark(marker: number): Promise<void> {
    await this.#running?.mark(marker, this.#places);
  }

  async act(name: string, act: ControlAct): Promise<void> {
    const player = this.#players.get(name);
    if (!player) throw new LabError('CAST-UNKNOWN', `nobody plays ${name}`, { exitCode: 70 });
    // A refusal is no verdict and no trouble of the environment: what it means shows in the packets.
    await player.control.act(act);
  }

  /** Ends in the order that loses nothing: last marker, taps, then cast and fabric. @returns drops by tap. */
  async close(): Promise<Map<string, number>> {
    const running = this.#running;
    if (!running) return new Map();
    this.#running = undefined;
    await running.mark(lastMarker, this.#places).catch(() => undefined);
    const drops = new Map<string, number>();
    const stopped = await Promise.allSettled(
      this.#taps.map(async (tap) => drops.set(tap.request.name, (await tap.stop()).drops)),
    );
    await Promise.all([...this.#players.values()].map((player) => this.#dismiss(player)));
    await running.down();
    for (const result of stopped) if (result.status === 'rejected') throw result.reason;
    return drops;
  }

  async #dismiss({ member, process: placed, control }: Player): Promise<void> {
    const maxResidentBytes = await residentBytes(placed.pid);
    if (maxResidentBytes > 0) this.#emit({ event: 'memory', process: member.config.process.name, maxResidentBytes });
    control.close();
    await placed.stop(1000);
  }

  async #timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.#emit({ event: 'phase', name, ms: performance.now() - started });
    return result;
  }
}

/** The high-water mark of a process's resident memory, 0 where the process is gone. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
