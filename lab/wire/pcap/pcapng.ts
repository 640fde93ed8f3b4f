import { padded4 } from '../bytes.ts';
import { BIG, type Endian, highLow, LITTLE, u64 } from './endian.ts';
import { type BlockOption, optionText, optionTexts, readOptions } from './options.ts';
import { type CaptureInterface, type CapturePacket, MAX_BLOCK, MAX_PACKET } from './packet.ts';
import type { Glance, RecordFormat, Report } from './records.ts';
import { clockOf, type InterfaceClock } from './resolution.ts';

const BLOCK = { SECTION: 0x0a0d0d0a, INTERFACE: 1, PACKET: 2, SIMPLE: 3, STATISTICS: 5, ENHANCED: 6 } as const;
/** Blocks that Wireshark numbers like packets although they are none: journal entries, system calls, custom ones. */
const NUMBERED = new Set([9, 0x0204, 0x0bad, 0x40000bad]);
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const NONE: readonly string[] = [];

/** pcapng: blocks {type (4), total length (4), body, total length (4)} in sections, each with a byte order of its own. */
export class PcapngFormat implements RecordFormat {
  readonly interfaces: CaptureInterface[] = [];
  readonly #clocks: InterfaceClock[] = [];
  readonly #report: Report;
  readonly #glance: Glance | undefined;
  #endian: Endian = LITTLE;
  /** Interfaces are numbered anew in every section. */
  #base = 0;
  #frames = 0;

  constructor(report: Report, glance: Glance | undefined) {
    this.#report = report;
    this.#glance = glance;
  }

  length(bytes: Uint8Array, at: number, available: number, offset: number): number | undefined {
    if (available < 12) return 12;
    const isSection = BIG.u32(bytes, at) === BLOCK.SECTION;
    // pcapng 4.1: the magic of a section header tells the byte order that its length is written in already.
    const endian = isSection ? byteOrder(bytes, at + 8) : this.#endian;
    if (endian === undefined) return this.#refuse('pcap/byte-order', offset + 8, 'a section without a byte order');
    const length = endian.u32(bytes, at + 4);
    if (length < (isSection ? 28 : 12) || length > MAX_BLOCK) {
      return this.#refuse('pcap/block-length', offset + 4, `a block of ${length} bytes: the file is damaged here`);
    }
    // pcapng 3.1 wants whole words; writers that forget are read as if they had filled up.
    return padded4(length);
  }

  read(bytes: Uint8Array, at: number, length: number, offset: number): CapturePacket | undefined {
    if (this.#glance !== undefined && this.#isPassedOver(this.#glance, bytes, at, length)) {
      this.#frames += 1;
      return undefined;
    }
    const block = bytes.subarray(at, at + length);
    if (BIG.u32(block, 0) === BLOCK.SECTION) {
      this.#endian = byteOrder(block, 8) ?? this.#endian;
      this.#base = this.interfaces.length;
      const major = this.#endian.u16(block, 12);
      if (major !== 1)
        this.#report({ code: 'pcap/version', offset: offset + 12, message: `version ${major} of pcapng` });
      return undefined;
    }
    const { u32 } = this.#endian;
    if (u32(block, block.length - 4) !== u32(block, 4)) {
      const message = 'the lengths before and after a block differ';
      this.#report({ code: 'pcap/block-trailer', offset: offset + block.length - 4, message, clause: 'pcapng 3.1' });
    }
    const body = block.subarray(8, block.length - 4);
    const type = u32(block, 0);
    switch (type) {
      case BLOCK.INTERFACE:
        return this.#interface(body, offset + 8);
      case BLOCK.STATISTICS:
        return this.#statistics(body, offset + 8);
      case BLOCK.ENHANCED:
        return this.#packet(body, offset + 8, body.length < 20 ? undefined : u32(body, 0));
      case BLOCK.PACKET:
        // pcapng appendix: the obsolete packet block has a 16-bit interface and a count of drops instead.
        return this.#packet(body, offset + 8, body.length < 20 ? undefined : this.#endian.u16(body, 0));
      case BLOCK.SIMPLE:
        return this.#simple(body, offset + 8);
      default:
        // pcapng 3.1: unknown blocks are skipped.
        if (NUMBERED.has(type)) this.#frames += 1;
        return undefined;
    }
  }

