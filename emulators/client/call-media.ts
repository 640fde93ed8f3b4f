import type { ParticipantNews } from '../../lab/machines/floor/participant-state.ts';
import type { FloorMessage } from '../../lab/wire/floor/message.ts';
import type { MediaLeg } from '../kit/media/leg.ts';
import type { Peer } from '../kit/udp.ts';
import { type Stream, sendBurst } from './burst.ts';
import type { FarSide } from './description.ts';
import { FloorControl } from './floor-control.ts';
import type { UserAgent } from './user-agent.ts';

interface Wish {
  readonly packets: number;
  readonly release: boolean;
}

/** What the far side lets go by without an answer: the button is up again. */
const DISAPPOINTING: ReadonlySet<ParticipantNews> = new Set([
  'denied',
  'revoked',
  'request-unanswered',
  'not-permitted-to-request',
]);

/** Floor control and media of one call: what the thumb does on one side, the leg's sockets on the other. */
export class CallMedia {
  readonly #ua: UserAgent;
  readonly #leg: MediaLeg;
  readonly #floor: FloorControl;
  readonly #stream: Stream;
  #far: FarSide | undefined;
  /** The button is down, or will be as soon as it helps. */
  #wish: Wish | undefined;
  #ssrc: number | undefined;
  #stopBurst: (() => void) | undefined;
  #heard = 0;
  #ended = false;

  constructor(ua: UserAgent, leg: MediaLeg) {
    this.#ua = ua;
    this.#leg = leg;
    const { ids, clock } = ua;
    this.#stream = { sequence: ids.sequence(), timestamp: ids.below(2 ** 32), zeroMs: clock.nowMs(), bursts: 0 };
    this.#floor = new FloorControl({
      ua,
      send: (message) => this.#sendFloor(message),
      onMedia: (ssrc) => this.#permit(ssrc),
      onNews: (news) => this.#hearNews(news),
    });
  }

  /** TS 24.380 6.2.1: the INVITE may be a floor request. */
  inviteSent(): void {
    this.#floor.dispatch({ kind: 'invite-sent', implicitRequest: this.#ua.config.implicitFloorRequest });
  }

  /** Offer and answer are complete: pin-holes first, so that what the server sends at once finds its way. */
  established(far: FarSide, role: 'uac' | 'uas'): void {
    this.#far = far;
    this.#leg.openPinholes(far.remote);
    this.#floor.established(far, role);
    this.#advance();
  }

  /** A later offer or answer of the far side. */
  moved(far: FarSide): void {
    this.#far = far;
    this.#leg.openPinholes(far.remote);
  }

  talk(wish: Wish): void {
    if (this.#wish !== undefined) throw new Error('the button is pressed already');
    this.#wish = wish;
    this.#advance();
  }

  releaseFloor(): void {
    this.#letGo();
    this.#floor.dispatch({ kind: 'let-go' });
  }

  /** Only the far side of the SDP is heard: whoever else sends to the ports of the UE is no part of the call. */
  onRtp(source: Peer): void {
    if (this.#far?.remote.rtp.host !== source.host) return;
    this.#heard += 1;
    this.#floor.dispatch({ kind: 'rtp' });
    this.#advance();
  }

  onFloor(messages: readonly FloorMessage[], source: Peer): void {
    if (this.#far?.remote.floor?.host !== source.host) return;
    for (const message of messages) this.#floor.dispatch({ kind: 'message', message });
    this.#advance();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#letGo();
    this.#floor.end();
    this.#leg.closePinholes();
  }

  describe(): unknown {
    return { floor: this.#floor.describe(), bursts: this.#stream.bursts, heard: this.#heard, wish: this.#wish };
  }

  /** The burst that is wished for begins as soon as it may; else the button is pressed where that is a request. */
  #advance(): void {
    if (this.#wish === undefined || this.#stopBurst !== undefined || this.#ended) return;
    if (this.#ssrc !== undefined && this.#far !== undefined) this.#begin(this.#wish, this.#ssrc, this.#far);
    else if (this.#floor.state === 'U: has no permission') this.#floor.dispatch({ kind: 'press' });
  }

  #begin({ packets, release }: Wish, ssrc: number, far: FarSide): void {
    this.#stopBurst = sendBurst({
      clock: this.#ua.clock,
      stream: this.#stream,
      ssrc,
      payloadType: far.payloadType,
      packets,
      send: (bytes) => this.#leg.sendRtp(bytes, (this.#far ?? far).remote.rtp),
      onDone: () => {
        this.#letGo();
        if (release) this.#floor.dispatch({ kind: 'let-go' });
      },
    });
  }

  #letGo(): void {
    this.#wish = undefined;
    this.#stopBurst?.();
    this.#stopBurst = undefined;
  }

  #permit(ssrc: number | undefined): void {
    this.#ssrc = ssrc;
    if (ssrc === undefined) {
      this.#stopBurst?.();
      this.#stopBurst = undefined;
    } else {
      this.#advance();
    }
  }

  #hearNews(news: ParticipantNews): void {
    if (DISAPPOINTING.has(news)) this.#letGo();
    // TS 24.380 6.2.4.9: the button is still down, so the floor that the queue offers is taken
    if (news === 'granted-from-queue' && this.#wish !== undefined) this.#floor.dispatch({ kind: 'press' });
  }

  #sendFloor(message: FloorMessage): void {
    const to = this.#far?.remote.floor;
    if (to !== undefined) this.#leg.sendFloor([message], to);
  }
}
