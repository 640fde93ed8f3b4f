import type { Fault } from '../fault.ts';
import { ClassicFormat } from './classic.ts';
import { BIG, LITTLE } from './endian.ts';
import type { CaptureEnd, CaptureFormat, CaptureInterface, CapturePacket } from './packet.ts';
import { PcapngFormat } from './pcapng.ts';
import type { Glance, RecordFormat } from './records.ts';

const MAGIC = 4;

/**
 * Reads a capture as it comes, in pieces of any size. What was fed belongs to the reader: packets are views of it, and
 * only a record that lies across pieces is copied, once.
 */
export class CaptureReader {
  readonly faults: Fault[] = [];
  #format: RecordFormat | undefined;
  #name: CaptureFormat | undefined;
  /** A record that is not whole yet: `#held` bytes of `#partial`. */
  #partial = new Uint8Array(64);
  #held = 0;
  #needed = MAGIC;
  /** Where the next record begins in the file. */
  #offset = 0;
  #broken = false;
  readonly #glance: Glance | undefined;

  constructor(glance?: Glance) {
    this.#glance = glance;
  }

  /** undefined until four bytes are there, and for ever where they begin no capture. */
  get format(): CaptureFormat | undefined {
    return this.#name;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#format?.interfaces ?? [];
  }

  /** The packets that are whole with these bytes. */
  feed(fed: Uint8Array): CapturePacket[] {
    // Views of a Buffer would be Buffers: slower to make, and no plain values.
    const bytes = new Uint8Array(fed.buffer, fed.byteOffset, fed.byteLength);
    const packets: CapturePacket[] = [];
    let at = 0;
    while (at < bytes.length && !this.#broken) {
      at += this.#held > 0 ? this.#complete(bytes, at, packets) : this.#direct(bytes, at, packets);
    }
    return packets;
  }

  /** Where reading stands; `closed` says that no further byte will come, so that more cannot be expected. */
  end(closed = false): CaptureEnd {
    if (this.#broken) return { kind: 'truncated', offset: this.#offset };
    if (this.#held === 0 && this.#format !== undefined) return { kind: 'complete' };
    return closed ? { kind: 'truncated', offset: this.#offset } : { kind: 'more', needed: this.#needed - this.#held };
  }

  /** Records that lie whole in `bytes`; the rest of it is held. */
  #direct(bytes: Uint8Array, from: number, packets: CapturePacket[]): number {
    let at = from;
    while (at < bytes.length) {
      const available = bytes.length - at;
      const length = this.#length(bytes, at, available);
      if (length === undefined) return bytes.length - from;
      if (length > available) {
        this.#needed = length;
        this.#hold(bytes.subarray(at));
        return bytes.length - from;
      }
      this.#read(bytes, at, length, packets);
      at += length;
    }
    return at - from;
  }

  /** Takes what the held record lacks, header first, and reads it once it is whole. */
  #complete(bytes: Uint8Array, at: number, packets: CapturePacket[]): number {
    const taken = Math.min(this.#needed - this.#held, bytes.length - at);
    this.#hold(bytes.subarray(at, at + taken));
    if (this.#held < this.#needed) return taken;
    const length = this.#length(this.#partial, 0, this.#held);
    if (length === undefined) return taken;
    this.#needed = length;
    if (length > this.#held) return taken;
    const record = this.#partial.slice(0, length);
    this.#held = 0;
    this.#read(record, 0, length, packets);
    return taken;
  }

  /** Grows by what is there, not by what a length announces. */
  #hold(bytes: Uint8Array): void {
    const size = this.#held + bytes.length;
    if (size > this.#partial.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#partial.length));
      larger.set(this.#partial.subarray(0, this.#held));
      this.#partial = larger;
    }
    this.#partial.set(bytes, this.#held);
    this.#held = size;
  }

  #length(bytes: Uint8Array, at: number, available: number): number | undefined {
    if (this.#format === undefined) {
      if (available < MAGIC) return MAGIC;
      this.#format = this.#recognise(bytes, at);
    }
    const length = this.#format?.length(bytes, at, available, this.#offset);
    if (length === undefined) this.#broken = true;
    return length;
  }

  #read(bytes: Uint8Array, at: number, length: number, packets: CapturePacket[]): void {
    const packet = this.#format?.read(bytes, at, length, this.#offset);
    this.#offset += length;
    if (packet !== undefined) packets.push(packet);
  }

  #recognise(bytes: Uint8Array, at: number): RecordFormat | undefined {
    const report = (fault: Fault) => void this.faults.push(fault);
    const magic = BIG.u32(bytes, at);
    this.#name = magic === 0x0a0d0d0a ? 'pcapng' : 'pcap';
    switch (magic) {
      case 0x0a0d0d0a:
        return new PcapngFormat(report, this.#glance);
      case 0xa1b2c3d4:
        return new ClassicFormat(BIG, false, report, this.#glance);
      case 0xa1b23c4d:
        return new ClassicFormat(BIG, true, report, this.#glance);
      case 0xd4c3b2a1:
        return new ClassicFormat(LITTLE, false, report, this.#glance);
      case 0x4d3cb2a1:
        return new ClassicFormat(LITTLE, true, report, this.#glance);
      default:
        this.#name = undefined;
        report({ code: 'pcap/magic', offset: 0, message: 'neither pcap nor pcapng begins like this' });
        return undefined;
    }
  }
}
