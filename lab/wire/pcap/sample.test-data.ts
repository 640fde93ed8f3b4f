import fc from 'fast-check';
import { concat } from '../bytes.ts';
import { LITTLE } from './endian.ts';
import type { CapturePacket } from './packet.ts';
import { CaptureReader } from './reader.ts';
import {
  type ClassicStyle,
  classicHeader,
  classicRecord,
  enhancedPacket,
  interfaceDescription,
  sectionHeader,
  type WrittenPacket,
} from './writer.ts';

export const packetList: fc.Arbitrary<readonly Required<WrittenPacket>[]> = fc.array(
  fc
    .record({
      timeNs: fc.bigInt({ min: 0n, max: 4_000_000_000_999_999_999n }),
      data: fc.uint8Array({ maxLength: 90 }),
      cutOff: fc.nat({ max: 1000 }),
    })
    .map(({ timeNs, data, cutOff }) => ({ timeNs, data, originalLength: data.length + cutOff })),
  { maxLength: 12 },
);

export function classicFile(packets: readonly WrittenPacket[], style?: ClassicStyle): Uint8Array {
  return concat([classicHeader(1, style), ...packets.map((packet) => classicRecord(packet, style))]);
}

export function pcapngFile(packets: readonly WrittenPacket[], name = 'a-node', endian = LITTLE): Uint8Array {
  const blocks = packets.map((packet) => enhancedPacket({ ...packet, interfaceId: 0 }, endian));
  return concat([sectionHeader({}, endian), interfaceDescription({ linkType: 1, name }, endian), ...blocks]);
}

/** Reads a file in one piece, or cut at these places. */
export function readAll(
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): { packets: CapturePacket[]; reader: CaptureReader } {
  const reader = new CaptureReader();
  const packets: CapturePacket[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    packets.push(...reader.feed(bytes.slice(from, cut)));
    from = cut;
  }
  return { packets, reader };
}
