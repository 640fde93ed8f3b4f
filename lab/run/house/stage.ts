import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlAct } from '../../../emulators/kit/control/control.ts';
import { LabError } from '../../errors.ts';
import type { Tap, TapRequest } from '../../fabric/fabric.ts';
import { firstMarker, lastMarker } from '../../verdict/markers.ts';
import type { Topology } from '../../verdict/topology.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { Site } from '../blueprint/site.ts';
import type { Emit } from '../inside/events.ts';
import type { Naming } from '../names/naming.ts';
import type { PlannedScenario } from '../record/manifest.ts';
import type { OperatorAct } from '../scenario/director.ts';
import type { Ground, Grounds } from './ground.ts';
import { Operators } from './operator.ts';
import { sealTap } from './seal.ts';
import { settled, settledNames } from './settle.ts';

export interface StageFolders {
  /** `captures/<scenario-id>`: taps write here. */
  readonly captures: string;
  /** Where recorders stand that go on from one scenario to the next; without it every tap has its own. */
  readonly recorders?: string;
  /** `logs/<scenario-id>`: configurations and logs of the cast. */
  readonly logs: string;
}

/** What a stage needs of a scenario; a lab that is held open has no more. */
export type StagedScenario = Pick<PlannedScenario, 'id' | 'configuration'>;

/** What scenarios of one process have in common. */
export interface House {
  readonly grounds: Grounds;
  readonly naming: Naming;
  readonly site: Site;
}

/** One scenario's world while it lives: ground, taps, cast. Opened before its first step, closed after its last. */
export class Stage {
  readonly #house: House;
  readonly #folders: StageFolders;
  readonly #emit: Emit;
  #ground: Ground | undefined;
  #taps: Tap[] = [];
  #places: string[] = [];
  #operators: Operators | undefined;

  constructor(house: House, folders: StageFolders, emit: Emit) {
    this.#house = house;
    this.#folders = folders;
    this.#emit = emit;
  }

  get taps(): readonly Tap[] {
    return this.#taps;
  }

  /**
   * Ground, names, taps, first marker, cast: in this order, so that not one packet of the cast goes unrecorded.
   * @returns the addresses that the scenario really has.
   */
  async open(scenario: StagedScenario, wanted: Blueprint): Promise<Topology> {
    const { captures, logs } = this.#folders;
    await Promise.all([captures, logs].map((folder) => mkdir(folder, { recursive: true })));
    const ground = await this.#timed('fabric', () => this.#house.grounds.take(wanted.fabric));
    this.#ground = ground;
    const blueprint = await this.#timed('names', () => this.#settle(scenario, wanted, ground));
    const { topology } = blueprint;
    this.#taps = await this.#timed('taps', () =>
      Promise.all(
        topology.taps.map((tap) =>
          ground.running.tap({
            name: tap.name,
            place: tap.place,
            interface: tap.kind === 'pod-lo' ? 'lo' : 'eth0',
            ...this.#recorded(tap.name),
          }),
        ),
      ),
    );
    this.#places = [...new Set(topology.taps.map((tap) => tap.place))];
    await ground.running.mark(firstMarker, this.#places);
    const { sockets } = ground.running.residence(this.#places[0] ?? 'bridge');
    const paths = { sockets, files: logs, scenario: scenario.id };
    await this.#timed('cast', () => ground.play(blueprint.cast(paths), logs));
    const { naming } = this.#house;
    this.#operators = new Operators(
      { ground, naming, paths, logs, endTaps: (place) => this.#endTaps(place) },
      blueprint,
    );
    return topology;
  }

  /** A recorder of a tap's own writes what it can, classic pcap; what a tap has of one that goes on is sealed. */
  #recorded(tap: string): Pick<TapRequest, 'path' | 'standing'> {
    const { captures, recorders } = this.#folders;
    if (recorders === undefined) return { path: join(captures, `${tap}.pcap`) };
    return { path: join(captures, `${tap}.pcapng`), standing: { folder: recorders, write: sealTap } };
  }

  /** Names hold addresses of nodes, and resolvers stand where the names have put them. */
  async #settle({ configuration }: StagedScenario, wanted: Blueprint, { running }: Ground): Promise<Blueprint> {
    const { naming, site } = this.#house;
    const { logs } = this.#folders;
    if (site.names === 'cast') {
      await naming.arrange({ configuration, agencies: wanted.names, logs });
      return wanted;
    }
    const [agencies, bridge] = await Promise.all([
      settled(wanted.agencies, running.address),
      running.address('bridge'),
    ]);
    const nameservers = await naming.arrange({ configuration, agencies: wanted.at(agencies, bridge).names, logs });
    return wanted.at(await settledNames(agencies, configuration, running.address, nameservers), bridge);
  }

  async mark(marker: number): Promise<void> {
    await this.#ground?.running.mark(marker, this.#places);
  }

  async act(name: string, act: ControlAct): Promise<void> {
    const control = this.#ground?.control(name);
    if (!control) throw new LabError('CAST-UNKNOWN', `nobody plays ${name}`, { exitCode: 70 });
    // A refusal is no verdict and no trouble of the environment: what it means shows in the packets.
    await control.act(act);
  }

  async operate(act: OperatorAct): Promise<void> {
    await this.#operators?.perform(act);
  }

  /** A place that goes has its last marker now: what it recorded is whole. */
  async #endTaps(place: string): Promise<void> {
    await this.#ground?.running.mark(lastMarker, [place]);
    this.#places = this.#places.filter((one) => one !== place);
    await this.#stop(this.#taps.filter(({ request }) => request.place === place));
  }

  /** Each is stopped, whatever the others say: what was recorded until a place was lost is evidence too. */
  async #stop(taps: readonly Tap[]): Promise<void> {
    const stopped = await Promise.allSettled(taps.map((tap) => tap.stop()));
    for (const result of stopped) if (result.status === 'rejected') throw result.reason;
  }

  /**
   * Ends in the order that loses nothing: last marker, taps, then the cast.
   * @returns why not everything ended in order.
   */
  async close(): Promise<Error | undefined> {
    const ground = this.#ground;
    if (!ground) return undefined;
    this.#ground = undefined;
    await ground.running.mark(lastMarker, this.#places).catch(() => undefined);
    await this.#keepTables(ground);
    const stopped = await this.#stop(this.#taps).catch((error: Error) => error);
    const rested = await ground.rest().catch((error: Error) => error);
    for (const { name, pid } of ground.processes()) {
      const maxResidentBytes = await residentBytes(pid);
      if (maxResidentBytes > 0) this.#emit({ event: 'memory', process: name, maxResidentBytes });
    }
    return [stopped, rested].find((one) => one instanceof Error);
  }

  /** What the nodes say that they have translated: for people, and to compare the captures with. */
  async #keepTables({ running }: Ground): Promise<void> {
    const nodes = this.#places.filter((place) => place.endsWith('-node'));
    await Promise.all(
      nodes.map(async (node) => {
        const table = await running.translations(node).catch((error: Error) => `not available: ${error.message}\n`);
        await writeFile(join(this.#folders.logs, `${node}.nat-table`), table).catch(() => undefined);
      }),
    );
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
