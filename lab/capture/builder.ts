import { decodeFrame } from '../wire/net/frame.ts';
import type { Frame, IcmpMessage, IpPacket, Transport, UdpDatagram } from '../wire/net/packet.ts';
import { Reassembler } from '../wire/net/reassembly.ts';
import { decodeTransport } from '../wire/net/transport.ts';
import type { CapturePacket } from '../wire/pcap/packet.ts';
import { CaptureReader } from '../wire/pcap/reader.ts';
import { dnsOf, latin1, markerOf, payloadContent } from './classify.ts';
import { Bundle } from './pairing.ts';
import { byTime, mergeByTime, NOWHERE, type Path, type Seen } from './seen.ts';
import type { Content, TapRecord, Timeline } from './timeline.ts';

interface TapState {
  readonly name: string;
  readonly path: string;
  readonly reassembler: Reassembler;
  readonly reader: CaptureReader;
  drops: number | undefined;
  truncated: boolean;
  frames: number;
  thinned: number | undefined;
}

const EMPTY = { drops: undefined, truncated: false, frames: 0, thinned: undefined };

/** The same bytes share their decoding and are paired among themselves. */
class Payload extends Bundle {
  content: Content | undefined;
}

/** Told of packets that are on no timeline: all but UDP and ICMP, and fragments but the one that completes a datagram. */
export type PassedOver = (tap: string, packet: CapturePacket, frame: Frame | undefined) => void;

/** Makes the timeline of taps that are read in any order and in any pieces: the same packets give the same timeline. */
export class TimelineBuilder {
  readonly #taps = new Map<string, TapState>();
  readonly #udp = new Map<string, Payload>();
  readonly #icmp = new Map<string, Payload>();
  readonly #sightings: Seen[] = [];
  readonly #journeys: Path[] = [];
  #unsettled: Payload[] = [];
  #newcomers: Seen[] = [];
  #timeline: Timeline | undefined;
  readonly #passedOver: PassedOver;

  constructor(passedOver: PassedOver = () => {}) {
    this.#passedOver = passedOver;
  }

  addTap(name: string, path: string): void {
    if (this.#taps.has(name)) throw new Error(`there is a tap ${name} already`);
    const [reassembler, reader] = [new Reassembler(), new CaptureReader()];
    this.#taps.set(name, { name, path, reassembler, reader, ...EMPTY });
    this.#timeline = undefined;
  }

  /** What a file says besides its packets. */
  describe(tap: string, { drops, truncated, thinned }: Pick<TapRecord, 'drops' | 'truncated' | 'thinned'>): void {
    const state = this.#tap(tap);
    state.frames += (thinned ?? 0) - (state.thinned ?? 0);
    state.thinned = thinned;
    state.drops = drops;
    state.truncated = truncated;
    this.#timeline = undefined;
  }

  /** More bytes of a file that one tap alone writes. They belong to the timeline from now on. */
  feed(tap: string, bytes: Uint8Array): void {
    for (const packet of this.#tap(tap).reader.feed(bytes)) this.push(tap, packet);
  }

  push(tap: string, packet: CapturePacket): void {
    const state = this.#tap(tap);
    state.frames += 1;
    this.#timeline = undefined;
    const frame = decodeFrame(packet.linkType, packet.data).value;
    const ip = frame?.ip && state.reassembler.push(frame.ip, packet.timeNs, frame.srcMac).value;
    const transport = ip && decodeTransport(ip).value;
    if (frame === undefined || ip === undefined || transport === undefined || transport.kind === 'other') {
      this.#passedOver(tap, packet, frame);
    } else this.#see(state, packet, frame, ip, transport);
  }

  /** As far as packets have come; the same value until the next packet. */
  timeline(): Timeline {
    this.#timeline ??= this.#build();
    return this.#timeline;
  }

  #see(
    tap: TapState,
    { frame, timeNs }: CapturePacket,
    { srcMac, dstMac }: Frame,
    { src, dst, ttl, ipId }: IpPacket,
    transport: UdpDatagram | IcmpMessage,
  ): void {
    const { srcPort, dstPort } = transport.kind === 'udp' ? transport : { srcPort: 0, dstPort: 0 };
    const { payload } = transport;
    const bundle = this.#bundle(transport);
    const content = contentOf(transport, dst, bundle);
    const where = { tap: tap.name, frame, timeNs, src, dst, srcPort, dstPort, ttl, ipId, srcMac, dstMac };
    const seen: Seen = { ...where, content, payload, journey: NOWHERE };
    this.#newcomers.push(seen);
    if (!bundle.waiting) this.#unsettled.push(bundle);
    bundle.add(seen);
  }

  #bundle(transport: UdpDatagram | IcmpMessage): Payload {
    const bundles = transport.kind === 'udp' ? this.#udp : this.#icmp;
    const key = transport.kind === 'udp' ? latin1(transport.payload) : icmpKey(transport);
    let bundle = bundles.get(key);
    if (bundle === undefined) {
      bundle = new Payload();
      if (transport.kind === 'udp') bundle.content = payloadContent(transport.payload, key);
      bundles.set(key, bundle);
    }
    return bundle;
  }

  #build(): Timeline {
    for (const bundle of this.#unsettled) bundle.settle();
    this.#unsettled = [];
    const changed = mergeByTime(this.#sightings, this.#newcomers.sort(byTime));
    this.#newcomers = [];
    this.#number(changed);
    const taps = [...this.#taps.values()].map(({ name, path, drops, truncated, frames, thinned }) => {
      return { tap: name, path, drops, truncated, frames, ...(thinned === undefined ? {} : { thinned }) };
    });
    return { taps, sightings: this.#sightings.slice(), journeys: this.#journeys.slice() };
  }

  /** Journeys in the order of their first sightings; those that began before the first newcomer are as they were. */
  #number(changed: number): void {
    const first = this.#sightings[changed];
    if (first === undefined) return;
    for (let last = this.#journeys.at(-1); last !== undefined; last = this.#journeys.at(-1)) {
      const begin = last.sightings[0];
      if (begin !== undefined && byTime(begin, first) < 0) break;
      this.#journeys.pop();
    }
    for (let at = changed; at < this.#sightings.length; at++) {
      const seen = this.#sightings[at] as Seen;
      if (seen.journey.sightings[0] !== seen) continue;
      this.#journeys.push(seen.journey);
      seen.journey.id = this.#journeys.length;
    }
  }

  #tap(name: string): TapState {
    const state = this.#taps.get(name);
    if (state === undefined) throw new Error(`there is no tap ${name}`);
    return state;
  }
}

function contentOf(transport: Exclude<Transport, { kind: 'other' }>, dst: string, bundle: Payload): Content {
  if (transport.kind === 'udp') {
    const datagram = { ...transport, dst };
    return markerOf(datagram) ?? dnsOf(datagram) ?? (bundle.content as Content);
  }
  const { type, code, quoted } = transport;
  if (quoted === undefined) return { protocol: 'icmp', type, code, quoted };
  const { src, srcPort, dstPort } = quoted;
  return { protocol: 'icmp', type, code, quoted: { src, dst: quoted.dst, srcPort, dstPort } };
}

/**
 * A translation rewrites the addresses that an ICMP error quotes, and the checksums that cover them: the same message is
 * known by its kind and by what it quotes behind the UDP header.
 */
function icmpKey({ version, type, code, payload, quoted }: IcmpMessage): string {
  const header = version === 4 ? 4 * ((payload[8] ?? 0) & 0x0f) : 40;
  const from = quoted === undefined ? 8 : 8 + header + 8;
  return `${version} ${type} ${code} ${latin1(payload.subarray(from))}`;
}
