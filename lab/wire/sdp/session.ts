/** A session description (RFC 8866) line by line: nothing is reordered, unknown lines are kept. Text is a byte string as in SIP. */
export interface SdpLine {
  /** One letter: `v`, `o`, `c`, `m`, `a`, … */
  readonly type: string;
  readonly value: string;
}

export interface SdpMedia {
  /** The `m=` line first, then what belongs to it. */
  readonly lines: readonly SdpLine[];
}

export interface Sdp {
  readonly session: readonly SdpLine[];
  readonly media: readonly SdpMedia[];
}
