import type { DnsMessage } from '../wire/dns/message.ts';
import type { FloorMessage } from '../wire/floor/message.ts';
import type { RtcpPacket } from '../wire/rtcp/packet.ts';
import type { RtpPacket } from '../wire/rtp/packet.ts';
import type { SipMessage } from '../wire/sip/message.ts';

/** One UDP datagram (or ICMP message) as one tap saw it, fragments put together. */
export interface Sighting {
  readonly tap: string;
  /** Wireshark's number of the packet in that tap's file; of the last fragment where there are several. */
  readonly frame: number;
  /** Nanoseconds since the epoch. */
  readonly timeNs: bigint;
  readonly src: string;
  readonly dst: string;
  /** 0 for ICMP. */
  readonly srcPort: number;
  readonly dstPort: number;
  readonly ttl: number;
  readonly ipId: number;
  /** Ethernet addresses, empty where the link has none. */
  readonly srcMac: string;
  readonly dstMac: string;
  readonly content: Content;
  /** The transport payload. */
  readonly payload: Uint8Array;
  /** The journey that this sighting belongs to: the same datagram on other taps. */
  readonly journey: Journey;
}

export type Content =
  | { readonly protocol: 'sip'; readonly message: SipMessage }
  | { readonly protocol: 'rtp'; readonly packet: RtpPacket }
  | { readonly protocol: 'rtcp'; readonly packets: readonly RtcpPacket[] }
  | { readonly protocol: 'floor'; readonly messages: readonly FloorMessage[] }
  | { readonly protocol: 'dns'; readonly message: DnsMessage }
  | { readonly protocol: 'icmp'; readonly type: number; readonly code: number; readonly quoted: Quoted | undefined }
  | { readonly protocol: 'marker'; readonly marker: number }
  | { readonly protocol: 'other' };

/** The packet inside an ICMP error. */
export interface Quoted {
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
}

/** One datagram on its way: every tap that saw it, in time order. Two neighbours with different addresses prove a translation. */
export interface Journey {
  readonly id: number;
  readonly sightings: readonly Sighting[];
}

export interface TapRecord {
  readonly tap: string;
  readonly path: string;
  /** undefined: the file does not say (classic pcap). */
  readonly drops: number | undefined;
  /** The file ends in the middle of a packet. */
  readonly truncated: boolean;
  readonly frames: number;
  /** Packets of RTP that were counted and left out: absent where every packet is on the timeline. */
  readonly thinned?: number;
}

export interface Timeline {
  readonly taps: readonly TapRecord[];
  /** All sightings in time order. */
  readonly sightings: readonly Sighting[];
  readonly journeys: readonly Journey[];
}
