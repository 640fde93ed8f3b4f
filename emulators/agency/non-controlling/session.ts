import type { McpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { type AgencyContext, shownAt } from '../context.ts';
import type { ConstituentGroup } from '../groups.ts';
import { groupPriority } from '../legs/call-out.ts';
import type { IncomingLeg } from '../legs/incoming-leg.ts';
import { type Invitation, inviteMember } from '../legs/invite-member.ts';
import type { Leg } from '../legs/leg.ts';
import type { OutgoingLeg } from '../legs/outgoing-leg.ts';
import { answerParams } from '../sdp-build.ts';
import { contactOf, newSessionIdentity, type SessionIdentity } from '../session-identity.ts';
import { NonControllingFloor } from './floor.ts';

export interface NonControllingParts {
  readonly group: ConstituentGroup;
  /** The temporary group of the partner, and the user there or here who called. */
  readonly temporary: string;
  readonly caller: string;
  onOver(): void;
}

/** The part of a partner's session that a constituent group of this agency is (TS 24.379 10.1.1.5, TS 24.380 6.5). */
export class NonControllingSession {
  readonly #ctx: AgencyContext;
  readonly #parts: NonControllingParts;
  readonly #identity: SessionIdentity;
  readonly #up: IncomingLeg;
  readonly #floor: NonControllingFloor;
  readonly #clients = new Map<string, Leg>();
  readonly #invited = new Set<OutgoingLeg>();
  #pending = 0;
  #over = false;

  constructor(ctx: AgencyContext, up: IncomingLeg, parts: NonControllingParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.#up = up;
    this.#identity = newSessionIdentity(parts.group.uri, ctx.ids);
    this.#floor = new NonControllingFloor(ctx, up);
    up.owner = { onCancelled: () => this.release(), onEnded: () => this.release() };
  }

  /** TS 24.379 10.1.1.5: own members are invited, but for the one who called; the first who answers answers for all. */
  begin(given: McpttInfo): void {
    const { group, temporary, caller } = this.#parts;
    const invitees = this.#ctx.groups.invitees(group, caller);
    const invitation: Invitation = {
      session: this.#identity,
      psi: this.#ctx.config.psi.nonControlling,
      info: {
        sessionType: 'prearranged',
        callingUserId: caller,
        callingGroupId: temporary,
        associatedGroupId: group.uri,
        ...(given.emergencyInd === undefined ? {} : { emergencyInd: given.emergencyInd }),
      },
    };
    this.#pending = invitees.length;
    if (invitees.length === 0) this.#settle();
    for (const invitee of invitees) {
      this.#invite(invitation, invitee).catch((error: unknown) => {
        this.#ctx.log.fault('invitation failed', error, { ...invitee });
        this.#missed();
      });
    }
  }

  /** Hangs up everybody, above and below. */
  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#floor.release();
    for (const leg of [this.#up, ...this.#clients.values(), ...this.#invited]) leg.hangUp();
    this.#clients.clear();
    this.#invited.clear();
    this.#parts.onOver();
  }

  describe(): unknown {
    return {
      role: 'non-controlling',
      group: this.#parts.group.uri,
      temporary: this.#parts.temporary,
      up: { party: this.#up.party, media: this.#up.media.describe() },
      clients: [...this.#clients.values()].map(({ party, media }) => ({ party, media: media.describe() })),
      pending: this.#pending,
      floor: this.#floor.describe(),
    };
  }

  async #invite(invitation: Invitation, invitee: Parameters<typeof inviteMember>[2]): Promise<void> {
    const leg = await inviteMember(this.#ctx, invitation, invitee, (invited) => ({
      onAnswered: () => this.#answered(invited),
      onFailed: () => {
        this.#invited.delete(invited);
        this.#missed();
      },
      onEnded: () => this.#left(invited),
    }));
    if (leg === undefined) this.#missed();
    else if (this.#over) leg.hangUp();
    else this.#invited.add(leg);
  }

  #answered(leg: OutgoingLeg): void {
    this.#invited.delete(leg);
    this.#pending -= 1;
    this.#clients.set(leg.id, leg);
    this.#floor.join(leg);
    if (!this.#up.answered) this.#answerUp();
  }

  /** What the controlling function asked for and may have; an implicit request is nobody's here. */
  #answerUp(): void {
    const { config } = this.#ctx;
    const offered = this.#up.offered.terms.floor?.params ?? [];
    this.#up.accept({
      contact: contactOf(this.#identity, shownAt(config, this.#up.far), true),
      psi: config.psi.nonControlling,
      params: answerParams(offered, { maxPriority: groupPriority, implicitRequest: false, granted: false }),
    });
  }

  #missed(): void {
    this.#pending -= 1;
    this.#settle();
  }

  #left(leg: Leg): void {
    if (this.#over) return;
    this.#clients.delete(leg.id);
    this.#floor.leave(leg);
    this.#settle();
  }

  /** Without own members there is nothing to be part of. */
  #settle(): void {
    if (this.#over || this.#pending > 0 || this.#clients.size > 0) return;
    if (!this.#up.answered) this.#up.refuse({ status: 480 });
    this.release();
  }
}
