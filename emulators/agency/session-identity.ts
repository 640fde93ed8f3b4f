import type { Ids } from '../kit/ids.ts';
import { userOf } from './identity.ts';
import { contactFeatures } from './service.ts';

/** TS 24.379 4.5: the MCPTT session identity, a GRUU that stands in the Contact of every leg of a session. */
export interface SessionIdentity {
  readonly user: string;
  readonly token: string;
}

export function newSessionIdentity(name: string, ids: Ids): SessionIdentity {
  const token = ids.token(8);
  return { user: `${userOf(name) || 'session'}-${token}`, token };
}

/** A focus says so (RFC 4579 5.2); a participating function that only relays must not. */
export function contactOf(session: SessionIdentity, shownAt: string, focus: boolean): string {
  return `<sip:${session.user}@${shownAt};gr=${session.token}>;${contactFeatures}${focus ? ';isfocus' : ''}`;
}
