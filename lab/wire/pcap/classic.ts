import type { Endian } from './endian.ts';
import { type CaptureInterface, type CapturePacket, MAX_PACKET } from './packet.ts';
import type { Glance, RecordFormat, Report } from './records.ts';

/** Every part of a file that several captures share begins with it. */
export const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const NONE: readonly string[] = [];

/**
 * Classic pcap: a file header {magic, version (2+2), zone (4), accuracy (4), snap length (4), link type (4)}, then
 * records {seconds (4), fraction (4), captured length (4), original length (4), bytes}.
 */
export class ClassicFormat implements RecordFormat {
  readonly interfaces: CaptureInterface[] = [];
  readonly #endian: Endian;
  readonly #fractionNs: bigint;
  readonly #report: Report;
  readonly #glance: Glance | undefined;
  #frames = 0;
  #linkType = 0;

  constructor(endian: Endian, nanoseconds: boolean, report: Report, glance: Glance | undefined) {
    this.#glance = glance;
    this.#endian = endian;
    this.#fractionNs = nanoseconds ? 1n : 1000n;
    this.#report = report;
  }

  length(bytes: Uint8Array, at: number, available: number, offset: number): number | undefined {
    if (offset === 0) return FILE_HEADER;
    if (available < RECORD_HEADER) return RECORD_HEADER;
    const captured = this.#endian.u32(bytes, at + 8);
    if (captured <= MAX_PACKET) return RECORD_HEADER + captured;
    const message = `a packet of ${captured} bytes: the file is damaged here`;
    this.#report({ code: 'pcap/packet-length', offset: offset + 8, message });
    return undefined;
  }

  read(input: Uint8Array, at: number, length: number, offset: number): CapturePacket | undefined {
    const { u16, u32 } = this.#endian;
    if (offset > 0 && this.#glance?.(input, at + RECORD_HEADER, at + length, this.#linkType, 0)) {
      this.#frames += 1;
      return undefined;
    }
    const bytes = input.subarray(at, at + length);
    if (offset === 0) {
      const major = u16(bytes, 4);
      if (major !== 2) this.#report({ code: 'pcap/version', offset: 4, message: `version ${major} instead of 2` });
      // The upper half of the word speaks of frame check sequences.
      this.#linkType = u32(bytes, 20) & 0xffff;
      const snapLength = u32(bytes, 16);
      this.interfaces.push({ name: undefined, linkType: this.#linkType, snapLength, drops: undefined });
      return undefined;
    }
    this.#frames += 1;
    return {
      frame: this.#frames,
      interfaceId: 0,
      timeNs: BigInt(u32(bytes, 0)) * 1_000_000_000n + BigInt(u32(bytes, 4)) * this.#fractionNs,
      linkType: this.#linkType,
      data: bytes.subarray(RECORD_HEADER),
      originalLength: u32(bytes, 12),
      comments: NONE,
    };
  }
}
