import { type Dialog, dialogAsUas, dialogKeyOf } from '../../lab/machines/sip/dialog.ts';
import { tagOf } from '../../lab/machines/sip/identity.ts';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import type { Sdp } from '../../lab/wire/sdp/session.ts';
import { listValues } from '../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import type { MediaLeg } from '../kit/media/leg.ts';
import type { IncomingRequest, ServerTransaction } from '../kit/sip/endpoint.ts';
import { answerLimit, type Limit, limitAsUac, limitOf } from '../kit/sip/session-watch.ts';
import { CallMedia } from './call-media.ts';
import { answer, type FarSide, readFarSide, sdpType } from './description.ts';
import { otherMethods } from './other-methods.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { allow, contact, supported, supportedExtensions } from './service.ts';
import { Session } from './session.ts';
import type { UserAgent } from './user-agent.ts';

interface Offered {
  readonly toTag: string;
  readonly sdp: Sdp;
  readonly far: FarSide;
}

/** An INVITE that waits for its user. */
interface Ringing {
  readonly request: SipRequest;
  readonly transaction: ServerTransaction;
  readonly offered: Offered;
}

/** The one call at a time that a user holds, and every request that comes to the UE. */
export class Phone {
  readonly #ua: UserAgent;
  readonly #leg: MediaLeg;
  /** Calls that are up, and those whose BYE is not answered yet. */
  readonly #sessions = new Map<string, Session>();
  #calling: { readonly invite: OutgoingCall; readonly media: CallMedia } | undefined;
  #ringing: Ringing | undefined;
  #session: Session | undefined;
  #lastFailure: number | undefined;

  constructor(ua: UserAgent, leg: MediaLeg) {
    this.#ua = ua;
    this.#leg = leg;
  }

  /** Media and floor control of the call there is. */
  get media(): CallMedia | undefined {
    return this.#session?.media ?? this.#calling?.media;
  }

  call(group: string): void {
    if (this.media !== undefined) throw new Error('a call is there already');
    const ua = this.#ua;
    const media = new CallMedia(ua, this.#leg);
    const sdpSession = ua.ids.below(2 ** 31);
    this.#lastFailure = undefined;
    const invite = new OutgoingCall({
      ua,
      group,
      sdpSession,
      onAnswered: (dialog, far, response) => {
        this.#calling = undefined;
        this.#open(dialog, media, sdpSession, limitAsUac(response));
        media.established(far, 'uac');
      },
      onFailed: (status) => {
        this.#calling = undefined;
        this.#lastFailure = status;
        ua.log.info('call failed', { status });
        media.end();
      },
    });
    this.#calling = { invite, media };
    media.inviteSent();
  }

  /** The user takes the call that rings. */
  answer(): void {
    if (this.#ringing === undefined) throw new Error('nothing rings');
    const { request, transaction, offered } = this.#ringing;
    this.#ringing = undefined;
    this.#accept(request, transaction, offered);
  }

  hangUp(): void {
    if (this.media === undefined) throw new Error('no call');
    this.#calling?.invite.cancel();
    this.#calling?.media.end();
    this.#calling = undefined;
    this.#session?.hangUp();
  }

  /** The endpoint's `onRequest`. */
  receive({ request, transaction }: IncomingRequest): void {
    const session = this.#sessions.get(dialogKeyOf(request));
    // Only an ACK of a 2xx comes without a transaction.
    if (transaction === undefined) {
      session?.onAck(request);
      return;
    }
    const unknown = listValues(request, 'require').filter((tag) => !supportedExtensions.includes(tag.toLowerCase()));
    if (unknown.length > 0) {
      // RFC 3261 8.2.2.3
      const headers = [{ name: 'Unsupported', value: unknown.join(', ') }];
      transaction.respond(makeResponse(request, 420, { toTag: this.#ua.ids.tag(), headers }));
      return;
    }
    if (session !== undefined) session.receive(request, transaction);
    else this.#outside(request, transaction);
  }

  stop(): void {
    this.#calling?.media.end();
    for (const session of this.#sessions.values()) session.stop();
  }

  describe(): Record<string, unknown> {
    const calling = this.#calling && { phase: 'calling', media: this.#calling.media.describe() };
    return { call: this.#session?.describe() ?? calling, lastFailure: this.#lastFailure, dialogs: this.#sessions.size };
  }

  #outside(request: SipRequest, transaction: ServerTransaction): void {
    const toTag = this.#ua.ids.tag();
    const offered = request.method === 'INVITE' ? partOfType(request, sdpType) : undefined;
    const read = offered && readFarSide(offered);
    // RFC 3261 12.2.2: To has a tag, and there is no such dialog
    if (tagOf(request, 'to') !== undefined) transaction.respond(makeResponse(request, 481));
    else if (request.method !== 'INVITE') transaction.respond(otherMethods(request, toTag));
    // RFC 3261 21.4.24: the user is in a call
    else if (this.media !== undefined || this.#ringing !== undefined)
      transaction.respond(makeResponse(request, 486, { toTag }));
    // TS 24.379 6.2.2: speech in AMR-WB is what the UE can do; an INVITE without an offer is not for it either
    else if (read === undefined) transaction.respond(makeResponse(request, 488, { toTag }));
    else if (this.#ua.config.commencement === 'manual') this.#ring(request, transaction, { toTag, ...read });
    else this.#accept(request, transaction, { toTag, ...read });
  }

  /** TS 24.379 6.2.3.2.1: manual commencement, a 180 until the user answers; RFC 3261 9.2: or the caller gives up. */
  #ring(request: SipRequest, transaction: ServerTransaction, offered: Offered): void {
    const { toTag } = offered;
    this.#ringing = { request, transaction, offered };
    transaction.respond(
      makeResponse(request, 180, { toTag, headers: [{ name: 'Contact', value: contact(this.#ua.config) }] }),
    );
    transaction.onCancel(() => {
      transaction.respond(makeResponse(request, 487, { toTag }));
      if (this.#ringing?.transaction === transaction) this.#ringing = undefined;
    });
  }

  /** TS 24.379 6.2.3.1.1: automatic commencement, a 200 at once; 6.2.3.2.1: or when the user has answered. */
  #accept(request: SipRequest, transaction: ServerTransaction, { toTag, sdp, far }: Offered): void {
    const { config, ids } = this.#ua;
    const sdpSession = ids.below(2 ** 31);
    const limit = answerLimit(request, config.sessionExpiresS, 'uas');
    if (limit.kind === 'too-small') {
      transaction.respond(makeResponse(request, 422, { toTag, headers: limit.headers }));
      return;
    }
    const response = makeResponse(request, 200, {
      toTag,
      headers: [
        { name: 'Contact', value: contact(config) },
        allow,
        supported,
        ...limit.headers,
        // RFC 4964: the user is there
        { name: 'P-Answer-State', value: 'Confirmed' },
      ],
      body: answer(config, sdpSession, sdp, far),
      contentType: sdpType,
    });
    const media = new CallMedia(this.#ua, this.#leg);
    const session = this.#open(dialogAsUas(request, toTag), media, sdpSession, limitOf(limit));
    session.accept(transaction, response);
    media.established(far, 'uas');
  }

  #open(dialog: Dialog, media: CallMedia, sdpSession: number, limit: Limit): Session {
    const session: Session = new Session({
      ua: this.#ua,
      dialog,
      media,
      sdpSession,
      limit,
      onEnded: () => {
        if (this.#session === session) this.#session = undefined;
      },
      onGone: () => this.#sessions.delete(session.key),
    });
    this.#sessions.set(session.key, session);
    this.#session = session;
    return session;
  }
}
