import type { McpttInfo } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { classifyInvite } from './classify.ts';
import type { AgencyConfig } from './config.ts';
import type { ConstituentGroup, Group, GroupDirectory, PartnerGroup, TemporaryGroup } from './groups.ts';
import type { Refusal, WarningCode } from './warnings.ts';

/** What this server does with an initial INVITE. */
export type Decision =
  | {
      readonly do: 'control';
      readonly group: ConstituentGroup | TemporaryGroup;
      readonly caller: string;
      /** Who sent it: an own client, or the participating function of a partner. */
      readonly from: 'client' | 'partner';
    }
  | {
      readonly do: 'join';
      readonly group: ConstituentGroup;
      readonly temporary: string;
      readonly caller: string;
      readonly controllingPsi: string;
    }
  | { readonly do: 'relay-up'; readonly group: PartnerGroup; readonly caller: string }
  | { readonly do: 'relay-down'; readonly user: string; readonly caller: string; readonly group: string | undefined }
  | { readonly do: 'refuse'; readonly refusal: Refusal };

/** RFC 3325: who the request asserts to come from; From where nobody asserted anything. */
export function assertedIdentity(request: SipRequest): string | undefined {
  const value = listValues(request, 'p-asserted-identity')[0] ?? header(request, 'from');
  return value === undefined ? undefined : parseNameAddr(value)?.uri;
}

function contactUri(request: SipRequest): string | undefined {
  const value = listValues(request, 'contact')[0];
  return value === undefined ? undefined : parseNameAddr(value)?.uri;
}

const refuse = (status: number, warning?: WarningCode): Decision => ({
  do: 'refuse',
  refusal: warning === undefined ? { status } : { status, warning },
});

/** TS 24.379 6.3.1.1 and the checks of 10.1.1.3, 10.1.1.4 and 10.1.1.5 that need no more than documents. */
export function admit(
  request: SipRequest,
  info: McpttInfo | undefined,
  psi: AgencyConfig['psi'],
  groups: GroupDirectory,
): Decision {
  const arrival = classifyInvite(request, psi);
  if (arrival.as === 'nobody') return { do: 'refuse', refusal: arrival.refusal };
  const sender = assertedIdentity(request);
  // RFC 3261 12.1.1: without a Contact nothing could be sent to the caller; without mcptt-info nothing is asked for.
  if (sender === undefined || contactUri(request) === undefined || info === undefined) return refuse(400);
  const target = info.requestUri;
  if (target === undefined) return refuse(403, 145);
  switch (arrival.as) {
    case 'originating-participating':
      return originating(sender, target, groups);
    case 'terminating-participating': {
      if (!groups.serves(target)) return refuse(404, 141);
      return { do: 'relay-down', user: target, caller: info.callingUserId ?? sender, group: info.callingGroupId };
    }
    case 'controlling':
      return controlling(groups.find(target), info.callingUserId ?? sender, groups);
    case 'non-controlling': {
      const group = groups.find(target);
      if (group?.kind !== 'constituent') return refuse(404, 113);
      const caller = info.callingUserId ?? sender;
      return { do: 'join', group, temporary: info.callingGroupId ?? target, caller, controllingPsi: sender };
    }
  }
}

/** TS 24.379 10.1.1.3.1: the user is served here; the group tells the controlling function, here or at a partner. */
function originating(user: string, target: string, groups: GroupDirectory): Decision {
  if (!groups.serves(user)) return refuse(404, 141);
  const group = groups.find(target);
  if (group === undefined) return refuse(404, 142);
  if (group.kind === 'partner') return { do: 'relay-up', group, caller: user };
  if (!groups.mayCall(group, user)) return refuse(403, 116);
  return { do: 'control', group, caller: user, from: 'client' };
}

/** TS 24.379 10.1.1.4.2: the group document is here and lets the user call. */
function controlling(group: Group | undefined, caller: string, groups: GroupDirectory): Decision {
  if (group === undefined || group.kind === 'partner') return refuse(404, 113);
  if (!groups.mayCall(group, caller)) return refuse(403, 116);
  return { do: 'control', group, caller, from: 'partner' };
}
