import { INDICATOR } from '../../lab/machines/floor/messages.ts';
import { participant, startParticipant } from '../../lab/machines/floor/participant.ts';
import type {
  ParticipantEffect,
  ParticipantEvent,
  ParticipantNews,
  ParticipantState,
} from '../../lab/machines/floor/participant-state.ts';
import { T132_MS } from '../../lab/machines/floor/timers.ts';
import type { FloorMessage } from '../../lab/wire/floor/message.ts';
import { type Performed, type Running, runMachine } from '../kit/runner.ts';
import { type FarSide, offeredPriority, priorityOf } from './description.ts';
import type { UserAgent } from './user-agent.ts';

export interface FloorControlParts {
  readonly ua: UserAgent;
  send(message: FloorMessage): void;
  /** Media may be sent with this SSRC, or (undefined) no more. */
  onMedia(ssrc: number | undefined): void;
  /** After every change: what the user is told. */
  onNews(news: ParticipantNews): void;
}

/** The floor participant of one call (TS 24.380 6.2) set against sockets and time. */
export class FloorControl {
  readonly #running: Running<ParticipantState, ParticipantEvent>;
  #lastCause: number | undefined;

  constructor(parts: FloorControlParts) {
    const { config, ids, clock, log } = parts.ua;
    const state = startParticipant({
      ssrc: ids.ssrc(),
      priority: offeredPriority,
      indicator: INDICATOR.normal | INDICATOR.queueing,
      timers: { ...config.floorTimers, t132Ms: T132_MS },
    });
    this.#running = runMachine<ParticipantState, ParticipantEvent, ParticipantEffect>({
      machine: participant,
      start: { state, effects: [] },
      perform: (effect) => this.#perform(effect, parts),
      clock,
      log,
    });
  }

  get state(): ParticipantState['name'] {
    return this.#running.state.name;
  }

  dispatch(event: ParticipantEvent): void {
    this.#running.dispatch(event);
  }

  /** TS 24.380 14.3: what the answer says of the floor. */
  established(far: FarSide, role: 'uac' | 'uas'): void {
    const { floor } = far;
    const ssrc = Number(floor.get('mc_ssrc'));
    const queueing = floor.has('mc_queueing') ? INDICATOR.queueing : 0;
    this.dispatch({
      kind: 'call-established',
      // The far side's offer grants and accepts nothing; only an answer does.
      accepted: role === 'uac' && floor.has('mc_implicit_request'),
      granted: role === 'uac' && floor.has('mc_granted'),
      ssrc: Number.isInteger(ssrc) && ssrc >= 0 && ssrc <= 0xffff_ffff ? ssrc : undefined,
      priority: Math.min(offeredPriority, priorityOf(far)),
      indicator: INDICATOR.normal | queueing,
    });
  }

  /** Steps 1 and 2 of TS 24.380 6.2.2. */
  end(): void {
    this.dispatch({ kind: 'release-call' });
    this.dispatch({ kind: 'call-released' });
    this.#running.stop();
  }

  describe(): unknown {
    const { name, hearing, mayRequest } = this.#running.state;
    return { state: name, hearing, mayRequest, lastCause: this.#lastCause };
  }

  #perform(effect: Performed<ParticipantEffect>, parts: FloorControlParts): void {
    switch (effect.kind) {
      case 'send':
        parts.send(effect.message);
        break;
      case 'media':
        parts.onMedia(effect.on ? effect.ssrc : undefined);
        break;
      case 'inform':
        this.#lastCause = effect.cause ?? this.#lastCause;
        parts.ua.log.info('floor', { news: effect.news, cause: effect.cause, position: effect.position });
        parts.onNews(effect.news);
        break;
    }
  }
}
