import { LabError } from '../errors.ts';
import type { Conversation, PlacedProcess, PlaceName, RunningFabric, Tap, TapRequest } from './fabric.ts';
import type { Marker } from './marker.ts';

/** How one fabric does in a place what all fabrics do. */
export interface Doings<Place> {
  startPlaced(place: Place, command: readonly string[], log: string): Promise<PlacedProcess>;
  converseIn(place: Place, command: readonly string[]): Promise<Conversation>;
  startTap(place: Place, request: TapRequest, lastMarker: () => number | undefined): Promise<Tap>;
  openMarker(place: Place): Promise<Marker>;
}

/** Something that goes on in a place until it is closed. */
interface Open {
  readonly place: PlaceName;
  close(): Promise<unknown>;
}

/** The places of a running fabric and all that goes on in them: what was started here ends here. */
export class Household<Place extends { readonly name: PlaceName }> {
  readonly #doings: Doings<Place>;
  readonly #places: Map<PlaceName, Place>;
  readonly #markers = new Map<PlaceName, Promise<Marker>>();
  readonly #lastMarker = new Map<PlaceName, number>();
  readonly #taps: Open[] = [];
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
    await Promise.all(here(this.#open).map((one) => one.close()));
    await this.#closeMarker(name);
    this.#places.delete(name);
    return place;
  }

  /** Another place takes the name; whoever sent markers in the one before has gone with it. */
  async replace(place: Place): Promise<void> {
    await this.#closeMarker(place.name);
    this.#places.set(place.name, place);
  }

  /** The places have other addresses; whatever lives in them stays. */
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
    const tap = await this.#doings.startTap(this.find(place), request, () => this.#lastMarker.get(place));
    this.#taps.push({ place, close: () => tap.stop().catch(() => {}) });
    return tap;
  };

  readonly mark: RunningFabric['mark'] = async (marker, names) => {
    await Promise.all(names.map(async (name) => (await this.#markerOf(name)).send(marker)));
    for (const name of names) this.#lastMarker.set(name, marker);
  };

  #markerOf(name: PlaceName): Promise<Marker> {
    const marker = this.#markers.get(name) ?? this.#doings.openMarker(this.find(name));
    this.#markers.set(name, marker);
    return marker;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#taps.splice(0), ...this.#open.splice(0)].map((one) => one.close()));
    // A sender that could not be opened has been told of where it was wanted.
    const senders = await Promise.allSettled(this.#markers.values());
    await Promise.all(senders.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
  }
}
