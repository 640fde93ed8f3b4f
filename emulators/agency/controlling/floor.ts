import { floorServer, startFloorServer } from '../../../lab/machines/floor/server.ts';
import type {
  FloorParticipant,
  FloorServerEffect,
  FloorServerEvent,
  FloorServerState,
} from '../../../lab/machines/floor/server-state.ts';
import { FLOOR_INDICATOR } from '../../../lab/wire/floor/indicator.ts';
import { type Performed, type Running, runMachine } from '../../kit/runner.ts';
import type { AgencyContext } from '../context.ts';
import { groupPriority } from '../legs/call-out.ts';
import type { Leg } from '../legs/leg.ts';
import { priority } from '../sdp-build.ts';
import { hasParam } from '../sdp-terms.ts';

/** Entries of the queue of floor requests; TS 24.380 6.3.4.4.2 leaves the number to the service configuration. */
const queueLimit = 16;

/** Nobody in these groups takes the floor away by priority alone; an emergency does (TS 24.380 4.1.1.4). */
const preemptivePriority = 255;

export interface FloorOptions {
  readonly temporaryGroup: boolean;
  /** T4 has run out: nobody wanted the floor for as long (TS 24.380 6.3.4.3.4). */
  onInactive(): void;
}

/** The floor control server of one session, with the legs that its messages and media go to (TS 24.380 6.3). */
export class ControllingFloor {
  readonly #ids: AgencyContext['ids'];
  readonly #legs = new Map<string, Leg>();
  readonly #running: Running<FloorServerState, FloorServerEvent>;
  #packet: Uint8Array | undefined;

  constructor(ctx: AgencyContext, { temporaryGroup, onInactive }: FloorOptions) {
    this.#ids = ctx.ids;
    const { NORMAL, QUEUEING_SUPPORTED, TEMPORARY_GROUP } = FLOOR_INDICATOR;
    this.#running = runMachine<FloorServerState, FloorServerEvent, FloorServerEffect>({
      machine: floorServer,
      start: {
        state: startFloorServer({
          ssrc: ctx.ids.ssrc(),
          timers: ctx.config.floorTimers,
          indicator: NORMAL | QUEUEING_SUPPORTED | (temporaryGroup ? TEMPORARY_GROUP : 0),
          queueLimit,
          preemptivePriority,
          takenAck: true,
        }),
        effects: [],
      },
      perform: (effect) => this.#perform(effect, onInactive),
      clock: ctx.clock,
      log: ctx.log,
    });
  }

  /** TS 24.380 6.3.5.1: with the 200 that was sent to the leg, or came from it. */
  join(leg: Leg, kind: FloorParticipant['kind']): void {
    this.#legs.set(leg.id, leg);
    leg.media.receiver = {
      onRtp: (bytes) => this.#rtp(leg.id, bytes),
      onFloor: (message) => this.#running.dispatch({ kind: 'message', leg: leg.id, message }),
    };
    this.#running.dispatch({ kind: 'join', participant: this.#participant(leg, kind) });
  }

  leave(leg: Leg): void {
    if (this.#legs.delete(leg.id)) this.#running.dispatch({ kind: 'leave', leg: leg.id });
  }

  /** The call is up: the implicit request of that leg is granted, or the floor is idle. */
  initialise(implicitRequest: string | undefined): void {
    this.#running.dispatch({ kind: 'initialise', implicitRequest });
  }

  release(): void {
    this.#running.dispatch({ kind: 'release' });
    this.#running.stop();
    this.#legs.clear();
  }

  describe(): unknown {
    const { general, holder, queue } = this.#running.state;
    return { state: general, holder: holder?.leg, queued: queue.length };
  }

  #participant(leg: Leg, kind: FloorParticipant['kind']): FloorParticipant {
    const asked = leg.floorParams.find(([name]) => name === 'mc_priority')?.[1];
    return {
      id: leg.id,
      kind,
      uri: kind === 'participant' ? leg.party : undefined,
      mediaSsrc: this.#ids.ssrc(),
      queueing: hasParam(leg.floorParams, 'mc_queueing'),
      priority: Math.min(priority(asked), groupPriority),
      receiveOnly: !leg.media.hasFloor,
    };
  }

  /** The machine answers an `rtp` event at once, with the legs that this very packet goes to. */
  #rtp(leg: string, bytes: Uint8Array): void {
    this.#packet = bytes;
    this.#running.dispatch({ kind: 'rtp', leg });
    this.#packet = undefined;
  }

  #perform(effect: Performed<FloorServerEffect>, onInactive: () => void): void {
    switch (effect.kind) {
      case 'send':
        this.#legs.get(effect.leg)?.media.sendFloor(effect.message);
        break;
      case 'forward':
        for (const to of effect.to) if (this.#packet !== undefined) this.#legs.get(to)?.media.sendRtp(this.#packet);
        break;
      case 'inform':
        if (effect.news === 'inactivity') onInactive();
        break;
    }
  }
}
