import { put16 } from '../wire/bytes.ts';
import { checksum } from '../wire/net/checksum.ts';
import { decodeIpv4 } from '../wire/net/ipv4.ts';
import { decodeIpv6 } from '../wire/net/ipv6.ts';
import { IP_PROTOCOL, type IpPacket } from '../wire/net/packet.ts';
import type { Identities } from './identities.ts';
import { address, type Ends, mac, pseudoSum, scramble } from './parts.ts';

type Quoted = (quote: Uint8Array, ip: IpPacket, who: Identities) => void;

/** RFC 792 and RFC 4443: an error quotes a packet, which is redacted like any other; an echo's data is nobody's business. */
export function redactIcmp(bytes: Uint8Array, ends: Ends, who: Identities, redactQuoted: Quoted): void {
  if (bytes.length < 8) return void scramble(bytes, who);
  const type = bytes[0] as number;
  const quote = bytes.subarray(8);
  if (ends.version === 6 && type >= 133 && type <= 137) neighbour(type, bytes, who);
  else if (ends.version === 4 && (type === 13 || type === 14)) return;
  else if (isError(ends.version, type)) quoted(ends.version, quote, who, redactQuoted);
  else scramble(quote, who);
  // RFC 792: a redirect names the better gateway.
  if (ends.version === 4 && type === 5) address(bytes.subarray(4, 8), who);
  put16(bytes, 2, 0);
  put16(bytes, 2, checksum(bytes, ends.version === 6 ? pseudoSum(ends, IP_PROTOCOL.ICMPV6, bytes.length) : 0));
}

function isError(version: 4 | 6, type: number): boolean {
  return version === 6 ? type >= 1 && type < 128 : [3, 4, 5, 11, 12].includes(type);
}

function quoted(version: 4 | 6, quote: Uint8Array, who: Identities, redactQuoted: Quoted): void {
  const ip = version === 4 ? decodeIpv4(quote, 0, []) : decodeIpv6(quote, 0, []);
  if (ip === undefined) return void scramble(quote, who);
  redactQuoted(quote, ip, who);
}

/** RFC 4861 4: a target, a redirect's destination, and options of link-layer addresses and prefixes. */
function neighbour(type: number, bytes: Uint8Array, who: Identities): void {
  const fixed = type === 137 ? 40 : type === 134 ? 16 : type === 133 ? 8 : 24;
  if (type >= 135)
    for (let at = 8; at + 16 <= Math.min(fixed, bytes.length); at += 16) address(bytes.subarray(at, at + 16), who);
  for (let at = fixed; at + 8 <= bytes.length; ) {
    const length = 8 * (bytes[at + 1] as number);
    if (length === 0) return;
    const option = bytes.subarray(at, at + length);
    if (option[0] === 1 || option[0] === 2) mac(option.subarray(2, 8), who);
    else if (option[0] === 3 && option.length === 32) address(option.subarray(16), who);
    else scramble(option.subarray(2), who);
    at += length;
  }
}
