import { ipv4Text, ipv6Text } from '../wire/net/address.ts';
import { onesSum } from '../wire/net/checksum.ts';
import type { Identities } from './identities.ts';

/** Addresses as the packet had them, and the bytes they have now. */
export interface Ends {
  readonly version: 4 | 6;
  readonly src: string;
  readonly dst: string;
  /** Both addresses, as a pseudo header has them. */
  readonly made: Uint8Array;
}

export function mac(bytes: Uint8Array, who: Identities): void {
  if (bytes.length === 6) bytes.set(who.addresses.mac(bytes));
}

export function address(bytes: Uint8Array, who: Identities): void {
  const text = bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0);
  who.address(text);
  bytes.set(bytes.length === 4 ? who.addresses.ipv4(bytes) : who.addresses.ipv6(bytes));
}

export function pseudoSum(ends: Ends, protocol: number, length: number): number {
  return onesSum(ends.made) + protocol + length;
}

export function scramble(bytes: Uint8Array, who: Identities): undefined {
  if (bytes.some((byte) => byte !== 0)) bytes.set(who.pseudonyms.bytes(bytes));
}
