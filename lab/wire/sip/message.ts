/**
 * A SIP message as it stands on the wire (RFC 3261 7): order, duplicates, compact forms, folding and unknown headers
 * are kept. All text is a *byte string*: one character (U+0000 to U+00FF) for each byte, so that nothing a peer sent is
 * lost or recounted; `utf8Text` of `text.ts` makes it readable.
 */
export interface SipHeader {
  /** The name as written: `v` stays `v`. Compare through `canonicalName`. */
  readonly name: string;
  /** The value without the white space around it; folds (CRLF and white space) inside it are kept. */
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: Uint8Array;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;
