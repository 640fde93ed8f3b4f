import { mustFit, padded4 } from '../bytes.ts';
import { type Endian, LITTLE } from './endian.ts';

/* Each function writes one piece of a file; a file is their concatenation. */

const SECOND = 1_000_000_000n;

export interface WrittenPacket {
  readonly timeNs: bigint;
  readonly data: Uint8Array;
  /** Length on the wire, where the recorder cut the packet off. */
  readonly originalLength?: number;
}

export interface ClassicStyle {
  readonly endian?: Endian;
  /** Nanoseconds instead of microseconds. */
  readonly nanoseconds?: boolean;
}

export function classicHeader(linkType: number, style: ClassicStyle = {}): Uint8Array {
  const { endian = LITTLE, nanoseconds = true } = style;
  const bytes = new Uint8Array(24);
  endian.put32(bytes, 0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
  endian.put16(bytes, 4, 2);
  endian.put16(bytes, 6, 4);
  endian.put32(bytes, 16, 0x40000);
  endian.put32(bytes, 20, linkType);
  return bytes;
}

export function classicRecord(packet: WrittenPacket, style: ClassicStyle = {}): Uint8Array {
  const { endian = LITTLE, nanoseconds = true } = style;
  const { timeNs, data } = packet;
  const bytes = new Uint8Array(16 + data.length);
  endian.put32(bytes, 0, Number(timeNs / SECOND));
  endian.put32(bytes, 4, Number((timeNs % SECOND) / (nanoseconds ? 1n : 1000n)));
  endian.put32(bytes, 8, data.length);
  endian.put32(bytes, 12, packet.originalLength ?? data.length);
  bytes.set(data, 16);
  return bytes;
}

export function sectionHeader(
  texts: { readonly comment?: string; readonly application?: string } = {},
  endian: Endian = LITTLE,
): Uint8Array {
  const fixed = new Uint8Array(16);
  endian.put32(fixed, 0, 0x1a2b3c4d);
  endian.put16(fixed, 4, 1);
  // pcapng 4.1: -1, the section's length is not given.
  fixed.fill(0xff, 8);
  return block(0x0a0d0d0a, fixed, [text(1, texts.comment), text(4, texts.application)], endian);
}

/** Timestamps of the interface are in nanoseconds. */
export function interfaceDescription(
  { linkType, name }: { readonly linkType: number; readonly name?: string },
  endian: Endian = LITTLE,
): Uint8Array {
  const fixed = new Uint8Array(8);
  endian.put16(fixed, 0, mustFit('link type', linkType, 0xffff));
  endian.put32(fixed, 4, 0x40000);
  return block(1, fixed, [text(2, name), { code: 9, value: Uint8Array.of(9) }], endian);
}

export function enhancedPacket(
  packet: WrittenPacket & { readonly interfaceId: number; readonly comments?: readonly string[] },
  endian: Endian = LITTLE,
): Uint8Array {
  const { data, comments = [] } = packet;
  const fixed = new Uint8Array(20 + padded4(data.length));
  endian.put32(fixed, 0, packet.interfaceId);
  putHighLow(endian, fixed, 4, packet.timeNs);
  endian.put32(fixed, 12, data.length);
  endian.put32(fixed, 16, packet.originalLength ?? data.length);
  fixed.set(data, 20);
  const options = comments.map((comment) => text(1, comment));
  return block(6, fixed, options, endian);
}

/** `drops` become isb_ifdrop, `received` isb_ifrecv. */
export function interfaceStatistics(
  statistics: {
    readonly interfaceId: number;
    readonly timeNs: bigint;
    readonly drops: number;
    readonly received?: number;
  },
  endian: Endian = LITTLE,
): Uint8Array {
  const fixed = new Uint8Array(12);
  endian.put32(fixed, 0, statistics.interfaceId);
  putHighLow(endian, fixed, 4, statistics.timeNs);
  return block(5, fixed, [counter(endian, 4, statistics.received), counter(endian, 5, statistics.drops)], endian);
}

interface WrittenOption {
  readonly code: number;
  readonly value: Uint8Array;
}

function text(code: number, value: string | undefined): WrittenOption | undefined {
  return value === undefined ? undefined : { code, value: new TextEncoder().encode(value) };
}

function counter(endian: Endian, code: number, count: number | undefined): WrittenOption | undefined {
  if (count === undefined) return undefined;
  const value = new Uint8Array(8);
  const [high, low] = endian.little ? [4, 0] : [0, 4];
  endian.put32(value, high, Math.floor(count / 0x100000000));
  endian.put32(value, low, count % 0x100000000);
  return { code, value };
}

/** Also for blocks that the reader does not know: type, body of whole words, options. */
export function block(
  type: number,
  body: Uint8Array,
  options: readonly (WrittenOption | undefined)[] = [],
  endian: Endian = LITTLE,
): Uint8Array {
  const written = options.filter((option) => option !== undefined);
  const ending = written.length === 0 ? 0 : 4;
  const length = written.reduce((sum, { value }) => sum + 4 + padded4(value.length), 12 + body.length + ending);
  const bytes = new Uint8Array(length);
  endian.put32(bytes, 0, type);
  endian.put32(bytes, 4, length);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const { code, value } of written) {
    endian.put16(bytes, at, code);
    endian.put16(bytes, at + 2, mustFit('length of an option', value.length, 0xffff));
    bytes.set(value, at + 4);
    at += 4 + padded4(value.length);
  }
  endian.put32(bytes, length - 4, length);
  return bytes;
}

function putHighLow(endian: Endian, bytes: Uint8Array, at: number, value: bigint): void {
  endian.put32(bytes, at, Number((value >> 32n) & 0xffffffffn));
  endian.put32(bytes, at + 4, Number(value & 0xffffffffn));
}
