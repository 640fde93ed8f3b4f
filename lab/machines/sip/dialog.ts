import { parseNameAddr } from '../../wire/sip/address.ts';
import { header, listValues } from '../../wire/sip/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../wire/sip/message.ts';
import { cseqOf, tagOf, withTag } from './identity.ts';

/** A dialog as one side keeps it (RFC 3261 12). Requests inside it are built by `dialog-request.ts`. */
export interface Dialog {
  readonly role: 'uac' | 'uas';
  readonly phase: 'early' | 'confirmed';
  readonly callId: string;
  readonly localTag: string;
  /** Empty for a peer of RFC 2543 that sent none. */
  readonly remoteTag: string;
  /** From of our requests: name-addr with the local tag. */
  readonly local: string;
  /** To of our requests: name-addr with the remote tag. */
  readonly remote: string;
  /** URI of the peer's Contact: Request-URI of our requests. */
  readonly remoteTarget: string;
  /** Route values in the order in which our requests carry them. */
  readonly routeSet: readonly string[];
  /** CSeq number of our last request; undefined before the first. */
  readonly localSeq: number | undefined;
  /** CSeq number of the peer's last request. */
  readonly remoteSeq: number | undefined;
}

/**
 * RFC 3261 12.1.2: the dialog that a 101 to 299 to our INVITE (or SUBSCRIBE) makes; each To tag makes one of its own.
 * Undefined for a response that makes none: 100, one without To tag, one above 299.
 */
export function dialogAsUac(request: SipRequest, response: SipResponse): Dialog | undefined {
  const remoteTag = tagOf(response, 'to');
  if (response.status <= 100 || response.status > 299 || remoteTag === undefined) return undefined;
  return {
    role: 'uac',
    phase: response.status < 200 ? 'early' : 'confirmed',
    callId: header(request, 'call-id') ?? '',
    localTag: tagOf(request, 'from') ?? '',
    remoteTag,
    local: header(request, 'from') ?? '',
    remote: header(response, 'to') ?? '',
    // A response without Contact breaks RFC 3261 12.1.1; the Request-URI is then the only address there is.
    remoteTarget: contactUri(response) ?? request.uri,
    // The list of the response, reversed.
    routeSet: listValues(response, 'record-route').reverse(),
    localSeq: cseqOf(request)?.number,
    remoteSeq: undefined,
  };
}

/** RFC 3261 12.1.1: the dialog that our 101 to 299 with To tag `localTag` makes of the peer's request. */
export function dialogAsUas(request: SipRequest, localTag: string, phase: Dialog['phase'] = 'confirmed'): Dialog {
  return {
    role: 'uas',
    phase,
    callId: header(request, 'call-id') ?? '',
    localTag,
    remoteTag: tagOf(request, 'from') ?? '',
    local: withTag(header(request, 'to') ?? '', localTag),
    remote: header(request, 'from') ?? '',
    remoteTarget: contactUri(request) ?? addressUri(header(request, 'from')) ?? '',
    // The list of the request, order kept.
    routeSet: listValues(request, 'record-route'),
    localSeq: undefined,
    remoteSeq: cseqOf(request)?.number,
  };
}

export interface ReceivedRequest {
  readonly dialog: Dialog;
  /** False: the CSeq number is lower than one seen before, the answer is 500 (RFC 3261 12.2.2). */
  readonly inOrder: boolean;
}

/** RFC 3261 12.2.2: what a request of the peer inside the dialog does to it. */
export function receiveRequest(dialog: Dialog, request: SipRequest): ReceivedRequest {
  const number = cseqOf(request)?.number;
  // ACK and CANCEL carry the number of their INVITE.
  if (number === undefined || request.method === 'ACK' || request.method === 'CANCEL') {
    return { dialog: request.method === 'ACK' ? confirmed(dialog) : dialog, inOrder: true };
  }
  if (dialog.remoteSeq !== undefined && number < dialog.remoteSeq) return { dialog, inOrder: false };
  return { dialog: refreshed({ ...dialog, remoteSeq: number }, request.method, request), inOrder: true };
}

/** RFC 3261 12.2.1.2, 13.2.2.4: what a response to our `request` inside the dialog (or to the INVITE that began it) does. */
export function receiveResponse(dialog: Dialog, request: SipRequest, response: SipResponse): Dialog {
  if (response.status < 200 || response.status > 299) return dialog;
  if (request.method === 'INVITE' && dialog.role === 'uac' && dialog.phase === 'early') {
    // RFC 3261 13.2.2.4: the route set is computed again from the 2xx, the numbers stay.
    const fresh = dialogAsUac(request, response);
    return fresh === undefined ? dialog : { ...fresh, localSeq: dialog.localSeq, remoteSeq: dialog.remoteSeq };
  }
  return refreshed(dialog, request.method, response);
}

/** RFC 3261 12.2.1.2: 481 and 408 (and a timeout, which counts as 408) to a request inside the dialog end it. */
export function endsDialog(status: number): boolean {
  return status === 481 || status === 408;
}

/** RFC 3261 12.1.1: an early dialog of the UAS is confirmed by the 2xx it sends. */
export function confirmed(dialog: Dialog): Dialog {
  return dialog.phase === 'confirmed' ? dialog : { ...dialog, phase: 'confirmed' };
}

/** Key of the dialog in a table; equal to `dialogKeyOf` of every message that the peer sends inside it. */
export function dialogKey(dialog: Dialog): string {
  return key(dialog.callId, dialog.localTag, dialog.remoteTag);
}

/** RFC 3261 12: a request received has the local tag in To, a response to our request has it in From. */
export function dialogKeyOf(message: SipMessage): string {
  const from = tagOf(message, 'from') ?? '';
  const to = tagOf(message, 'to') ?? '';
  const callId = header(message, 'call-id') ?? '';
  return message.kind === 'request' ? key(callId, to, from) : key(callId, from, to);
}

function key(callId: string, localTag: string, remoteTag: string): string {
  // A space can stand neither in a Call-ID nor in a tag.
  return `${callId} ${localTag} ${remoteTag}`;
}

/** RFC 3261 12.2.1.1, RFC 3311, RFC 3515, RFC 6665 4.1.1: requests that refresh the remote target, and their 2xx. */
const refreshing = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

function refreshed(dialog: Dialog, method: string, message: SipMessage): Dialog {
  const target = refreshing.has(method) ? contactUri(message) : undefined;
  return target === undefined ? dialog : { ...dialog, remoteTarget: target };
}

function contactUri(message: SipMessage): string | undefined {
  return addressUri(listValues(message, 'contact')[0]);
}

function addressUri(value: string | undefined): string | undefined {
  return value === undefined ? undefined : parseNameAddr(value)?.uri;
}
