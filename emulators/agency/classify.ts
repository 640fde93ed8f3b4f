import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { listValues } from '../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest } from '../../lab/wire/sip/message.ts';
import type { AgencyConfig } from './config.ts';
import { hostOf, sameIdentity, userOf } from './identity.ts';
import type { Refusal } from './warnings.ts';

/** The function that an initial INVITE is meant for, with which it enters this process. */
export type Arrival =
  | { readonly as: 'originating-participating' }
  | { readonly as: 'terminating-participating' }
  | { readonly as: 'controlling' }
  | { readonly as: 'non-controlling' }
  | { readonly as: 'nobody'; readonly refusal: Refusal };

/** RFC 4579 5.2: the Contact of a focus carries the feature parameter `isfocus`. */
export function isFocus(message: SipMessage): boolean {
  return listValues(message, 'contact').some((value) => {
    const contact = parseNameAddr(value);
    return contact?.params.some(([name]) => name.toLowerCase() === 'isfocus') ?? false;
  });
}

/**
 * The PSI under which partners reach the participating function: its user part at the host of the functions that
 * partners see (TS 24.379 4.2: one function may have several PSIs).
 */
export function terminatingPsi(psi: AgencyConfig['psi']): string {
  const user = userOf(psi.participating);
  return `sip:${user === '' ? '' : `${user}@`}${hostOf(psi.controlling)}`;
}

/** TS 24.379 6.3.1.1: what a server does with an initial INVITE follows from its Request-URI and `isfocus` alone. */
export function classifyInvite(request: SipRequest, psi: AgencyConfig['psi']): Arrival {
  const to = request.uri;
  if (sameIdentity(to, psi.participating)) return { as: 'originating-participating' };
  if (sameIdentity(to, terminatingPsi(psi))) {
    // TS 24.379 10.1.1.3.2: only a controlling function may call a user through its terminating participating function.
    if (!isFocus(request)) return { as: 'nobody', refusal: { status: 403, warning: 104 } };
    return { as: 'terminating-participating' };
  }
  if (sameIdentity(to, psi.controlling) || sameIdentity(to, psi.nonControlling)) {
    // The PSI serves groups: the focus of a temporary group asks for a constituent group, anybody else for a session.
    return isFocus(request) ? { as: 'non-controlling' } : { as: 'controlling' };
  }
  return { as: 'nobody', refusal: { status: 404 } };
}
