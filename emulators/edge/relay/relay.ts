/**
 * The media endpoint of one call: for each m= line of its SDP the legs that carry it. The same relay serves every
 * offer and answer of the call, so ports told once stay true.
 */
import type { Sdp } from '../../../lab/wire/sdp/session.ts';
import type { Log } from '../../kit/log.ts';
import { type Latch, newLatch } from './latch.ts';
import { type Leg, type LegCounters, openLeg } from './leg.ts';
import type { MediaPorts } from './ports.ts';
import { rewritten, type Stream, streams } from './sdp.ts';

/** Where the relay stands, and the ports it may use. */
export interface RelayPlace {
  /** The pod's own address: what the server is told. */
  readonly address: string;
  /** What the outside is told. */
  readonly advertised: string;
  readonly outsidePorts: MediaPorts;
  readonly insidePorts: MediaPorts;
  readonly now: () => number;
  readonly log: Log;
}

/** The outside party of a relay: how its place is known, and which addresses may send. */
export interface RelayRule {
  readonly media: 'announced' | 'latch';
  readonly allowed: Latch['allowed'];
}

/** Speech, pictures, floor and transmission control; further lines are refused, or one call could take every port. */
const maxLines = 4;

interface Line {
  readonly main: Leg;
  readonly rtcp: Leg | undefined;
}

export class Relay {
  readonly #place: RelayPlace;
  readonly #rule: RelayRule;
  readonly #lines: (Line | undefined)[] = [];
  #heardAtMs: number;
  #closed = false;
  #established = false;

  constructor(place: RelayPlace, rule: RelayRule) {
    this.#place = place;
    this.#rule = rule;
    this.#heardAtMs = place.now();
  }

  /** When something last passed, in either direction. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** The call has been answered with 2xx. */
  get established(): boolean {
    return this.#established;
  }

  establish(): void {
    this.#established = true;
  }

  /** Opens what the m= lines of this SDP need and do not have yet. False: no ports are left, and nothing was opened. */
  async provide(sdp: Sdp): Promise<boolean> {
    const opened: number[] = [];
    for (const [index, stream] of streams(sdp).entries()) {
      if (stream === undefined || index >= maxLines || this.#lines[index] !== undefined) continue;
      const line = this.#closed ? undefined : await this.#open(stream.kind);
      if (line !== undefined && (this.#closed || this.#lines[index] !== undefined)) {
        await this.#shut(line);
        // Another offer of the same call was quicker.
        if (!this.#closed) continue;
      }
      if (line === undefined || this.#closed) {
        for (const other of opened) await this.#shutAt(other);
        return false;
      }
      this.#lines[index] = line;
      opened.push(index);
    }
    return true;
  }

  /** Learns where the sender of this SDP listens, and gives the SDP that the other side gets in its place. */
  pass(sdp: Sdp, from: 'inside' | 'outside'): Sdp {
    for (const [index, stream] of streams(sdp).entries()) {
      const line = this.#lines[index];
      if (stream !== undefined && line !== undefined) learn(line, stream, from);
    }
    const alive = streams(sdp).map((stream, index) => (stream === undefined ? undefined : this.#lines[index]?.main));
    return from === 'inside'
      ? rewritten(
          sdp,
          this.#place.advertised,
          alive.map((leg) => leg?.outsidePort),
        )
      : rewritten(
          sdp,
          this.#place.address,
          alive.map((leg) => leg?.insidePort),
        );
  }

  describe(): { readonly outsidePort: number; readonly counters: LegCounters }[] {
    return this.#lines
      .flatMap((line) => (line === undefined ? [] : [line.main, ...(line.rtcp === undefined ? [] : [line.rtcp])]))
      .map((leg) => ({ outsidePort: leg.outsidePort, counters: leg.counters() }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lines.keys()].map((index) => this.#shutAt(index)));
  }

  async #open(kind: Stream['kind']): Promise<Line | undefined> {
    const { outsidePorts, insidePorts, log } = this.#place;
    const take = (ports: MediaPorts) => (kind === 'rtp' ? ports.takePair() : ports.takeSingle());
    const [outside, inside] = [take(outsidePorts), take(insidePorts)];
    if (outside === undefined || inside === undefined) {
      this.#giveBack(kind, outside, inside);
      log.warn('media ports are exhausted', { free: outsidePorts.free });
      return undefined;
    }
    let main: Leg | undefined;
    try {
      main = await this.#leg(outside, inside, kind === 'single');
      return { main, rtcp: kind === 'rtp' ? await this.#leg(outside + 1, inside + 1, false) : undefined };
    } catch (error) {
      await main?.close();
      this.#giveBack(kind, outside, inside);
      log.fault('media port cannot be bound', error, { outside, inside });
      return undefined;
    }
  }

  #leg(outsidePort: number, insidePort: number, holds: boolean): Promise<Leg> {
    const { address, now, log } = this.#place;
    const onHeard = () => {
      this.#heardAtMs = now();
    };
    const latch = newLatch(this.#rule.media, this.#rule.allowed, holds);
    return openLeg({ address, outsidePort, insidePort, latch, now, onHeard, log });
  }

  async #shutAt(index: number): Promise<void> {
    const line = this.#lines[index];
    this.#lines[index] = undefined;
    if (line !== undefined) await this.#shut(line);
  }

  /** Ports are given back when the kernel has let go of them. */
  async #shut({ main, rtcp }: Line): Promise<void> {
    await Promise.all([main.close(), rtcp?.close()]);
    this.#giveBack(rtcp === undefined ? 'single' : 'rtp', main.outsidePort, main.insidePort);
  }

  #giveBack(kind: Stream['kind'], outside: number | undefined, inside: number | undefined): void {
    const both = (port: number) => (kind === 'rtp' ? [port, port + 1] : [port]);
    if (outside !== undefined) this.#place.outsidePorts.release(...both(outside));
    if (inside !== undefined) this.#place.insidePorts.release(...both(inside));
  }
}

function learn(line: Line, stream: Stream, from: 'inside' | 'outside'): void {
  const tell = (leg: Leg | undefined, place: Stream['rtcp']) => {
    if (leg === undefined || place === undefined) return;
    if (from === 'inside') leg.serverAt(place);
    else leg.outsideAt(place);
  };
  tell(line.main, stream.main);
  tell(line.rtcp, stream.rtcp);
}
