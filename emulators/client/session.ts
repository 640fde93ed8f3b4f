import { type Dialog, dialogKey, receiveRequest, receiveResponse } from '../../lab/machines/sip/dialog.ts';
import { requestInDialog } from '../../lab/machines/sip/dialog-request.ts';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { sessionRequestHeaders } from '../../lab/machines/sip/session-terms.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { type Answer, answerInvite } from '../kit/sip/answer.ts';
import type { ServerTransaction } from '../kit/sip/endpoint.ts';
import { answerLimit, type Limit, limitAsUac, limitOf, watchSession } from '../kit/sip/session-watch.ts';
import type { CallMedia } from './call-media.ts';
import { answer, offer, readFarSide, sdpType } from './description.ts';
import { otherMethods } from './other-methods.ts';
import { allow, contact, supported } from './service.ts';
import type { UserAgent } from './user-agent.ts';

export interface SessionParts {
  readonly ua: UserAgent;
  readonly dialog: Dialog;
  readonly media: CallMedia;
  /** `o=` of every description that the UE gives in this session (RFC 8866 5.2). */
  readonly sdpSession: number;
  readonly limit: Limit;
  /** Hung up by either side: the UE is free for another call. */
  onEnded(): void;
  /** Nothing of the dialog is left to be answered. */
  onGone(): void;
}

/** A call that is up: one confirmed dialog and its media. */
export class Session {
  readonly key: string;
  readonly #parts: SessionParts;
  readonly #watch: ReturnType<typeof watchSession>;
  #dialog: Dialog;
  /** Our 2xx to an INVITE of the far side, until its ACK. */
  #answer: Answer | undefined;
  #phase: 'up' | 'hanging up' | 'gone' = 'up';

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#dialog = parts.dialog;
    this.key = dialogKey(parts.dialog);
    this.#watch = watchSession(parts.ua, { refresh: () => this.#refresh(), expire: () => this.hangUp() });
    this.#watch.dispatch({ kind: 'agreed', terms: parts.limit });
  }

  get media(): CallMedia {
    return this.#parts.media;
  }

  /** Answers an INVITE of the far side with this 2xx, again and again until the ACK. */
  accept(transaction: ServerTransaction, response: SipResponse): void {
    const { ua } = this.#parts;
    this.#answer = answerInvite({
      transaction,
      response,
      timers: ua.config.sipTimers,
      log: ua.log,
      clock: ua.clock,
      // RFC 3261 13.3.1.4: no ACK, so the session ends with a BYE
      onGiveUp: () => this.#unacknowledged(),
    });
  }

  onAck(ack: SipRequest): void {
    this.#answer?.acked();
    const sdp = partOfType(ack, sdpType);
    const read = sdp && readFarSide(sdp);
    if (read !== undefined && this.#phase === 'up') this.media.moved(read.far);
    // RFC 3261 15: the BYE of the side that was called waits for the ACK
    if (this.#phase === 'hanging up') this.#bye();
  }

  receive(request: SipRequest, transaction: ServerTransaction): void {
    if (request.method === 'BYE') {
      this.#respond(transaction, request, 200);
      this.#over();
      return;
    }
    if (this.#phase !== 'up') {
      this.#respond(transaction, request, 481);
      return;
    }
    const { dialog, inOrder } = receiveRequest(this.#dialog, request);
    if (!inOrder) {
      this.#respond(transaction, request, 500);
      return;
    }
    this.#dialog = dialog;
    if (request.method === 'INVITE' || request.method === 'UPDATE') this.#changed(request, transaction);
    else transaction.respond(otherMethods(request, undefined));
  }

  hangUp(): void {
    if (this.#phase !== 'up') return;
    this.#silence();
    this.#phase = 'hanging up';
    if (this.#answer?.state !== 'waiting') this.#bye();
  }

  /** The process ends. */
  stop(): void {
    this.#silence();
    this.#answer?.stop();
  }

  describe(): unknown {
    const { callId, role } = this.#dialog;
    return { phase: this.#phase, role, callId, acknowledged: this.#answer?.state, media: this.media.describe() };
  }

  // RFC 3261 14.2, RFC 3311 5.2: a new offer, or a refresh without one
  #changed(request: SipRequest, transaction: ServerTransaction): void {
    const { ua, sdpSession } = this.#parts;
    const invite = request.method === 'INVITE';
    if (invite && this.#answer?.state === 'waiting') {
      this.#respond(transaction, request, 500, [{ name: 'Retry-After', value: '1' }]);
      return;
    }
    const offered = partOfType(request, sdpType);
    const read = offered && readFarSide(offered);
    if (offered !== undefined && read === undefined) {
      this.#respond(transaction, request, 488);
      return;
    }
    const limit = answerLimit(request, ua.config.sessionExpiresS, 'uas');
    if (limit.kind === 'too-small') {
      this.#respond(transaction, request, 422, limit.headers);
      return;
    }
    if (read !== undefined) this.media.moved(read.far);
    this.#watch.dispatch({ kind: 'agreed', terms: limitOf(limit) });
    const body = read ? answer(ua.config, sdpSession, read.sdp, read.far) : invite && offer(ua.config, sdpSession);
    const response = makeResponse(request, 200, {
      headers: [{ name: 'Contact', value: contact(ua.config) }, allow, supported, ...limit.headers],
      ...(body ? { body, contentType: sdpType } : {}),
    });
    if (invite) this.accept(transaction, response);
    else transaction.respond(response);
  }

  // RFC 4028 7.4: a refresh without an offer
  #refresh(): void {
    const { ua } = this.#parts;
    const intervalS = Math.round(this.#watch.state.intervalMs / 1000);
    const { dialog, request } = requestInDialog(this.#dialog, 'UPDATE', {
      headers: [{ name: 'Contact', value: contact(ua.config) }, ...sessionRequestHeaders(intervalS, 'uac')],
    });
    this.#dialog = dialog;
    ua.endpoint.request(request, ua.proxy, {
      onResponse: (response) => {
        if (response.status < 200) return;
        this.#dialog = receiveResponse(this.#dialog, request, response);
        if (response.status < 300) this.#watch.dispatch({ kind: 'agreed', terms: limitAsUac(response) });
        else this.#watch.dispatch({ kind: 'refresh-failed', status: response.status });
      },
      onTimeout: () => this.#watch.dispatch({ kind: 'refresh-failed', status: 408 }),
      onTransportError: () => this.#watch.dispatch({ kind: 'refresh-failed', status: 503 }),
    });
  }

  #unacknowledged(): void {
    if (this.#phase === 'hanging up') this.#bye();
    else this.hangUp();
  }

  #bye(): void {
    const { ua } = this.#parts;
    const { dialog, request } = requestInDialog(this.#dialog, 'BYE');
    this.#dialog = dialog;
    ua.endpoint.request(request, ua.proxy, {
      onResponse: (response) => {
        if (response.status >= 200) this.#over();
      },
      onTimeout: () => this.#over(),
      onTransportError: () => this.#over(),
    });
  }

  #silence(): void {
    this.#watch.dispatch({ kind: 'ended' });
    this.media.end();
    this.#parts.onEnded();
  }

  #over(): void {
    if (this.#phase === 'gone') return;
    if (this.#phase === 'up') this.#silence();
    this.#phase = 'gone';
    this.#answer?.stop();
    this.#parts.onGone();
  }

  #respond(
    transaction: ServerTransaction,
    request: SipRequest,
    status: number,
    headers: readonly SipHeader[] = [],
  ): void {
    transaction.respond(makeResponse(request, status, { headers }));
  }
}
