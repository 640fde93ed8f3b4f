import { cseqOf, tagOf } from '../../../lab/machines/sip/identity.ts';
import type { Fault } from '../../../lab/wire/fault.ts';
import { header } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';

/** What is wrong with a message before anyone looks at what it means. */
export interface Refusal {
  readonly status: 400 | 505;
  readonly reason: string;
}

/** RFC 3261 8.1.1 and 18.3: what every request must have; undefined when it may pass. */
export function requestRefusal(request: SipRequest, faults: readonly Fault[]): Refusal | undefined {
  const serious = seriousFault(faults);
  // RFC 3261 21.5.6
  if (serious?.code === 'sip/version') return { status: 505, reason: 'Version Not Supported' };
  if (serious !== undefined) return { status: 400, reason: `Bad Request (${serious.message})` };
  for (const name of ['from', 'to', 'call-id', 'cseq']) {
    if (header(request, name) === undefined) return { status: 400, reason: `Bad Request (no ${name})` };
  }
  const cseq = cseqOf(request);
  // RFC 3261 8.1.1.5
  if (cseq === undefined) return { status: 400, reason: 'Bad Request (CSeq is not readable)' };
  if (cseq.method !== request.method) return { status: 400, reason: 'Bad Request (CSeq names another method)' };
  // RFC 3261 8.1.1.3
  if (tagOf(request, 'from') === undefined) return { status: 400, reason: 'Bad Request (From without tag)' };
  return undefined;
}

/** A response that lacks the same is thrown away. */
export function isSoundResponse(response: SipResponse, faults: readonly Fault[]): boolean {
  if (response.status < 100 || response.status > 699) return false;
  return seriousFault(faults) === undefined && cseqOf(response) !== undefined;
}

/** RFC 3261 18.3: bytes after the body are no error of the message. */
function seriousFault(faults: readonly Fault[]): Fault | undefined {
  return faults.find((fault) => fault.code !== 'sip/surplus');
}
