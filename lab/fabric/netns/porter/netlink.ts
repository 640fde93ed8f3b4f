import { addressToNumber } from '../address.ts';

/*
 * Messages to the kernel (netlink(7), rtnetlink(7)), in the byte order of x64 and arm64: numbers are little-endian, addresses of
 * the Internet are not. A message is a header, a fixed part and attributes, each filled up to four bytes.
 *
 *   header     length u32, type u16, flags u16, sequence u32 (the porter's), port u32 (0: the kernel)
 *   attribute  length u16 (its own four bytes counted), type u16, value
 */

/** `name` says for people what is asked. */
export interface Request {
  readonly name: string;
  readonly message: Uint8Array;
}

/** A message of one link, and the namespaces of its ends; a bridge has one. */
export interface Cable {
  /** For people. */
  readonly name: string;
  /** With room for descriptors: at byte 36 for `far`, and in the last four bytes for `near`. */
  readonly message: Uint8Array;
  readonly far: string;
  readonly near: string | undefined;
}

export const ROUTE = 0;
export const NETFILTER = 12;
export const AF_INET = 2;

const REQUEST = 0x1;
const ACK = 0x4;
const [EXCL, CREATE, DUMP] = [0x200, 0x400, 0x300];
export const flags = { change: REQUEST | ACK, create: REQUEST | ACK | CREATE | EXCL, dump: REQUEST | DUMP } as const;

const HEADER = 16;

export function message(
  type: number,
  flag: number,
  fixed: Uint8Array,
  attributes: readonly Uint8Array[] = [],
): Uint8Array {
  const body = Buffer.concat([filled(fixed), ...attributes]);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(HEADER + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flag, 6);
  return Buffer.concat([header, body]);
}

export function attribute(type: number, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(4 + value.length, 0);
  head.writeUInt16LE(type, 2);
  return filled(Buffer.concat([head, value]));
}

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** @throws RangeError when it is no address. */
export function inet(address: string): Uint8Array {
  const value = addressToNumber(address);
  if (value === undefined) throw new RangeError(`${address} is no address`);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Of messages about links: family u8, type u16, index i32, flags u32, which of them to change u32. */
export function ifinfomsg(index: number, flag = 0): Uint8Array {
  return Buffer.concat([u32(0), u32(index), u32(flag), u32(flag)]);
}

/** `02:42:ac:12:00:02` */
export function ethernet(address: string): Uint8Array {
  return Buffer.from(address.replaceAll(':', ''), 'hex');
}

function filled(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
