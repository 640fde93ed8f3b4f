import {
  type Dialog,
  dialogKey,
  endsDialog,
  receiveRequest,
  receiveResponse,
} from '../../../lab/machines/sip/dialog.ts';
import { ackOf2xx, type InDialogParts, requestInDialog } from '../../../lab/machines/sip/dialog-request.ts';
import { makeResponse, type ResponseParts } from '../../../lab/machines/sip/response.ts';
import { sessionRequestHeaders } from '../../../lab/machines/sip/session-terms.ts';
import { partOfType } from '../../../lab/wire/sip/multipart.ts';
import { type Answer, answerInvite } from '../../kit/sip/answer.ts';
import type { ClientHandlers, IncomingRequest, ServerTransaction } from '../../kit/sip/endpoint.ts';
import {
  answerLimit,
  type Limit,
  limitAsUac,
  limitOf,
  type SessionWatch,
  watchSession,
} from '../../kit/sip/session-watch.ts';
import type { AgencyContext } from '../context.ts';
import { numericPeer } from '../routing.ts';
import { allowedMethods, sdpType } from '../service.ts';
import type { DialogUser } from './dialog-table.ts';

/** How a leg ended: hung up there, never acknowledged, not refreshed, unknown at the other end, or hung up here. */
export type EndReason = 'bye' | 'no-ack' | 'expired' | 'gone' | 'hung-up';

export interface DialogHandlers {
  /** Once; nothing is called after it. */
  onEnded(why: EndReason): void;
  /** A new offer on a running leg (RFC 3264 8): the answer, or undefined where nothing of it can be taken. */
  onOffer(sdp: Uint8Array, source: string): Uint8Array | undefined;
}

export interface DialogParts {
  readonly dialog: Dialog;
  /** Contact of what is sent inside the dialog. */
  readonly contact: string;
  readonly handlers: DialogHandlers;
}

type Reply = (status: number, parts?: ResponseParts) => void;

/** The confirmed dialog of one leg (RFC 3261 12, 14, 15; RFC 4028): hang-up, refresh and new offers of both sides. */
export class LegDialog implements DialogUser {
  readonly #ctx: AgencyContext;
  readonly #contact: string;
  readonly #handlers: DialogHandlers;
  readonly #watch: SessionWatch;
  #dialog: Dialog;
  #answered: Answer | undefined;
  #byeWhenAcked = false;
  #over = false;

  constructor(ctx: AgencyContext, parts: DialogParts) {
    this.#ctx = ctx;
    this.#dialog = parts.dialog;
    this.#contact = parts.contact;
    this.#handlers = parts.handlers;
    this.#watch = watchSession(ctx, { refresh: () => this.#refresh(), expire: () => this.hangUpBecause('expired') });
    ctx.dialogs.add(dialogKey(parts.dialog), this);
  }

  get remoteTag(): string {
    return this.#dialog.remoteTag;
  }

