import type { Decoded, Fault } from '../fault.ts';
import { unwrapIpv6 } from './ipv6.ts';
import type { IpPacket } from './packet.ts';

export interface ReassemblyLimits {
  /** A packet whose last fragment comes later than this after its first is given up (RFC 791: 15 s, RFC 8200 4.5: 60 s). */
  readonly timeoutNs: bigint;
  /** Unfinished packets kept, the oldest given up first. */
  readonly packets: number;
  /** Bytes of all unfinished packets. */
  readonly bytes: number;
}

const LIMITS: ReassemblyLimits = { timeoutNs: 60_000_000_000n, packets: 1024, bytes: 8 * 1024 * 1024 };

/** The largest total length of an IP packet. */
const LARGEST = 65_535;

interface Unfinished {
  readonly sinceNs: bigint;
  /** By offset. */
  readonly parts: Map<number, IpPacket>;
  bytes: number;
  /** Length of the whole, known with the last fragment. */
  total: number | undefined;
}

/**
 * Puts the fragments of one tap together, by packet times alone. Whole packets pass through. Fragments of different
 * hop counts or links are kept apart by the caller's `link`, since a tap may see the same packet on its way in and out.
 */
export class Reassembler {
  readonly #limits: ReassemblyLimits;
  /** In the order of the first fragments, so that the oldest is the first. */
  readonly #unfinished = new Map<string, Unfinished>();
  #bytes = 0;

  constructor(limits: Partial<ReassemblyLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** The whole packet once it is there: undefined, without a fault, while fragments are missing. */
  push(packet: IpPacket, timeNs: bigint, link = ''): Decoded<IpPacket> {
    if (packet.fragment === undefined) return { value: packet, faults: [] };
    this.#expire(timeNs);
    const { version, src, dst, protocol, ipId, ttl, payload, fragment } = packet;
    // RFC 8200 4.5: the addresses and the identification; RFC 791 adds the protocol.
    const key = `${version}|${src}|${dst}|${version === 4 ? protocol : ''}|${ipId}|${ttl}|${link}`;
    const end = fragment.offset + payload.length;
    // RFC 791 3.2, RFC 8200 4.5: all but the last are whole multiples of eight bytes.
    if (end > LARGEST || payload.length === 0 || (fragment.more && payload.length % 8 !== 0)) {
      return this.#refuse(key, `a fragment of ${payload.length} bytes at ${fragment.offset} cannot be`);
    }
    const whole = this.#unfinished.get(key) ?? this.#open(key, timeNs);
    const known = whole.parts.get(fragment.offset);
    if (known !== undefined) {
      // The same fragment again is no harm; another one in its place is (RFC 5722).
      const same = known.payload.length === payload.length && known.fragment?.more === fragment.more;
      return same ? { value: undefined, faults: [] } : this.#refuse(key, 'fragments overlap');
    }
    if (!fragment.more) {
      if (whole.total !== undefined) return this.#refuse(key, 'two fragments are the last');
      whole.total = end;
    }
    whole.parts.set(fragment.offset, packet);
    whole.bytes += payload.length;
    this.#bytes += payload.length;
    if (whole.total !== undefined && whole.bytes > whole.total) return this.#refuse(key, 'fragments overlap');
    if (whole.bytes === whole.total) return this.#finish(key, whole, whole.total);
    this.#shrink();
    return { value: undefined, faults: [] };
  }

  /** Packets of which fragments are still missing. */
  get unfinished(): number {
    return this.#unfinished.size;
  }

  #open(key: string, sinceNs: bigint): Unfinished {
    const whole: Unfinished = { sinceNs, parts: new Map(), bytes: 0, total: undefined };
    this.#unfinished.set(key, whole);
    return whole;
  }

  #finish(key: string, whole: Unfinished, total: number): Decoded<IpPacket> {
    const payload = new Uint8Array(total);
    let at = 0;
    for (const [offset, part] of [...whole.parts].sort(([a], [b]) => a - b)) {
      if (offset !== at) return this.#refuse(key, 'fragments overlap');
      payload.set(part.payload, offset);
      at += part.payload.length;
    }
    this.#drop(key);
    const { fragment, ...first } = whole.parts.get(0) as IpPacket;
    const packet = { ...first, payload };
    return { value: packet.version === 6 ? unwrapIpv6(packet) : packet, faults: [] };
  }

  #refuse(key: string, message: string): Decoded<IpPacket> {
    this.#drop(key);
    const fault: Fault = { code: 'net/fragment', offset: 0, message, clause: 'RFC 5722 4' };
    return { value: undefined, faults: [fault] };
  }

  #expire(nowNs: bigint): void {
    for (const [key, { sinceNs }] of this.#unfinished) {
      if (nowNs - sinceNs <= this.#limits.timeoutNs) return;
      this.#drop(key);
    }
  }

  #shrink(): void {
    for (const key of this.#unfinished.keys()) {
      if (this.#unfinished.size <= this.#limits.packets && this.#bytes <= this.#limits.bytes) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#unfinished.get(key)?.bytes ?? 0;
    this.#unfinished.delete(key);
  }
}
