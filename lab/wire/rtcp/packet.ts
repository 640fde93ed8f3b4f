/** RFC 3550 6: the packets of a compound RTCP datagram. */
export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye | ApplicationDefined | OtherRtcp;

/** RFC 3550 6.4.1. */
export interface SenderReport {
  readonly type: 'SR';
  readonly ssrc: number;
  /** NTP timestamp: seconds since 1900 in the upper 32 bits, the fraction in the lower. */
  readonly ntp: bigint;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
  readonly reports: readonly ReceptionReport[];
  /** Profile-specific extension after the report blocks. */
  readonly extension: Uint8Array;
}

/** RFC 3550 6.4.2. */
export interface ReceiverReport {
  readonly type: 'RR';
  readonly ssrc: number;
  readonly reports: readonly ReceptionReport[];
  readonly extension: Uint8Array;
}

/** RFC 3550 6.4.1, one report block. */
export interface ReceptionReport {
  /** The source that this block is about. */
  readonly ssrc: number;
  /** Lost since the last report, as a fraction of 256. */
  readonly fractionLost: number;
  /** Signed 24 bits: duplicates may make it negative. */
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastSr: number;
  readonly delaySinceLastSr: number;
}

/** RFC 3550 6.5. */
export interface SourceDescription {
  readonly type: 'SDES';
  readonly chunks: readonly { readonly ssrc: number; readonly items: readonly SdesItem[] }[];
}

export interface SdesItem {
  /** 1 CNAME, 2 NAME, 3 EMAIL, 4 PHONE, 5 LOC, 6 TOOL, 7 NOTE, 8 PRIV. */
  readonly item: number;
  /** UTF-8 for all but PRIV. */
  readonly value: Uint8Array;
}

/** RFC 3550 6.6. */
export interface Goodbye {
  readonly type: 'BYE';
  readonly ssrcs: readonly number[];
  /** UTF-8. */
  readonly reason?: Uint8Array;
}

/** RFC 3550 6.7. */
export interface ApplicationDefined {
  readonly type: 'APP';
  /** 0 to 31. */
  readonly subtype: number;
  readonly ssrc: number;
  /** Four characters. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** A packet type that this codec knows no better, kept as bytes. */
export interface OtherRtcp {
  readonly type: 'other';
  /** 192 to 223, but for the types above. */
  readonly packetType: number;
  /** The five bits after V and P. */
  readonly count: number;
  /** All after the first four bytes. */
  readonly data: Uint8Array;
}

export const RTCP = { SR: 200, RR: 201, SDES: 202, BYE: 203, APP: 204 } as const;
