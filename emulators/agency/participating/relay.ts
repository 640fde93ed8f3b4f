import type { McpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { type AgencyContext, shownAt } from '../context.ts';
import { type CallOut, callOut } from '../legs/call-out.ts';
import type { IncomingLeg } from '../legs/incoming-leg.ts';
import type { OutgoingLeg } from '../legs/outgoing-leg.ts';
import { contactOf, newSessionIdentity, type SessionIdentity } from '../session-identity.ts';

/** Where the call goes on to, and how this function shows itself on either side. */
export interface RelayParts {
  readonly onward: Pick<CallOut, 'far' | 'party' | 'uri' | 'hop' | 'psi'>;
  /** The onward INVITE says that a focus is behind it: it came from one (TS 24.379 6.3.2.2.3). */
  readonly focus: boolean;
  readonly info: McpttInfo;
  /** PSI in the answer to the side that called. */
  readonly answerPsi: string;
  onOver(): void;
}

/**
 * A participating function between a client and a controlling function (TS 24.379 6.3.2, TS 24.380 6.4): a leg on
 * either side, floor control and media carried over as they are. It never arbitrates.
 */
export class RelaySession {
  readonly #ctx: AgencyContext;
  readonly #parts: RelayParts;
  readonly #identity: SessionIdentity;
  readonly #caller: IncomingLeg;
  #onward: OutgoingLeg | undefined;
  #over = false;

  constructor(ctx: AgencyContext, caller: IncomingLeg, parts: RelayParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.#caller = caller;
    this.#identity = newSessionIdentity(ctx.config.psi.participating, ctx.ids);
    caller.owner = { onCancelled: () => this.release(), onEnded: () => this.release() };
  }

  /** TS 24.380 14.2: the floor parameters are the caller's; addresses and ports are ours. */
  async begin(): Promise<void> {
    const { onward, focus, info } = this.#parts;
    const contact = contactOf(this.#identity, shownAt(this.#ctx.config, onward.far), focus);
    const params = this.#caller.offered.terms.floor?.params ?? [];
    const leg = await callOut(this.#ctx, { ...onward, contact, info, params }, (called) => ({
      onAnswered: () => this.#answered(called),
      onFailed: (status, warnings) => this.#failed(status, warnings),
      onEnded: () => this.release(),
    }));
    if (leg === undefined) {
      this.#caller.refuse({ status: 503, headers: [{ name: 'Retry-After', value: '5' }] });
      this.release();
    } else if (this.#over) {
      leg.hangUp();
    } else {
      this.#onward = leg;
    }
  }

  /** One side has hung up, or died: so does the other. */
  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#caller.hangUp();
    this.#onward?.hangUp();
    this.#parts.onOver();
  }

  describe(): unknown {
    const { onward } = this.#parts;
    return {
      role: 'participating',
      caller: { party: this.#caller.party, media: this.#caller.media.describe() },
      onward: { party: onward.party, media: this.#onward?.media.describe() },
    };
  }

  #answered(called: OutgoingLeg): void {
    const caller = this.#caller;
    caller.media.receiver = {
      onRtp: (bytes) => called.media.sendRtp(bytes),
      onFloor: (message) => called.media.sendFloor(message),
    };
    called.media.receiver = {
      onRtp: (bytes) => caller.media.sendRtp(bytes),
      onFloor: (message) => caller.media.sendFloor(message),
    };
    caller.accept({
      // TS 24.379 6.3.2.1.5.2: the session identity of the focus, mapped to one of ours.
      contact: contactOf(this.#identity, shownAt(this.#ctx.config, caller.far), called.focus),
      psi: this.#parts.answerPsi,
      params: called.floorParams,
    });
  }

  /** TS 24.379 6.3.2.1.5: final answers of the other side are passed on, with their Warnings. */
  #failed(status: number, warnings: readonly string[]): void {
    const headers = warnings.map((value) => ({ name: 'Warning', value }));
    this.#caller.refuse({ status, headers });
    this.release();
  }
}
