import type { McpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import type { AgencyContext, Far } from '../context.ts';
import { buildInvite } from '../invite.ts';
import type { NextHop } from '../routing.ts';
import type { FloorParam } from '../sdp-terms.ts';
import { LegMedia } from './leg-media.ts';
import { OutgoingLeg, type OutgoingOwner } from './outgoing-leg.ts';

/** What a function asks of somebody whom it invites (TS 24.380 14.2): queueing, and the priority of the group. */
export const groupPriority = 5;
export const invitationParams: readonly FloorParam[] = [
  ['mc_queueing', undefined],
  ['mc_priority', String(groupPriority)],
];

export interface CallOut {
  readonly far: Far;
  /** Who the leg is for: MCPTT ID, or PSI. */
  readonly party: string;
  /** Request-URI. */
  readonly uri: string;
  readonly hop: NextHop;
  /** PSI of the function that calls. */
  readonly psi: string;
  readonly contact: string;
  readonly info: McpttInfo;
  readonly params: readonly FloorParam[];
}

/** Opens media and sends the INVITE; undefined when there are no ports for another leg. */
export async function callOut(
  ctx: AgencyContext,
  call: CallOut,
  owner: (leg: OutgoingLeg) => OutgoingOwner,
): Promise<OutgoingLeg | undefined> {
  const media = await LegMedia.open(ctx, call.far);
  if (media === undefined) return undefined;
  const invite = buildInvite(
    {
      uri: call.uri,
      to: call.party,
      routes: call.hop.routes,
      psi: call.psi,
      contact: call.contact,
      info: call.info,
      sdp: media.offer(call.params),
      sessionExpiresS: ctx.config.sessionExpiresS,
    },
    ctx.ids,
  );
  return new OutgoingLeg(ctx, { ...call, media, invite, to: call.hop.to, owner });
}
