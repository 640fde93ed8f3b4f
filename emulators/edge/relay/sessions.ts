/**
 * The relays of all calls, found by party, Call-ID and the caller's tag (which stand in From or in To, as the request
 * goes). A relay lives until its call ends; one that nobody sends through is released after `idleMs`.
 */
import { tagOf } from '../../../lab/machines/sip/identity.ts';
import { decodeSdp, encodeSdp } from '../../../lab/wire/sdp/codec.ts';
import { header } from '../../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest } from '../../../lab/wire/sip/message.ts';
import { partOfType, withPart } from '../../../lab/wire/sip/multipart.ts';
import { type Party, partyKey } from '../party.ts';
import { Relay, type RelayPlace, type RelayRule } from './relay.ts';

const sdpType = 'application/sdp';

/** SDP of these requests and of their responses is offer or answer (RFC 3261 13.2.1, RFC 3311, RFC 3262). */
const carrying = new Set(['INVITE', 'ACK', 'UPDATE', 'PRACK']);

export interface MediaSessionsOptions {
  readonly place: RelayPlace;
  readonly idleMs: number;
  readonly ruleFor: (party: Party) => RelayRule;
}

export class MediaSessions {
  readonly #options: MediaSessionsOptions;
  readonly #relays = new Map<string, Relay>();

  constructor(options: MediaSessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#relays.size;
  }

  describe() {
    return [...this.#relays].map(([call, relay]) => ({ call, legs: relay.describe() }));
  }

  /**
   * The message with the SDP that its receiver may see; `request` is the message itself or the request that it
   * answers. `exhausted`: no ports are left, and the SDP refuses all media. Only an INVITE or its answer begins a
   * relay: SDP that belongs to no call is passed without any port. A body that is no readable SDP tells nobody's
   * address and stays.
   */
  async pass<M extends SipMessage>(message: M, request: SipRequest, party: Party, from: 'inside' | 'outside') {
    const body = carrying.has(request.method) ? partOfType(message, sdpType) : undefined;
    const sdp = body === undefined ? undefined : decodeSdp(body).value;
    if (sdp === undefined) return { message, exhausted: false };
    const { place, ruleFor } = this.#options;
    const known = this.#find(request, party);
    const relay = known ?? new Relay(place, ruleFor(party));
    if (known === undefined && request.method === 'INVITE') this.#relays.set(keysOf(request, party)[0] ?? '', relay);
    const kept = this.#find(request, party) === relay;
    const exhausted = kept && !(await relay.provide(sdp));
    if (exhausted && known === undefined) this.release(request, party);
    return { message: withPart(message, sdpType, encodeSdp(relay.pass(sdp, from))), exhausted };
  }

  /** A final response, or none: what it means for the relay of the call. */
  concluded(request: SipRequest, party: Party, status: number): void {
    if (status < 200) return;
    if (request.method === 'BYE') {
      // 401 and 407 ask for the BYE again.
      if (status !== 401 && status !== 407) this.release(request, party);
    } else if (request.method === 'INVITE') {
      const relay = this.#find(request, party);
      if (status < 300) relay?.establish();
      // RFC 3261 14.1: a refused re-INVITE leaves the session as it was; 481 and 408 end the dialog (12.2.1.2).
      else if (relay?.established !== true || status === 481 || status === 408) this.release(request, party);
    }
  }

  /** The call of this request has ended. */
  release(request: SipRequest, party: Party): void {
    for (const key of keysOf(request, party)) this.#close(key);
  }

  /** To be called now and then. */
  releaseIdle(): void {
    const { idleMs, place } = this.#options;
    for (const [key, relay] of this.#relays) {
      if (place.now() - relay.heardAtMs < idleMs) continue;
      place.log.info('relay released: unheard', { call: key });
      this.#close(key);
    }
  }

  async close(): Promise<void> {
    const relays = [...this.#relays.values()];
    this.#relays.clear();
    await Promise.all(relays.map((relay) => relay.close()));
  }

  #find(request: SipRequest, party: Party): Relay | undefined {
    return keysOf(request, party)
      .map((key) => this.#relays.get(key))
      .find((relay) => relay !== undefined);
  }

  #close(key: string): void {
    const relay = this.#relays.get(key);
    this.#relays.delete(key);
    void relay?.close();
  }
}

/** Under the tag of From first: that of the caller, in the request that begins the call. */
function keysOf(request: SipRequest, party: Party): string[] {
  const tags = [tagOf(request, 'from'), tagOf(request, 'to')].filter((tag) => tag !== undefined);
  return tags.map((tag) => JSON.stringify([partyKey(party), header(request, 'call-id') ?? '', tag]));
}
