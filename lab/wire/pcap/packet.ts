/** One recorded packet. `data` is a view of the bytes that were fed. */
export interface CapturePacket {
  /** Wireshark's number of the packet in its file, from 1. */
  readonly frame: number;
  /** Index into the file's interfaces, counted over all sections. */
  readonly interfaceId: number;
  /** Nanoseconds since the epoch; 0 where the file says nothing (simple packet blocks). */
  readonly timeNs: bigint;
  readonly linkType: number;
  readonly data: Uint8Array;
  /** Length on the wire; more than `data` where the recorder cut it off. */
  readonly originalLength: number;
  readonly comments: readonly string[];
}

export interface CaptureInterface {
  /** undefined in classic files and where the block has no name. */
  readonly name: string | undefined;
  readonly linkType: number;
  readonly snapLength: number;
  /** Lost by the recorder, as the newest statistics block says. */
  readonly drops: number | undefined;
}

/**
 * How a capture ends as far as it has been fed: at a boundary of packets; in the middle of one, of which `needed` more
 * bytes are known to belong to it; or for good at `offset`, because what follows can be no packet.
 */
export type CaptureEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'more'; readonly needed: number }
  | { readonly kind: 'truncated'; readonly offset: number };

export type CaptureFormat = 'pcap' | 'pcapng';

/** Caps before allocation: as Wireshark's for packets, generous for blocks, of which only small ones are looked into. */
export const MAX_PACKET = 256 * 1024;
export const MAX_BLOCK = 16 * 1024 * 1024;