  /** Only whole enhanced packets are passed over: every other block, and every broken one, is read. */
  #isPassedOver(glance: Glance, bytes: Uint8Array, at: number, length: number): boolean {
    const { u32 } = this.#endian;
    if (u32(bytes, at) !== BLOCK.ENHANCED || length < 32 || u32(bytes, at + length - 4) !== length) return false;
    const interfaceId = this.#base + u32(bytes, at + 8);
    const captured = u32(bytes, at + 20);
    const linkType = this.interfaces[interfaceId]?.linkType;
    if (linkType === undefined || captured > length - 32) return false;
    return glance(bytes, at + 28, at + 28 + captured, linkType, interfaceId);
  }

  /* pcapng 4.2: link type (2), reserved (2), snap length (4), options. */
  #interface(body: Uint8Array, offset: number): undefined {
    if (body.length < 8) return this.#refuse('pcap/block-short', offset, 'an interface description without its fields');
    const options = this.#options(body, 8, offset);
    const linkType = this.#endian.u16(body, 0);
    const snapLength = this.#endian.u32(body, 4);
    this.interfaces.push({ name: optionText(options, 2), linkType, snapLength, drops: undefined });
    this.#clocks.push(clockOf(options, this.#endian));
  }

  /* pcapng 4.6: interface (4), timestamp (8), options, of which 5 counts drops by the interface and 7 by the system. */
  #statistics(body: Uint8Array, offset: number): undefined {
    if (body.length < 12) return this.#refuse('pcap/block-short', offset, 'a statistics block without its fields');
    const index = this.#base + this.#endian.u32(body, 0);
    const target = this.interfaces[index];
    if (target === undefined)
      return this.#refuse('pcap/interface', offset, 'statistics of an interface that is not there');
    const counters = this.#options(body, 12, offset).filter(
      ({ code, value }) => (code === 5 || code === 7) && value.length === 8,
    );
    if (counters.length === 0) return;
    const drops = counters.reduce((sum, { value }) => sum + Number(u64(this.#endian, value, 0)), 0);
    this.interfaces[index] = { ...target, drops };
  }

  /* pcapng 4.3: interface (4), timestamp (4+4), captured length (4), original length (4), packet, options. */
  #packet(body: Uint8Array, offset: number, local: number | undefined): CapturePacket | undefined {
    this.#frames += 1;
    if (local === undefined) return this.#refuse('pcap/block-short', offset, 'a packet block without its fields');
    const interfaceId = this.#base + local;
    const source = this.interfaces[interfaceId];
    if (source === undefined) return this.#refuse('pcap/interface', offset, `interface ${local} is not described`);
    const captured = this.#endian.u32(body, 12);
    if (captured > MAX_PACKET || captured > body.length - 20) {
      return this.#refuse('pcap/packet-length', offset + 12, `a packet of ${captured} bytes in a smaller block`);
    }
    const end = 20 + padded4(captured);
    return {
      frame: this.#frames,
      interfaceId,
      timeNs: (this.#clocks[interfaceId] as InterfaceClock)(highLow(this.#endian, body, 4)),
      linkType: source.linkType,
      data: body.subarray(20, 20 + captured),
      originalLength: this.#endian.u32(body, 16),
      comments: end + 4 <= body.length ? optionTexts(this.#options(body, end, offset), 1) : NONE,
    };
  }

  /* pcapng 4.4: original length (4), as much of the packet as the snap length of interface 0 allows. */
  #simple(body: Uint8Array, offset: number): CapturePacket | undefined {
    this.#frames += 1;
    const source = this.interfaces[this.#base];
    if (source === undefined) return this.#refuse('pcap/interface', offset, 'interface 0 is not described');
    if (body.length < 4) return this.#refuse('pcap/block-short', offset, 'a packet block without its fields');
    const originalLength = this.#endian.u32(body, 0);
    const captured = Math.min(originalLength, source.snapLength || originalLength, body.length - 4);
    const data = body.subarray(4, 4 + captured);
    const { linkType } = source;
    return { frame: this.#frames, interfaceId: this.#base, timeNs: 0n, linkType, data, originalLength, comments: NONE };
  }

  #options(body: Uint8Array, at: number, offset: number): BlockOption[] {
    const faults: Parameters<Report>[0][] = [];
    const options = readOptions(body.subarray(at), this.#endian, offset + at, faults);
    for (const fault of faults) this.#report(fault);
    return options;
  }

  #refuse(code: string, offset: number, message: string): undefined {
    this.#report({ code, offset, message });
  }
}

function byteOrder(bytes: Uint8Array, at: number): Endian | undefined {
  if (LITTLE.u32(bytes, at) === BYTE_ORDER_MAGIC) return LITTLE;
  return BIG.u32(bytes, at) === BYTE_ORDER_MAGIC ? BIG : undefined;
}
