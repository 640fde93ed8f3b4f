import { headers } from '../../wire/sip/headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../wire/sip/message.ts';
import { withTag } from './identity.ts';
import { reasonPhrase } from './reason-phrase.ts';

export interface ResponseParts {
  /** Put on To where the request has no tag there (RFC 3261 8.2.6.2); needed for everything but 100. */
  readonly toTag?: string;
  readonly reason?: string;
  readonly headers?: readonly SipHeader[];
  readonly body?: Uint8Array;
  readonly contentType?: string;
}

/**
 * RFC 3261 8.2.6: From, Call-ID, CSeq and Vias equal the request's, To with a tag. Record-Route is copied into what
 * makes a dialog, 101 to 299 (RFC 3261 12.1.1).
 */
export function makeResponse(request: SipRequest, status: number, parts: ResponseParts = {}): SipResponse {
  const copied = (name: string, canonical: string) => headers(request, canonical).map((value) => ({ name, value }));
  const to = headers(request, 'to')[0] ?? '';
  const { toTag, contentType } = parts;
  return {
    kind: 'response',
    status,
    reason: parts.reason ?? reasonPhrase(status),
    headers: [
      ...copied('Via', 'via'),
      ...(status > 100 && status < 300 ? copied('Record-Route', 'record-route') : []),
      ...copied('From', 'from').slice(0, 1),
      { name: 'To', value: toTag === undefined || status === 100 ? to : withTag(to, toTag) },
      ...copied('Call-ID', 'call-id').slice(0, 1),
      ...copied('CSeq', 'cseq').slice(0, 1),
      // RFC 3261 8.2.6.1: the 100 carries the Timestamp of the request.
      ...(status === 100 ? copied('Timestamp', 'timestamp') : []),
      ...(parts.headers ?? []),
      ...(contentType === undefined ? [] : [{ name: 'Content-Type', value: contentType }]),
    ],
    body: parts.body ?? new Uint8Array(0),
  };
}
