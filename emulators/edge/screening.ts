/** RFC 3261 16.3: what a proxy asks of every request before it looks where it goes. */
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { type Decision, refuseUnlessAck } from './party.ts';

/** A crossing INVITE has about 3 kB; nothing of MCPTT comes near this. */
export const maxMessageBytes = 16_384;

export function screened(request: SipRequest): Decision | undefined {
  // 16.3 1: From and To must be readable, or no dialog could be told from another.
  for (const name of ['from', 'to']) {
    if (parseNameAddr(header(request, name) ?? '') === undefined) return refuseUnlessAck(request, 400, `${name}?`);
  }
  // 21.5.14.
  if (sizeOf(request) > maxMessageBytes) return refuseUnlessAck(request, 513, 'larger than this edge passes');
  // 16.3 2.
  if (!/^(sips?|tel):/i.test(request.uri)) return refuseUnlessAck(request, 416, 'scheme of the Request-URI');
  // 16.3 3.
  const hops = header(request, 'max-forwards');
  if (hops !== undefined && !/^\d{1,3}$/.test(hops)) return refuseUnlessAck(request, 400, 'Max-Forwards');
  if (hops !== undefined && Number(hops) === 0) return refuseUnlessAck(request, 483, 'no hops left');
  // 16.3 5: no extension is known that a proxy would have to understand.
  const extensions = listValues(request, 'proxy-require');
  if (extensions.length === 0) return undefined;
  const refusal = refuseUnlessAck(request, 420, 'extension not supported');
  return refusal.act === 'refuse' ? { ...refusal, unsupported: extensions.join(', ') } : refusal;
}

function sizeOf(request: SipRequest): number {
  return request.headers.reduce((sum, { name, value }) => sum + name.length + value.length + 4, request.body.length);
}
