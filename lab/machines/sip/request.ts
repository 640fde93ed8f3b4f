import { headers, listValues } from '../../wire/sip/headers.ts';
import type { SipHeader, SipRequest } from '../../wire/sip/message.ts';
import { cseqOf } from './identity.ts';

const noBody = new Uint8Array(0);

/** What a request outside any dialog is made of (RFC 3261 8.1.1); Via is put on by whoever sends it. */
export interface NewRequest {
  readonly method: string;
  readonly uri: string;
  /** name-addr with tag: `<sip:a-ue-1@a.mcx.test>;tag=x`. */
  readonly from: string;
  /** name-addr, without a tag. */
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly headers?: readonly SipHeader[];
  readonly body?: Uint8Array;
  readonly contentType?: string;
}

export function newRequest(parts: NewRequest): SipRequest {
  const body = parts.body ?? noBody;
  return {
    kind: 'request',
    method: parts.method,
    uri: parts.uri,
    headers: [
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: parts.from },
      { name: 'To', value: parts.to },
      { name: 'Call-ID', value: parts.callId },
      { name: 'CSeq', value: `${parts.cseq} ${parts.method}` },
      ...(parts.headers ?? []),
      ...(parts.contentType === undefined ? [] : [{ name: 'Content-Type', value: parts.contentType }]),
    ],
    body,
  };
}

/** RFC 3261 17.1.1.3: the ACK of a final response other than 2xx, sent by the transaction to where the INVITE went. */
export function ackOfFailure(invite: SipRequest, to: string): SipRequest {
  return hopByHop(invite, 'ACK', to);
}

/** RFC 3261 9.1: CANCEL repeats Request-URI, Call-ID, To, From, CSeq number, Route and the top Via of its INVITE. */
export function cancelOf(invite: SipRequest, extra: readonly SipHeader[] = []): SipRequest {
  const cancel = hopByHop(invite, 'CANCEL', headers(invite, 'to')[0] ?? '');
  return { ...cancel, headers: [...cancel.headers, ...extra] };
}

function hopByHop(invite: SipRequest, method: string, to: string): SipRequest {
  const copied = (name: string, canonical: string) => headers(invite, canonical).map((value) => ({ name, value }));
  return {
    kind: 'request',
    method,
    uri: invite.uri,
    headers: [
      ...listValues(invite, 'via')
        .slice(0, 1)
        .map((value) => ({ name: 'Via', value })),
      { name: 'Max-Forwards', value: '70' },
      ...copied('Route', 'route'),
      ...copied('From', 'from').slice(0, 1),
      { name: 'To', value: to },
      ...copied('Call-ID', 'call-id').slice(0, 1),
      { name: 'CSeq', value: `${cseqOf(invite)?.number ?? 0} ${method}` },
    ],
    body: noBody,
  };
}
