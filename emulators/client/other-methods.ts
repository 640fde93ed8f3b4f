import { makeResponse } from '../../lab/machines/sip/response.ts';
import { header } from '../../lab/wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { allow, allowedMethods, mcpttInfoPackage, supported } from './service.ts';

/** Methods of the registry that the UE knows and does not take. */
const KNOWN = new Set(['REGISTER', 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER', 'MESSAGE']);

/**
 * The answer to a request that neither makes nor ends a call. `toTag`: for one outside a dialog; inside, where it is
 * undefined, To has its tag.
 */
export function otherMethods(request: SipRequest, toTag: string | undefined): SipResponse {
  const tag = toTag === undefined ? {} : { toTag };
  const { method } = request;
  // RFC 3261 11.2: as if it were an INVITE
  if (method === 'OPTIONS') {
    const accept = { name: 'Accept', value: 'application/sdp, application/vnd.3gpp.mcptt-info+xml, multipart/mixed' };
    return makeResponse(request, 200, { ...tag, headers: [allow, accept, supported] });
  }
  if (method === 'INFO' && toTag === undefined) return info(request);
  // RFC 3261 12.2.2: of a dialog that is not there
  if (allowedMethods.includes(method)) return makeResponse(request, 481, tag);
  if (KNOWN.has(method)) return makeResponse(request, 405, { ...tag, headers: [allow] });
  return makeResponse(request, 501, { ...tag, headers: [allow] });
}

/** RFC 6086 4.2.2: a package that was not asked for is refused; INFO without one is the old kind. */
function info(request: SipRequest): SipResponse {
  const name = header(request, 'info-package')?.split(';')[0]?.trim();
  if (name === undefined || name.toLowerCase() === mcpttInfoPackage) return makeResponse(request, 200);
  const headers = [{ name: 'Recv-Info', value: mcpttInfoPackage }];
  return makeResponse(request, 469, { reason: 'Bad Info Package', headers });
}
