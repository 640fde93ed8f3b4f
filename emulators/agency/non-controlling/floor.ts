import { nonControlling, startNonControlling } from '../../../lab/machines/floor/non-controlling.ts';
import type {
  NonControllingEffect,
  NonControllingEvent,
  NonControllingState,
} from '../../../lab/machines/floor/non-controlling-state.ts';
import { FLOOR_INDICATOR } from '../../../lab/wire/floor/indicator.ts';
import { type Performed, type Running, runMachine } from '../../kit/runner.ts';
import type { AgencyContext } from '../context.ts';
import type { Leg } from '../legs/leg.ts';
import { priority } from '../sdp-build.ts';
import { hasParam } from '../sdp-terms.ts';

/** TS 24.380 8.2.3.13: the participant type in Track Info, as this system calls its users. */
const participantType = 'dispatcher';

/** Floor control of a non-controlling function: its clients below, the controlling function above (TS 24.380 6.5). */
export class NonControllingFloor {
  readonly #ids: AgencyContext['ids'];
  readonly #up: Leg;
  readonly #clients = new Map<string, Leg>();
  readonly #running: Running<NonControllingState, NonControllingEvent>;
  #packet: Uint8Array | undefined;

  constructor(ctx: AgencyContext, up: Leg) {
    this.#ids = ctx.ids;
    this.#up = up;
    this.#running = runMachine<NonControllingState, NonControllingEvent, NonControllingEffect>({
      machine: nonControlling,
      start: {
        state: startNonControlling({
          ssrc: ctx.ids.ssrc(),
          timers: ctx.config.floorTimers,
          indicator: FLOOR_INDICATOR.TEMPORARY_GROUP,
          participantType,
          localFiltering: false,
          takenAck: true,
        }),
        effects: [],
      },
      perform: (effect) => this.#perform(effect),
      clock: ctx.clock,
      log: ctx.log,
    });
    up.media.receiver = {
      onRtp: (bytes) => this.#rtp({ kind: 'rtp-from-controlling' }, bytes),
      onFloor: (message) => this.#running.dispatch({ kind: 'from-controlling', message }),
    };
  }

  /** TS 24.380 6.5.2.2: every own client gets a random identifier that means something here alone. */
  join(leg: Leg): void {
    this.#clients.set(leg.id, leg);
    leg.media.receiver = {
      onRtp: (bytes) => this.#rtp({ kind: 'rtp-from-client', client: leg.id }, bytes),
      onFloor: (message) => this.#running.dispatch({ kind: 'from-client', client: leg.id, message }),
    };
    this.#running.dispatch({
      kind: 'join',
      client: {
        id: leg.id,
        reference: this.#ids.below(2 ** 32),
        uri: leg.party,
        queueing: hasParam(leg.floorParams, 'mc_queueing'),
        priority: priority(leg.floorParams.find(([name]) => name === 'mc_priority')?.[1]),
      },
    });
  }

  leave(leg: Leg): void {
    if (this.#clients.delete(leg.id)) this.#running.dispatch({ kind: 'leave', client: leg.id });
  }

  release(): void {
    this.#running.dispatch({ kind: 'release' });
    this.#running.stop();
    this.#clients.clear();
  }

  describe(): unknown {
    const { holder, clients } = this.#running.state;
    return { holder, clients: clients.length };
  }

  #rtp(event: NonControllingEvent, bytes: Uint8Array): void {
    this.#packet = bytes;
    this.#running.dispatch(event);
    this.#packet = undefined;
  }

  #perform(effect: Performed<NonControllingEffect>): void {
    switch (effect.kind) {
      case 'send-up':
        this.#up.media.sendFloor(effect.message);
        break;
      case 'send':
        this.#clients.get(effect.client)?.media.sendFloor(effect.message);
        break;
      case 'forward': {
        const packet = this.#packet;
        if (packet === undefined) break;
        if (effect.up) this.#up.media.sendRtp(packet);
        for (const to of effect.to) this.#clients.get(to)?.media.sendRtp(packet);
        break;
      }
    }
  }
}
