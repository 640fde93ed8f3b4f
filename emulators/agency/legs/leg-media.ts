import type { FloorMessage } from '../../../lab/wire/floor/message.ts';
import { encodeSdp } from '../../../lab/wire/sdp/codec.ts';
import type { Sdp } from '../../../lab/wire/sdp/session.ts';
import type { MediaRemote } from '../../kit/media/leg.ts';
import type { AgencyContext, Far } from '../context.ts';
import { buildAnswer, buildOffer, type OwnMedia } from '../sdp-build.ts';
import { repairTerms } from '../sdp-policy.ts';
import { type FloorParam, remoteOf, type Terms } from '../sdp-terms.ts';
import type { OpenedPorts } from './media-ports.ts';

/** Who listens to a leg's media; a leg that belongs to no session yet has nobody. */
export interface MediaReceiver {
  /** Media of the far side; `bytes` is the datagram as it came. */
  onRtp(bytes: Uint8Array): void;
  onFloor(message: FloorMessage): void;
}

/** Media and floor control of one leg, with ports of its own (TS 24.379 6.2.1: a B2BUA anchors both). */
export class LegMedia {
  receiver: MediaReceiver | undefined;
  payloadType: number | undefined;
  readonly #ctx: AgencyContext;
  readonly #far: Far;
  readonly #opened: OpenedPorts;
  readonly #sessionId: number;
  #remote: MediaRemote | undefined;
  #closed = false;

  private constructor(ctx: AgencyContext, far: Far, opened: OpenedPorts) {
    this.#ctx = ctx;
    this.#far = far;
    this.#opened = opened;
    this.#sessionId = ctx.ids.below(2 ** 31);
  }

  /** Undefined: no ports are left. */
  static async open(ctx: AgencyContext, far: Far): Promise<LegMedia | undefined> {
    let leg: LegMedia | undefined;
    // A partner's SDP may name an address that is also one's own: what one sends to oneself must not go round for ever.
    const isOwn = (source: { readonly host: string }) => source.host === ctx.config.address;
    const opened = await ctx.mediaPorts.open({
      onRtp: (packet, bytes, source) => {
        if (isOwn(source)) return;
        // What was not agreed upon is no media (RFC 3550 5.1: a receiver ignores payload types it does not know).
        if (packet.payloadType === leg?.payloadType) leg.receiver?.onRtp(bytes);
      },
      onFloor: (messages, _bytes, source) => {
        if (isOwn(source)) return;
        for (const message of messages) leg?.receiver?.onFloor(message);
      },
    });
    leg = opened && new LegMedia(ctx, far, opened);
    return leg;
  }

  get hasFloor(): boolean {
    return this.#remote?.floor !== undefined;
  }

  offer(params: readonly FloorParam[]): Uint8Array {
    return encodeSdp(buildOffer(this.#own(), params));
  }

  answer(offer: Sdp, terms: Terms, params: readonly FloorParam[]): Uint8Array {
    return encodeSdp(buildAnswer(this.#own(), offer, terms, params));
  }

  /** Both SDPs are known: where to send is told by the far side's, as far as it is believed. */
  connect(terms: Terms, signallingSource: string): void {
    const { config } = this.#ctx;
    const believed = this.#far === 'partner' ? repairTerms(terms, config.sdpRepair, signallingSource) : terms;
    this.#remote = remoteOf(believed);
    this.payloadType = terms.audio.payloadType;
    // RFC 6263: pin-holes are opened towards the own edge; a partner that is reached past it gets nothing unasked.
    if (this.#far === 'client' || config.interconnect.nextHop === 'edge') this.#opened.media.openPinholes(this.#remote);
  }

  sendRtp(bytes: Uint8Array): void {
    if (this.#remote !== undefined && !this.#closed) this.#opened.media.sendRtp(bytes, this.#remote.rtp);
  }

  sendFloor(message: FloorMessage): void {
    const to = this.#remote?.floor;
    if (to !== undefined && !this.#closed) this.#opened.media.sendFloor([message], to);
  }

  describe(): unknown {
    return { ...this.#opened.ports, remote: this.#remote, ...this.#opened.media.counters() };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.receiver = undefined;
    void this.#ctx.mediaPorts.close(this.#opened);
  }

  #own(): OwnMedia {
    const { address } = this.#ctx.config;
    return { address, ports: this.#opened.ports, sessionId: this.#sessionId, version: 1 };
  }
}