  /** RFC 3261 13.3.1.4: our 2xx is repeated until its ACK; without one for 64*T1 the session is ended with a BYE. */
  answer(transaction: ServerTransaction, parts: ResponseParts): void {
    this.#answered?.stop();
    const response = makeResponse(transaction.request, 200, parts);
    this.#answered = answerInvite({
      transaction,
      response,
      timers: this.#ctx.config.sipTimers,
      log: this.#ctx.log,
      clock: this.#ctx.clock,
      onAcked: () => {
        this.#answered = undefined;
        if (this.#byeWhenAcked) this.#bye();
      },
      onGiveUp: () => {
        this.#answered = undefined;
        this.#bye();
        this.#end('no-ack');
      },
    });
  }

  /** RFC 3261 13.2.2.4: for every 2xx that comes, repeated ones too. */
  ack(inviteCSeq: number): void {
    const { request, nextHop } = ackOf2xx(this.#dialog, inviteCSeq);
    this.#withPeer(nextHop, (to) => this.#ctx.endpoint.ack(request, to));
  }

  /** RFC 3261 15: a callee does not hang up before the ACK has come or is given up. */
  hangUp(): void {
    if (this.#over) return;
    if (this.#answered === undefined) this.#bye();
    else this.#byeWhenAcked = true;
    this.#end('hung-up');
  }

  /** RFC 4028 10: from now on the session lives as long as this. */
  limit(terms: Limit): void {
    this.#watch.dispatch({ kind: 'agreed', terms });
  }

  hangUpBecause(why: EndReason): void {
    if (this.#over) return;
    this.#bye();
    this.#end(why);
  }

  receive(incoming: IncomingRequest): void {
    const { request, transaction } = incoming;
    const { dialog, inOrder } = receiveRequest(this.#dialog, request);
    this.#dialog = dialog;
    if (request.method === 'ACK') this.#answered?.acked();
    if (transaction === undefined) return;
    const reply: Reply = (status, parts = {}) => transaction.respond(makeResponse(request, status, parts));
    if (!inOrder) {
      reply(500);
    } else if (request.method === 'BYE') {
      reply(200);
      this.#forget();
      this.#end('bye');
    } else if (this.#over) {
      reply(481);
    } else if (request.method === 'INVITE' || request.method === 'UPDATE') {
      this.#refreshed(incoming, transaction, reply);
    } else {
      // RFC 3261 8.2.1.
      reply(request.method === 'OPTIONS' ? 200 : 405, { headers: [{ name: 'Allow', value: allowedMethods }] });
    }
  }

  /** RFC 3261 14.2, RFC 3311 5.2: a new offer, or a mere refresh of the session. */
  #refreshed({ request, source }: IncomingRequest, transaction: ServerTransaction, reply: Reply): void {
    const timed = answerLimit(request, this.#ctx.config.sessionExpiresS, 'uac');
    const offer = partOfType(request, sdpType);
    const sdp = timed.kind === 'agreed' && offer !== undefined ? this.#handlers.onOffer(offer, source.host) : undefined;
    if (timed.kind === 'too-small') {
      // RFC 4028 6.
      reply(422, { headers: timed.headers });
    } else if (sdp === undefined && (offer !== undefined || request.method === 'INVITE')) {
      // An INVITE without an offer wants one of us, which a leg of a running session does not make.
      reply(488);
    } else {
      this.limit(limitOf(timed));
      const headers = [{ name: 'Contact', value: this.#contact }, ...timed.headers];
      const parts: ResponseParts = sdp === undefined ? { headers } : { headers, body: sdp, contentType: sdpType };
      if (request.method === 'INVITE') this.answer(transaction, parts);
      else reply(200, parts);
    }
  }

  /** RFC 4028 7.4: UPDATE without an offer; the side that sends it is its client. */
  #refresh(): void {
    const intervalS = this.#watch.state.intervalMs / 1000;
    const gone = (): void => this.hangUpBecause('gone');
    this.#request(
      'UPDATE',
      { headers: [{ name: 'Contact', value: this.#contact }, ...sessionRequestHeaders(intervalS, 'uac')] },
      {
        onResponse: (response) => {
          // RFC 3261 12.2.1.2: the other end knows nothing of this dialog any more.
          if (endsDialog(response.status)) gone();
          else if (response.status >= 300) this.#watch.dispatch({ kind: 'refresh-failed', status: response.status });
          else if (response.status >= 200) this.limit(limitAsUac(response));
        },
        onTimeout: gone,
        onTransportError: gone,
      },
    );
  }

  #bye(): void {
    this.#byeWhenAcked = false;
    // Until the BYE is answered the dialog is known: a BYE of the other side may cross it.
    const forget = (): void => this.#forget();
    this.#request('BYE', {}, { onResponse: () => {}, onTimeout: () => {}, onTransportError: () => {}, onEnd: forget });
  }

  #request(method: string, parts: InDialogParts, handlers: ClientHandlers): void {
    const next = requestInDialog(this.#dialog, method, parts);
    this.#dialog = next.dialog;
    const onResponse: ClientHandlers['onResponse'] = (response, source) => {
      this.#dialog = receiveResponse(this.#dialog, next.request, response);
      handlers.onResponse(response, source);
    };
    this.#withPeer(
      next.nextHop,
      (to) => this.#ctx.endpoint.request(next.request, to, { ...handlers, onResponse }),
      () => {
        handlers.onTransportError(new Error(`no way to ${next.nextHop}`));
        handlers.onEnd?.();
      },
    );
  }

  /** Addresses are used at once, so that requests keep their order; names are looked up first. */
  #withPeer(uri: string, act: (to: { host: string; port: number }) => void, otherwise = (): void => {}): void {
    const numeric = numericPeer(uri);
    if (numeric !== undefined) act(numeric);
    else void this.#ctx.router.peerOf(uri).then((to) => (to === undefined ? otherwise() : act(to)));
  }

  #forget(): void {
    this.#answered?.stop();
    this.#answered = undefined;
    this.#ctx.dialogs.remove(dialogKey(this.#dialog));
  }

  #end(why: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.dispatch({ kind: 'ended' });
    this.#handlers.onEnded(why);
  }
}
