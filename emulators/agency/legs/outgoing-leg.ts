import { type Dialog, dialogAsUac } from '../../../lab/machines/sip/dialog.ts';
import { cseqOf } from '../../../lab/machines/sip/identity.ts';
import { transactionLifeMs } from '../../../lab/machines/sip/timers.ts';
import { headers } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import type { ClientTransaction } from '../../kit/sip/endpoint.ts';
import { limitAsUac } from '../../kit/sip/session-watch.ts';
import type { Peer } from '../../kit/udp.ts';
import { isFocus } from '../classify.ts';
import type { AgencyContext, Far } from '../context.ts';
import type { FloorParam } from '../sdp-terms.ts';
import type { Leg } from './leg.ts';
import { type EndReason, LegDialog } from './leg-dialog.ts';
import type { LegMedia } from './leg-media.ts';
import { offerOf, readOffer } from './offers.ts';

export interface OutgoingOwner {
  /** The 200 came and has been acknowledged; media flows. */
  onAnswered(): void;
  /** It never came up: final status (408 where nothing came), and the Warnings of the far side. */
  onFailed(status: number, warnings: readonly string[]): void;
  /** It came up and has ended. */
  onEnded(why: EndReason): void;
}

export interface OutgoingParts {
  readonly far: Far;
  readonly party: string;
  readonly media: LegMedia;
  readonly invite: SipRequest;
  readonly to: Peer;
  readonly contact: string;
  /** Asked for as soon as the leg exists, before anything can come of it. */
  readonly owner: (leg: OutgoingLeg) => OutgoingOwner;
}

/**
 * RFC 3261 13.2.2.1: who rings for ever is not waited for: a client as long as an unanswered INVITE would last; a
 * partner longer, because it waits for its own clients meanwhile and should be the one to give up.
 */
const patience = { client: 1, partner: 3 } as const;

/** A leg that this server begins: INVITE, ACK of every 2xx, and the dialog that comes of it. */
export class OutgoingLeg implements Leg {
  readonly id: string;
  readonly far: Far;
  readonly party: string;
  readonly media: LegMedia;
  floorParams: readonly FloorParam[] = [];
  /** The answer came from a focus. */
  focus = false;
  readonly #ctx: AgencyContext;
  readonly #parts: OutgoingParts;
  readonly #owner: OutgoingOwner;
  readonly #transaction: ClientTransaction;
  readonly #stopPatience: () => void;
  /** By To tag: more than one where the INVITE forked. */
  readonly #dialogs = new Map<string, LegDialog>();
  #dialog: LegDialog | undefined;
  #over = false;

  constructor(ctx: AgencyContext, parts: OutgoingParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.far = parts.far;
    this.party = parts.party;
    this.media = parts.media;
    this.id = `out-${ctx.ids.token(8)}`;
    this.#owner = parts.owner(this);
    this.#transaction = ctx.endpoint.request(parts.invite, parts.to, {
      onResponse: (response, source) => this.#response(response, source),
      onTimeout: () => this.#fail(408, []),
      onTransportError: () => this.#fail(503, []),
    });
    this.#stopPatience = ctx.clock.after(patience[parts.far] * transactionLifeMs(ctx.config.sipTimers), () => {
      this.#transaction.cancel();
      this.#fail(408, []);
    });
  }

  hangUp(): void {
    this.media.close();
    if (this.#dialog !== undefined) {
      this.#dialog.hangUp();
    } else if (!this.#over) {
      this.#over = true;
      this.#stopPatience();
      this.#transaction.cancel();
    }
  }

  #response(response: SipResponse, source: Peer): void {
    if (response.status < 200) return;
    if (response.status >= 300) this.#fail(response.status, headers(response, 'warning'));
    else this.#success(response, source);
  }

  #success(response: SipResponse, source: Peer): void {
    const invite = this.#transaction.request;
    const number = cseqOf(invite)?.number ?? 1;
    const made = dialogAsUac(invite, response);
    // RFC 3261 12.1.2: a 2xx without To tag makes no dialog, and nothing can be sent in it.
    if (made === undefined) {
      this.#fail(500, []);
      return;
    }
    const known = this.#dialogs.get(made.remoteTag);
    const dialog = known ?? this.#dialogOf(made);
    this.#dialogs.set(made.remoteTag, dialog);
    dialog.ack(number);
    if (known !== undefined) return;
    const answered = offerOf(response);
    // RFC 3261 13.2.2.4: what was given up, and every further dialog of a forked INVITE, is acknowledged and ended.
    if (this.#over || this.#dialog !== undefined || answered === undefined) {
      dialog.hangUp();
      this.#fail(488, []);
      return;
    }
    this.#dialog = dialog;
    this.#stopPatience();
    this.floorParams = answered.terms.floor?.params ?? [];
    this.focus = isFocus(response);
    this.media.connect(answered.terms, source.host);
    dialog.limit(limitAsUac(response));
    this.#owner.onAnswered();
  }

  #dialogOf(made: Dialog): LegDialog {
    const dialog: LegDialog = new LegDialog(this.#ctx, {
      dialog: made,
      contact: this.#parts.contact,
      handlers: {
        onEnded: (why) => {
          if (this.#dialog === dialog) this.#end(why);
        },
        onOffer: (bytes, from) => (this.#dialog === dialog ? this.#offer(bytes, from) : undefined),
      },
    });
    return dialog;
  }

  #offer(bytes: Uint8Array, source: string): Uint8Array | undefined {
    const offered = readOffer(bytes);
    if (offered === undefined) return undefined;
    this.media.connect(offered.terms, source);
    return this.media.answer(offered.sdp, offered.terms, this.floorParams);
  }

  #fail(status: number, warnings: readonly string[]): void {
    if (this.#over || this.#dialog !== undefined) return;
    this.#over = true;
    this.#stopPatience();
    this.media.close();
    this.#owner.onFailed(status, warnings);
  }

  #end(why: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    this.media.close();
    this.#owner.onEnded(why);
  }
}
