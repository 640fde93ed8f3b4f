import { parseNameAddr } from '../../wire/sip/address.ts';
import { listValues } from '../../wire/sip/headers.ts';
import type { SipHeader, SipRequest } from '../../wire/sip/message.ts';
import { parseSipUri, uriParam } from '../../wire/sip/uri.ts';
import type { Dialog } from './dialog.ts';
import { newRequest } from './request.ts';

export interface InDialogParts {
  readonly headers?: readonly SipHeader[];
  readonly body?: Uint8Array;
  readonly contentType?: string;
}

export interface InDialogRequest {
  /** The dialog with its CSeq number moved on. */
  readonly dialog: Dialog;
  readonly request: SipRequest;
  /** The URI that says where the request goes (RFC 3261 8.1.2). */
  readonly nextHop: string;
}

/** RFC 3261 12.2.1.1: a request inside the dialog; not for ACK (see `ackOf2xx`) and CANCEL. */
export function requestInDialog(dialog: Dialog, method: string, parts: InDialogParts = {}): InDialogRequest {
  const cseq = (dialog.localSeq ?? 0) + 1;
  return { ...build(dialog, method, cseq, parts), dialog: { ...dialog, localSeq: cseq } };
}

/** RFC 3261 13.2.2.4: the ACK of a 2xx to the INVITE with that CSeq number; a transaction of its own, without a state. */
export function ackOf2xx(
  dialog: Dialog,
  inviteCSeq: number,
  parts: InDialogParts = {},
): Omit<InDialogRequest, 'dialog'> {
  return build(dialog, 'ACK', inviteCSeq, parts);
}

/** RFC 3261 8.1.2 with a loose route: the topmost Route, else the Request-URI. */
export function nextHopOf(request: SipRequest): string {
  const top = listValues(request, 'route')[0];
  return (top === undefined ? undefined : parseNameAddr(top)?.uri) ?? request.uri;
}

function build(dialog: Dialog, method: string, cseq: number, parts: InDialogParts): Omit<InDialogRequest, 'dialog'> {
  const { uri, route, nextHop } = routed(dialog);
  const request = newRequest({
    method,
    uri,
    from: dialog.local,
    to: dialog.remote,
    callId: dialog.callId,
    cseq,
    ...parts,
    headers: [...route.map((value) => ({ name: 'Route', value })), ...(parts.headers ?? [])],
  });
  return { request, nextHop };
}

function routed(dialog: Dialog): { uri: string; route: readonly string[]; nextHop: string } {
  const [first, ...rest] = dialog.routeSet;
  const firstUri = first === undefined ? undefined : parseNameAddr(first)?.uri;
  // RFC 3261 12.2.1.1: no route set (or none that can be read): the remote target is both.
  if (firstUri === undefined) return { uri: dialog.remoteTarget, route: [], nextHop: dialog.remoteTarget };
  if (isLoose(firstUri)) return { uri: dialog.remoteTarget, route: dialog.routeSet, nextHop: firstUri };
  // RFC 3261 12.2.1.1: a strict router finds itself in the Request-URI, and the remote target last in Route.
  return { uri: firstUri, route: [...rest, `<${dialog.remoteTarget}>`], nextHop: firstUri };
}

function isLoose(uri: string): boolean {
  const parsed = parseSipUri(uri);
  return parsed !== undefined && uriParam(parsed, 'lr') !== undefined;
}
