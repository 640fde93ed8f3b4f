import { u16, u32 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { macText } from './address.ts';
import { ETHER_TYPE, LINK_TYPE } from './packet.ts';

export interface LinkHeader {
  readonly srcMac: string;
  readonly dstMac: string;
  readonly vlans: readonly number[];
  readonly etherType: number | undefined;
  /** Where the network layer begins. */
  readonly end: number;
}

const BARE = { srcMac: '', dstMac: '', vlans: [] } as const;

/** What stands before the network layer; undefined where the link type is unknown or its header is cut short. */
export function decodeLink(linkType: number, bytes: Uint8Array, faults: Fault[]): LinkHeader | undefined {
  switch (linkType) {
    case LINK_TYPE.ETHERNET:
      return bytes.length < 14
        ? short(bytes, 'Ethernet', faults)
        : tagged(bytes, 12, { ...BARE, dstMac: macText(bytes, 0), srcMac: macText(bytes, 6) }, faults);
    case LINK_TYPE.LINUX_SLL:
      // Packet type (2), ARPHRD (2), length of the address (2), address (8), protocol (2).
      return bytes.length < 16
        ? short(bytes, 'Linux cooked', faults)
        : tagged(bytes, 14, { ...BARE, srcMac: u16(bytes, 4) === 6 ? macText(bytes, 6) : '' }, faults);
    case LINK_TYPE.LINUX_SLL2:
      // Protocol (2), reserved (2), interface (4), ARPHRD (2), packet type (1), length of the address (1), address (8).
      return bytes.length < 20
        ? short(bytes, 'Linux cooked v2', faults)
        : cooked2(bytes, { ...BARE, srcMac: bytes[11] === 6 ? macText(bytes, 12) : '' }, faults);
    case LINK_TYPE.RAW:
    // How some systems number raw IP in their own files.
    case 12:
    case 14:
    case LINK_TYPE.IPV4:
    case LINK_TYPE.IPV6:
      return { ...BARE, etherType: ipEtherType(bytes, 0), end: 0 };
    case LINK_TYPE.NULL:
    case LINK_TYPE.LOOP:
      // Four bytes of address family, in the byte order of a machine unknown: the IP version tells the same.
      return bytes.length < 4
        ? short(bytes, 'loopback', faults)
        : { ...BARE, etherType: familyEtherType(bytes), end: 4 };
    default:
      faults.push({ code: 'net/link-type', offset: 0, message: `link type ${linkType} is not known here` });
      return undefined;
  }
}

function short(bytes: Uint8Array, what: string, faults: Fault[]): undefined {
  faults.push({ code: 'net/link-short', offset: bytes.length, message: `the ${what} header is cut short` });
}

/** EtherType at `at`, behind any number of tags (IEEE 802.1Q and 802.1ad); each takes four bytes, so that they end. */
function tagged(
  bytes: Uint8Array,
  at: number,
  head: Pick<LinkHeader, 'srcMac' | 'dstMac' | 'vlans'>,
  faults: Fault[],
): LinkHeader | undefined {
  const etherType = u16(bytes, at);
  // IEEE 802.3: below 1536 it is a length, and what follows is no IP.
  if (etherType < 0x0600) return { ...head, etherType: undefined, end: at + 2 };
  return isTag(etherType) ? untag(bytes, etherType, at + 2, head, faults) : { ...head, etherType, end: at + 2 };
}

function cooked2(
  bytes: Uint8Array,
  head: Pick<LinkHeader, 'srcMac' | 'dstMac' | 'vlans'>,
  faults: Fault[],
): LinkHeader | undefined {
  const etherType = u16(bytes, 0);
  return isTag(etherType) ? untag(bytes, etherType, 20, head, faults) : { ...head, etherType, end: 20 };
}

function untag(
  bytes: Uint8Array,
  first: number,
  start: number,
  head: Pick<LinkHeader, 'srcMac' | 'dstMac' | 'vlans'>,
  faults: Fault[],
): LinkHeader | undefined {
  const vlans: number[] = [];
  let etherType = first;
  let at = start;
  while (isTag(etherType)) {
    if (at + 4 > bytes.length) return short(bytes, 'VLAN', faults);
    vlans.push(u16(bytes, at) & 0x0fff);
    etherType = u16(bytes, at + 2);
    at += 4;
  }
  return { ...head, vlans, etherType, end: at };
}

function isTag(etherType: number): boolean {
  return etherType === ETHER_TYPE.VLAN || etherType === 0x88a8 || etherType === 0x9100;
}

function ipEtherType(bytes: Uint8Array, at: number): number | undefined {
  const version = (bytes[at] ?? 0) >> 4;
  if (version === 4) return ETHER_TYPE.IPV4;
  return version === 6 ? ETHER_TYPE.IPV6 : undefined;
}

/** 2 is AF_INET everywhere; AF_INET6 is 10, 24, 28 or 30, by system. */
function familyEtherType(bytes: Uint8Array): number | undefined {
  const big = u32(bytes, 0);
  const family = big > 0xffff ? big >>> 24 : big;
  const isIp = family === 2 || family === 10 || family === 24 || family === 28 || family === 30;
  return isIp ? ipEtherType(bytes, 4) : undefined;
}
