import type { FloorParticipant } from '../../../lab/machines/floor/server-state.ts';
import type { McpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { type AgencyContext, shownAt } from '../context.ts';
import type { ConstituentGroup, Invitee, TemporaryGroup } from '../groups.ts';
import { groupPriority } from '../legs/call-out.ts';
import type { IncomingLeg } from '../legs/incoming-leg.ts';
import { inviteMember } from '../legs/invite-member.ts';
import type { Leg } from '../legs/leg.ts';
import type { EndReason } from '../legs/leg-dialog.ts';
import type { OutgoingLeg } from '../legs/outgoing-leg.ts';
import { answerParams } from '../sdp-build.ts';
import { hasParam } from '../sdp-terms.ts';
import { focusSupports } from '../service.ts';
import { contactOf, newSessionIdentity, type SessionIdentity } from '../session-identity.ts';
import { ControllingFloor } from './floor.ts';

export interface ControllingParts {
  readonly group: ConstituentGroup | TemporaryGroup;
  /** The session is over; its legs are being hung up. */
  onOver(): void;
}

/** A group session that this server controls (TS 24.379 10.1.1.4): who is called, who has come, when it ends. */
export class ControllingSession {
  readonly #ctx: AgencyContext;
  readonly #parts: ControllingParts;
  readonly #identity: SessionIdentity;
  readonly #floor: ControllingFloor;
  /** Legs that are up. */
  readonly #members = new Map<string, Leg>();
  /** Invitations under way: those whose leg exists, and all of them by number. */
  readonly #invited = new Set<OutgoingLeg>();
  #pending = 0;
  #originator: IncomingLeg | undefined;
  #phase: 'calling' | 'up' | 'over' = 'calling';

  constructor(ctx: AgencyContext, parts: ControllingParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.#identity = newSessionIdentity(parts.group.uri, ctx.ids);
    this.#floor = new ControllingFloor(ctx, {
      temporaryGroup: parts.group.kind === 'temporary',
      onInactive: () => this.release(),
    });
  }

  /** TS 24.379 10.1.1.4.2: invites everybody else; the originator is answered when the first of them has. */
  begin(originator: IncomingLeg, info: McpttInfo): void {
    this.#originator = originator;
    originator.owner = {
      onCancelled: () => this.release(),
      onEnded: (why) => this.#originatorLeft(originator, why),
    };
    const { group } = this.#parts;
    const invitees = this.#ctx.groups.invitees(group, originator.party);
    this.#pending = invitees.length;
    if (invitees.length === 0) this.#settle();
    for (const invitee of invitees) {
      this.#invite(invitee, originator, info).catch((error: unknown) => {
        this.#ctx.log.fault('invitation failed', error, { ...invitee });
        this.#missed();
      });
    }
  }

  /** Somebody of the group calls while the session runs: he joins it, with no claim to the floor (TS 24.380 6.2.1). */
  join(leg: IncomingLeg): void {
    leg.owner = { onCancelled: () => {}, onEnded: () => this.#left(leg) };
    if (this.#phase === 'up') this.#accept(leg, false);
    else leg.refuse({ status: 480 });
  }

  /** TS 24.379 6.3.8.1: everybody is hung up. */
  release(): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#floor.release();
    for (const leg of [...this.#members.values(), ...this.#invited]) leg.hangUp();
    this.#members.clear();
    this.#invited.clear();
    this.#parts.onOver();
  }

  describe(): unknown {
    return {
      role: 'controlling',
      group: this.#parts.group.uri,
      phase: this.#phase,
      session: this.#identity.user,
      members: [...this.#members.values()].map(({ party, media }) => ({ party, media: media.describe() })),
      pending: this.#pending,
      floor: this.#floor.describe(),
    };
  }

  async #invite(invitee: Invitee, originator: IncomingLeg, given: McpttInfo): Promise<void> {
    const { group } = this.#parts;
    const info: McpttInfo = {
      sessionType: 'prearranged',
      callingUserId: originator.party,
      callingGroupId: group.uri,
      ...(given.emergencyInd === undefined ? {} : { emergencyInd: given.emergencyInd }),
    };
    const invitation = { session: this.#identity, psi: this.#ctx.config.psi.controlling, info };
    const kind = invitee.kind === 'constituent' ? 'non-controlling' : 'participant';
    const leg = await inviteMember(this.#ctx, invitation, invitee, (invited) => ({
      onAnswered: () => this.#answered(invited, kind),
      onFailed: () => {
        this.#invited.delete(invited);
        this.#missed();
      },
      onEnded: () => this.#left(invited),
    }));
    if (leg === undefined) this.#missed();
    else if (this.#phase === 'over') leg.hangUp();
    else this.#invited.add(leg);
  }

  #answered(leg: OutgoingLeg, kind: FloorParticipant['kind']): void {
    this.#invited.delete(leg);
    this.#pending -= 1;
    this.#members.set(leg.id, leg);
    this.#floor.join(leg, kind);
    const originator = this.#originator;
    if (this.#phase !== 'calling' || originator === undefined) return;
    this.#phase = 'up';
    const implicit = hasParam(originator.offered.terms.floor?.params ?? [], 'mc_implicit_request');
    this.#accept(originator, implicit);
    this.#floor.initialise(implicit ? originator.id : undefined);
  }

  /** TS 24.379 6.3.3.2.3.2: the 200 of a controlling function. */
  #accept(leg: IncomingLeg, implicit: boolean): void {
    const { config } = this.#ctx;
    const offered = leg.offered.terms.floor?.params ?? [];
    leg.accept({
      contact: contactOf(this.#identity, shownAt(config, leg.far), true),
      psi: config.psi.controlling,
      params: answerParams(offered, { maxPriority: groupPriority, implicitRequest: implicit, granted: implicit }),
      headers: [{ name: 'Supported', value: focusSupports }],
    });
    this.#members.set(leg.id, leg);
    this.#floor.join(leg, 'participant');
  }

  /** Somebody could not be had, or did not want. */
  #missed(): void {
    this.#pending -= 1;
    this.#settle();
  }

  #originatorLeft(leg: IncomingLeg, why: EndReason): void {
    // The originator's BYE ends a prearranged group call; a leg of his that died of itself takes nobody with it.
    if (why === 'bye') {
      this.#members.delete(leg.id);
      this.release();
    } else {
      this.#left(leg);
    }
  }

  #left(leg: Leg): void {
    if (this.#phase === 'over') return;
    this.#members.delete(leg.id);
    this.#floor.leave(leg);
    this.#settle();
  }

  /** TS 24.379 6.3.8.1: a session of one is none, unless somebody is still on his way. */
  #settle(): void {
    if (this.#phase === 'over' || this.#pending > 0) return;
    if (this.#phase === 'calling') {
      this.#originator?.refuse({ status: 480 });
      this.release();
    } else if (this.#members.size <= 1) {
      this.release();
    }
  }
}
