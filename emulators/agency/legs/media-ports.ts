import type { Clock } from '../../kit/clock.ts';
import type { Ids } from '../../kit/ids.ts';
import type { Log } from '../../kit/log.ts';
import { type MediaLeg, type MediaLegOptions, openMediaLeg } from '../../kit/media/leg.ts';
import { createPortPool, type LegPorts, type PortPool } from '../../kit/media/port-pool.ts';

/** RFC 6263 4: well below the 30 s after which a NAT forgets what was never answered. */
const keepAliveMs = 15_000;

/** How many ports that something else has taken are stepped over before a leg is refused. */
const maxTries = 8;

export interface OpenedPorts {
  readonly media: MediaLeg;
  readonly ports: LegPorts;
}

/** Opens the sockets of legs on ports of the configured range, and gives them back. */
export class MediaPorts {
  readonly #pool: PortPool;
  readonly #options: Pick<MediaLegOptions, 'address' | 'log' | 'clock'>;
  readonly #ids: Ids;

  constructor(address: string, range: readonly [number, number], more: { clock: Clock; ids: Ids; log: Log }) {
    this.#pool = createPortPool(range);
    this.#options = { address, log: more.log, clock: more.clock };
    this.#ids = more.ids;
  }

  get free(): number {
    return this.#pool.free;
  }

  /** Undefined when the range is exhausted. */
  async open(receive: Pick<MediaLegOptions, 'onRtp' | 'onFloor'>): Promise<OpenedPorts | undefined> {
    const occupied: LegPorts[] = [];
    try {
      for (let tries = 0; tries < maxTries; tries += 1) {
        const ports = this.#pool.take();
        if (ports === undefined) return undefined;
        const media = await this.#bind(ports, receive);
        if (media !== undefined) return { media, ports };
        occupied.push(ports);
      }
      return undefined;
    } finally {
      for (const ports of occupied) this.#pool.release(ports);
    }
  }

  /** The ports are free again when their sockets are closed, not before. */
  async close({ media, ports }: OpenedPorts): Promise<void> {
    await media.close();
    this.#pool.release(ports);
  }

  async #bind(ports: LegPorts, receive: Pick<MediaLegOptions, 'onRtp' | 'onFloor'>): Promise<MediaLeg | undefined> {
    const keepAliveSsrc = this.#ids.ssrc();
    try {
      return await openMediaLeg({ ...this.#options, ...ports, ...receive, keepAliveSsrc, keepAliveMs });
    } catch (error) {
      this.#options.log.warn('media port taken by something else', { ...ports, error: String(error) });
      return undefined;
    }
  }
}
