import { newRequest } from '../../lab/machines/sip/request.ts';
import type { McpttInfo } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { encodeMcpttInfo, mcpttInfoType } from '../../lab/wire/mcx-info/mcptt-info-write.ts';
import type { SipHeader, SipRequest } from '../../lab/wire/sip/message.ts';
import { encodeMultipart, freeBoundary } from '../../lab/wire/sip/multipart.ts';
import type { Ids } from '../kit/ids.ts';
import { acceptContacts, allowedMethods, mcpttService, sdpType } from './service.ts';

/** What differs between the INVITEs that this server's functions send. */
export interface InviteParts {
  /** Request-URI: a registered Contact, or a PSI. */
  readonly uri: string;
  /** Whom the INVITE is for, as To says it. */
  readonly to: string;
  readonly routes: readonly string[];
  /** PSI of the function that sends it: From and P-Asserted-Identity. */
  readonly psi: string;
  readonly contact: string;
  readonly info: McpttInfo;
  readonly sdp: Uint8Array;
  readonly sessionExpiresS: number;
}

/** TS 24.379 6.3.3.1.2: an INVITE of a controlling, non-controlling or participating function. */
export function buildInvite(parts: InviteParts, ids: Ids): SipRequest {
  const bodies = [
    { headers: [{ name: 'Content-Type', value: sdpType }], body: parts.sdp },
    { headers: [{ name: 'Content-Type', value: mcpttInfoType }], body: encodeMcpttInfo(parts.info) },
  ];
  const boundary = freeBoundary(bodies);
  return newRequest({
    method: 'INVITE',
    uri: parts.uri,
    from: `<${parts.psi}>;tag=${ids.tag()}`,
    to: `<${parts.to}>`,
    callId: ids.callId(),
    cseq: 1,
    headers: inviteHeaders(parts),
    body: encodeMultipart(bodies, boundary),
    contentType: `multipart/mixed;boundary=${boundary}`,
  });
}

function inviteHeaders(parts: InviteParts): SipHeader[] {
  const lines: [string, string][] = [
    ...parts.routes.map((route): [string, string] => ['Route', route]),
    ['Contact', parts.contact],
    ...acceptContacts.map((value): [string, string] => ['Accept-Contact', value]),
    ['P-Asserted-Identity', `<${parts.psi}>`],
    ['P-Asserted-Service', mcpttService],
    ['Answer-Mode', 'Auto'],
    // TS 24.379 6.3.3.1.2 6): the refresher is left to the other side.
    ['Session-Expires', String(parts.sessionExpiresS)],
    ['Supported', 'timer'],
    ['Allow', allowedMethods],
    ['MIME-Version', '1.0'],
  ];
  return lines.map(([name, value]) => ({ name, value }));
}
