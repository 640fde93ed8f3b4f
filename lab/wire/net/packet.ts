/** An IP packet, or one fragment of one. */
export interface IpPacket {
  readonly version: 4 | 6;
  readonly src: string;
  readonly dst: string;
  /** Time to live or hop limit. */
  readonly ttl: number;
  /** Identification; 0 in an IPv6 packet that is no fragment. */
  readonly ipId: number;
  /** The transport: the last next header in IPv6. */
  readonly protocol: number;
  readonly payload: Uint8Array;
  readonly fragment?: FragmentPlace;
}

export interface FragmentPlace {
  /** In bytes. */
  readonly offset: number;
  readonly more: boolean;
}

/** What one link carries in one piece. */
export interface Frame {
  /** Empty where the link has none, or tells only the other. */
  readonly srcMac: string;
  readonly dstMac: string;
  /** Tags of IEEE 802.1Q, the outermost first. */
  readonly vlans: readonly number[];
  /** undefined where the link says none. */
  readonly etherType: number | undefined;
  /** undefined for everything but IP. */
  readonly ip: IpPacket | undefined;
}

export interface UdpDatagram {
  readonly kind: 'udp';
  readonly srcPort: number;
  readonly dstPort: number;
  readonly payload: Uint8Array;
}

export interface IcmpMessage {
  readonly kind: 'icmp';
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** The whole message. */
  readonly payload: Uint8Array;
  /** The packet that an error is about. */
  readonly quoted: QuotedPacket | undefined;
}

export interface QuotedPacket {
  readonly src: string;
  readonly dst: string;
  readonly protocol: number;
  /** 0 where the quote has no ports. */
  readonly srcPort: number;
  readonly dstPort: number;
}

/** TCP, SCTP and all else that the lab does not look into. */
export interface OtherTransport {
  readonly kind: 'other';
  readonly protocol: number;
}

export type Transport = UdpDatagram | IcmpMessage | OtherTransport;

export const IP_PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58 } as const;
export const ETHER_TYPE = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd } as const;
/** Link-layer types as capture files number them. */
export const LINK_TYPE = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;
