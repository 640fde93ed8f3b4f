import { dialogAsUas } from '../../../lab/machines/sip/dialog.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import type { SessionAnswer } from '../../../lab/machines/sip/session-terms.ts';
import type { SipHeader, SipRequest } from '../../../lab/wire/sip/message.ts';
import type { ServerTransaction } from '../../kit/sip/endpoint.ts';
import { answerLimit, limitOf } from '../../kit/sip/session-watch.ts';
import type { AgencyContext, Far } from '../context.ts';
import { hostOf } from '../identity.ts';
import type { FloorParam } from '../sdp-terms.ts';
import { allowedMethods, sdpType } from '../service.ts';
import { type Refusal, warningValue } from '../warnings.ts';
import type { Leg } from './leg.ts';
import { type EndReason, LegDialog } from './leg-dialog.ts';
import { LegMedia } from './leg-media.ts';
import { type Offered, offerOf, readOffer } from './offers.ts';

export interface IncomingOwner {
  /** The caller gave up before an answer; it has got its 487. */
  onCancelled(): void;
  onEnded(why: EndReason): void;
}

type Agreed = Extract<SessionAnswer, { kind: 'agreed' }>;

/** What the 200 says besides SDP. */
export interface AnswerParts {
  readonly contact: string;
  readonly psi: string;
  /** `a=fmtp:MCPTT` of the answer. */
  readonly params: readonly FloorParam[];
  readonly headers?: readonly SipHeader[];
}

/** The answer that a final refusal makes, with its Warning (TS 24.379 4.4). */
export function refuse(ctx: AgencyContext, transaction: ServerTransaction, refusal: Refusal, toTag: string): void {
  const { warning, headers = [], status } = refusal;
  const agent = hostOf(ctx.config.psi.controlling);
  const warnings = warning === undefined ? [] : [{ name: 'Warning', value: warningValue(agent, warning) }];
  transaction.respond(makeResponse(transaction.request, status, { toTag, headers: [...warnings, ...headers] }));
}

/** A leg that the far side began: from its INVITE to the answer, and the dialog that comes of it. */
export class IncomingLeg implements Leg {
  readonly id: string;
  readonly far: Far;
  readonly party: string;
  readonly request: SipRequest;
  readonly offered: Offered;
  readonly media: LegMedia;
  owner: IncomingOwner | undefined;
  floorParams: readonly FloorParam[] = [];
  readonly #ctx: AgencyContext;
  readonly #transaction: ServerTransaction;
  readonly #toTag: string;
  readonly #timed: Agreed;
  #dialog: LegDialog | undefined;
  #over = false;

  private constructor(
    ctx: AgencyContext,
    transaction: ServerTransaction,
    parts: Pick<IncomingLeg, 'far' | 'party' | 'offered' | 'media'> & {
      readonly toTag: string;
      readonly timed: Agreed;
    },
  ) {
    this.#ctx = ctx;
    this.#transaction = transaction;
    this.#toTag = parts.toTag;
    this.#timed = parts.timed;
    this.id = `in-${parts.toTag}`;
    this.far = parts.far;
    this.party = parts.party;
    this.request = transaction.request;
    this.offered = parts.offered;
    this.media = parts.media;
  }

  /** Takes an INVITE as far as it can be taken without a session; undefined when it has been refused or cancelled. */
  static async open(
    ctx: AgencyContext,
    transaction: ServerTransaction,
    { far, party, wish }: { far: Far; party: string; wish: 'uac' | 'uas' },
  ): Promise<IncomingLeg | undefined> {
    const toTag = ctx.ids.tag();
    let leg: IncomingLeg | undefined;
    let cancelled = false;
    const offered = offerOf(transaction.request);
    const timed = answerLimit(transaction.request, ctx.config.sessionExpiresS, wish);
    // RFC 3261 13.2.1: no offer that can be taken.
    if (offered === undefined) refuse(ctx, transaction, { status: 488 }, toTag);
    // RFC 4028 6.
    else if (timed.kind === 'too-small') refuse(ctx, transaction, { status: 422, headers: timed.headers }, toTag);
    if (offered === undefined || timed.kind === 'too-small') return undefined;
    transaction.onCancel(() => {
      cancelled = true;
      refuse(ctx, transaction, { status: 487 }, toTag);
      if (leg !== undefined) leg.#cancelled();
    });
    const media = await LegMedia.open(ctx, far);
    if (media === undefined) {
      if (!cancelled) refuse(ctx, transaction, { status: 503, headers: [{ name: 'Retry-After', value: '5' }] }, toTag);
      return undefined;
    }
    if (cancelled) media.close();
    else leg = new IncomingLeg(ctx, transaction, { far, party, offered, media, toTag, timed });
    return leg;
  }

  get answered(): boolean {
    return this.#dialog !== undefined;
  }

  get over(): boolean {
    return this.#over;
  }

  /** 200 OK with the SDP answer, repeated until it is acknowledged; media flows from here on. */
  accept(parts: AnswerParts): void {
    if (this.#over || this.#dialog !== undefined) return;
    const { sdp, terms } = this.offered;
    this.floorParams = parts.params;
    this.media.connect(terms, this.#transaction.source.host);
    const dialog = new LegDialog(this.#ctx, {
      dialog: dialogAsUas(this.request, this.#toTag),
      contact: parts.contact,
      handlers: {
        onEnded: (why) => this.#end(why),
        onOffer: (bytes, source) => this.#offer(bytes, source),
      },
    });
    this.#dialog = dialog;
    dialog.answer(this.#transaction, {
      toTag: this.#toTag,
      headers: [
        { name: 'Contact', value: parts.contact },
        { name: 'P-Asserted-Identity', value: `<${parts.psi}>` },
        { name: 'Allow', value: allowedMethods },
        ...this.#timed.headers,
        ...(parts.headers ?? []),
      ],
      body: this.media.answer(sdp, terms, parts.params),
      contentType: sdpType,
    });
    dialog.limit(limitOf(this.#timed));
  }

  refuse(refusal: Refusal): void {
    if (this.#over || this.#dialog !== undefined) return;
    refuse(this.#ctx, this.#transaction, refusal, this.#toTag);
    this.#over = true;
    this.media.close();
  }

  hangUp(): void {
    this.media.close();
    if (this.#dialog === undefined) this.refuse({ status: 480 });
    else this.#dialog.hangUp();
  }

  /** RFC 3264 8: the same streams at another place; the answer keeps our ports. */
  #offer(bytes: Uint8Array, source: string): Uint8Array | undefined {
    const offered = readOffer(bytes);
    if (offered === undefined) return undefined;
    this.media.connect(offered.terms, source);
    return this.media.answer(offered.sdp, offered.terms, this.floorParams);
  }

  #cancelled(): void {
    if (this.#over) return;
    this.#over = true;
    this.media.close();
    this.owner?.onCancelled();
  }

  #end(why: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    this.media.close();
    this.owner?.onEnded(why);
  }
}
