import type { McpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { type AgencyContext, shownAt } from '../context.ts';
import type { Invitee } from '../groups.ts';
import type { NextHop } from '../routing.ts';
import { contactOf, type SessionIdentity } from '../session-identity.ts';
import { type CallOut, callOut, invitationParams } from './call-out.ts';
import type { OutgoingLeg, OutgoingOwner } from './outgoing-leg.ts';

/** What the INVITEs of one session have in common. */
export interface Invitation {
  readonly session: SessionIdentity;
  /** PSI of the function that invites. */
  readonly psi: string;
  /** mcptt-info without `mcptt-request-uri`, which names each invitee. */
  readonly info: McpttInfo;
}

/**
 * TS 24.379 10.1.1.4.1: the INVITE of a controlling (or non-controlling) function to one invitee. Undefined where there
 * is no way to him: not logged on, a partner whose names do not resolve, no ports left.
 */
export async function inviteMember(
  ctx: AgencyContext,
  invitation: Invitation,
  invitee: Invitee,
  owner: (leg: OutgoingLeg) => OutgoingOwner,
): Promise<OutgoingLeg | undefined> {
  const way = await wayTo(ctx, invitee);
  if (way === undefined) {
    ctx.log.warn('no way to an invitee', { ...invitee });
    return undefined;
  }
  const { session, psi, info } = invitation;
  const contact = contactOf(session, shownAt(ctx.config, way.far), true);
  const requestUri = invitee.kind === 'constituent' ? invitee.group : invitee.user;
  return callOut(ctx, { ...way, psi, contact, info: { ...info, requestUri }, params: invitationParams }, owner);
}

type Way = Pick<CallOut, 'far' | 'party' | 'uri'> & { readonly hop: NextHop };

async function wayTo(ctx: AgencyContext, invitee: Invitee): Promise<Way | undefined> {
  if (invitee.kind === 'local') {
    const binding = ctx.registrar.affiliated(invitee.user, ctx.clock.nowMs());
    const hop = binding && (await ctx.router.toClient(binding));
    // The terminating participating function is in this process: the registered Contact, by the way of its Path.
    return binding && hop && { far: 'client', party: invitee.user, uri: binding.contact, hop };
  }
  const hop = await ctx.router.toPartner(invitee.psi);
  const party = invitee.kind === 'direct' ? invitee.user : invitee.psi;
  return hop && { far: 'partner', party, uri: invitee.psi, hop };
}
