import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import type {
  Conversation,
  PlacedProcess,
  PlaceName,
  RunningFabric,
  StandingRecorders,
  Tap,
  TapRequest,
} from './fabric.ts';
import type { Marker } from './marker.ts';
import type { Recorder, Recording } from './recorder.ts';
import { type LastMarker, ownTap, StandingRecorder } from './tapping.ts';

/** How one fabric does in a place what all fabrics do. */
export interface Doings<Place> {
  startPlaced(place: Place, command: readonly string[], log: string): Promise<PlacedProcess>;
  converseIn(place: Place, command: readonly string[]): Promise<Conversation>;
  record(place: Place, recording: Recording): Promise<Recorder>;
  openMarker(place: Place): Promise<Marker>;
}

/** Something that goes on in a place until it is closed. */
interface Open {
  readonly place: PlaceName;
  close(): Promise<unknown>;
}

/** A standing recorder's file is begun anew when it has so many bytes. */
const enoughBytes = 64 * 1024 * 1024;

/** Beside the file of a tap that could not be written: the recording that its packets are in. */
export function uncutPath(path: string): string {
  return path.replace(/(?:\.pcap(?:ng)?)?$/, '.uncut.pcap');
}

/** The places of a running fabric and all that goes on in them: what was started here ends here. */
export class Household<Place extends { readonly name: PlaceName }> {
  readonly #doings: Doings<Place>;
  readonly #places: Map<PlaceName, Place>;
  readonly #markers = new Map<PlaceName, Promise<Marker>>();
  readonly #lastMarker = new Map<PlaceName, LastMarker>();
  readonly #taps: Open[] = [];
  /** By place and interface. */
  readonly #standing = new Map<string, StandingRecorder>();
  readonly #open: Open[] = [];

  constructor(places: readonly Place[], doings: Doings<Place>) {
    this.#places = new Map(places.map((place) => [place.name, place]));
    this.#doings = doings;
  }

  readonly find = (name: PlaceName): Place => {
    const place = this.placeNamed(name);
    if (place === undefined) throw new LabError('unknown-place', `the fabric has no place ${name}`, { exitCode: 70 });
    return place;
  };

  /** undefined: nobody has that name (yet). */
  placeNamed(name: PlaceName): Place | undefined {
    return this.#places.get(name);
  }

  /** The place is about to go: its taps end first, complete, then all else in it. */
  async leave(name: PlaceName): Promise<Place> {
    const place = this.find(name);
    const here = (list: Open[]): Open[] => {
      const leaving = list.filter((one) => one.place === name);
      list.splice(0, list.length, ...list.filter((one) => one.place !== name));
      return leaving;
    };
    await Promise.all(here(this.#taps).map((one) => one.close()));
    await this.#endStanding(name);
    await Promise.all(here(this.#open).map((one) => one.close()));
    await this.#closeMarker(name);
    this.#places.delete(name);
    return place;
  }

  /** Another place takes the name; whoever sent markers in the one before has gone with it. */
  async replace(place: Place): Promise<void> {
    await this.#closeMarker(place.name);
    await this.#endStanding(place.name);
    this.#places.set(place.name, place);
  }

  /** The places have other addresses; whatever lives in them stays. One that was left is there again, and empty. */
  move(places: readonly Place[]): void {
    for (const place of places) this.#places.set(place.name, place);
  }

  async #closeMarker(name: PlaceName): Promise<void> {
    const marker = this.#markers.get(name);
    this.#markers.delete(name);
    await marker?.then((one) => one.close()).catch(() => {});
  }

  readonly start: RunningFabric['start'] = async (name, command, log) => {
    const started = await this.#doings.startPlaced(this.find(name), command, log);
    this.#open.push({ place: name, close: () => started.stop(0) });
    return started;
  };

  readonly converse: RunningFabric['converse'] = async (name, command) => {
    const conversation = await this.#doings.converseIn(this.find(name), command);
    this.#open.push({ place: name, close: () => conversation.close() });
    return conversation;
  };

  readonly tap: RunningFabric['tap'] = async (request) => {
    const { place } = request;
    const last = () => this.#lastMarker.get(place);
    const tap =
      request.standing === undefined
        ? ownTap(request, await this.#doings.record(this.find(place), request), last)
        : await this.#tapStanding(request, request.standing, last);
    const open = { place, close: () => tap.stop().catch(() => {}) };
    this.#taps.push(open);
    return tap;
  };

  async #tapStanding(
    request: TapRequest,
    recorders: StandingRecorders,
    last: () => LastMarker | undefined,
  ): Promise<Tap> {
    const { folder } = recorders;
    const key = `${request.place} ${request.interface}`;
    let standing = this.#standing.get(key);
    if (standing !== undefined && (!standing.recorder.running || standing.bytes > enoughBytes)) {
      await this.#endRecorder(key, standing);
      standing = undefined;
    }
    if (standing === undefined) {
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${request.name}-${randomBytes(4).toString('hex')}.pcap`);
      const { place, interface: name } = request;
      standing = new StandingRecorder(await this.#doings.record(this.find(place), { place, interface: name, path }));
      this.#standing.set(key, standing);
    }
    const recorder = standing;
    const tap = recorder.tap(request, recorders, last);
    // Whoever could not tell what it recorded is not asked again. What it has recorded, from whenever it began, is all there is.
    const stop = () =>
      tap.stop().catch(async (error) => {
        await this.#endRecorder(key, recorder, uncutPath(request.path));
        throw error;
      });
    return { ...tap, stop };
  }

  async #endStanding(place?: PlaceName): Promise<void> {
    const all = [...this.#standing].filter(
      ([, { recorder }]) => place === undefined || recorder.recording.place === place,
    );
    await Promise.all(all.map(([key, one]) => this.#endRecorder(key, one)));
  }

  /** Its packets are in the captures of its taps; where they are not, its file goes where it is kept. */
  async #endRecorder(key: string, standing: StandingRecorder, keptAs?: string): Promise<void> {
    if (this.#standing.get(key) === standing) this.#standing.delete(key);
    const { path } = standing.recorder.recording;
    await standing.end();
    // Another name takes no room on a disk that is full.
    if (keptAs !== undefined) await rename(path, keptAs).catch(() => {});
    await rm(path, { force: true });
    // The last one takes the folder with it.
    await rmdir(dirname(path)).catch(() => {});
  }

  readonly mark: RunningFabric['mark'] = async (marker, names) => {
    await Promise.all(names.map(async (name) => (await this.#markerOf(name)).send(marker)));
    for (const name of names) {
      const count = (this.#lastMarker.get(name)?.count ?? 0) + 1;
      this.#lastMarker.set(name, { marker, count });
    }
  };

  #markerOf(name: PlaceName): Promise<Marker> {
    const marker = this.#markers.get(name) ?? this.#doings.openMarker(this.find(name));
    this.#markers.set(name, marker);
    return marker;
  }

  async close(): Promise<void> {
    await Promise.all(this.#taps.splice(0).map((one) => one.close()));
    await this.#endStanding();
    await Promise.all(this.#open.splice(0).map((one) => one.close()));
    // A sender that could not be opened has been told of where it was wanted.
    const senders = await Promise.allSettled(this.#markers.values());
    await Promise.all(senders.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
  }
}
