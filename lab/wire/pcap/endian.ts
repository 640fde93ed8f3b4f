import { u32 } from '../bytes.ts';

/** Reads and writes in the byte order of a file or section. */
export interface Endian {
  readonly little: boolean;
  u16(bytes: Uint8Array, at: number): number;
  u32(bytes: Uint8Array, at: number): number;
  put16(bytes: Uint8Array, at: number, value: number): void;
  put32(bytes: Uint8Array, at: number, value: number): void;
}

export const LITTLE: Endian = {
  little: true,
  u16: (bytes, at) => (bytes[at] as number) | ((bytes[at + 1] as number) << 8),
  u32: (bytes, at) =>
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0,
  put16: (bytes, at, value) => {
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
  },
  put32: (bytes, at, value) => {
    LITTLE.put16(bytes, at, value & 0xffff);
    LITTLE.put16(bytes, at + 2, value >>> 16);
  },
};

export const BIG: Endian = {
  little: false,
  u16: (bytes, at) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number),
  u32,
  put16: (bytes, at, value) => {
    bytes[at] = value >>> 8;
    bytes[at + 1] = value;
  },
  put32: (bytes, at, value) => {
    BIG.put16(bytes, at, value >>> 16);
    BIG.put16(bytes, at + 2, value & 0xffff);
  },
};

/** Both halves of a 64-bit number of pcapng, the upper one first. */
export function highLow(endian: Endian, bytes: Uint8Array, at: number): bigint {
  return (BigInt(endian.u32(bytes, at)) << 32n) | BigInt(endian.u32(bytes, at + 4));
}

/** A 64-bit number in the section's byte order. */
export function u64(endian: Endian, bytes: Uint8Array, at: number): bigint {
  const [high, low] = endian.little ? [at + 4, at] : [at, at + 4];
  return (BigInt(endian.u32(bytes, high)) << 32n) | BigInt(endian.u32(bytes, low));
}
