import { latin1 } from '../../capture/classify.ts';
import type { UdpPacket } from '../../wire/net/build.ts';
import { atTime, type Edit, type Packet, type Recording, type Tap, withDatagram } from './recording.ts';

/** Which packets an edit is about: decided once a recording, asked once a packet. */
export type Select = (recording: Recording) => (packet: Packet, tap: string) => boolean;

/** Several edits, one after the other. */
export function all(...edits: readonly Edit[]): Edit {
  return (recording) => edits.reduce((edited, edit) => edit(edited), recording);
}

/** What is selected, exchanged for something: nothing, itself changed, several. Nothing selected is a mistake of the table. */
export function replace(select: Select, by: (packet: Packet, tap: string, index: number) => readonly Packet[]): Edit {
  return (recording) => {
    const wanted = select(recording);
    let count = 0;
    const edited = mapTaps(recording, (tap, name) => {
      if (!tap.packets.some((packet) => wanted(packet, name))) return tap;
      const packets = tap.packets.flatMap((packet) => (wanted(packet, name) ? by(packet, name, count++) : [packet]));
      return { ...tap, packets };
    });
    if (count === 0) throw new Error('this edit finds nothing to change');
    return edited;
  };
}

/** Lost: on the selected taps only, unless `everywhere` spreads it. */
export function lose(select: Select): Edit {
  return replace(select, () => []);
}

export function alter(select: Select, change: (packet: Packet, tap: string) => Packet): Edit {
  return replace(select, (packet, tap) => [change(packet, tap)]);
}

/** The same datagram again, each so many milliseconds after the first. */
export function again(select: Select, ...afterMs: readonly number[]): Edit {
  return replace(select, (packet) => [packet, ...afterMs.map((ms) => later(packet, ms))]);
}

export function later(packet: Packet, ms: number): Packet {
  return atTime(packet, packet.timeNs + BigInt(Math.round(ms * 1e6)));
}

export function payload(packet: Packet, bytes: Uint8Array): Packet {
  return withDatagram(packet, { payload: bytes });
}

export function mapTaps(recording: Recording, change: (tap: Tap, name: string) => Tap): Recording {
  return new Map([...recording].map(([name, tap]) => [name, change(tap, name)]));
}

export function onTap(name: string, change: (tap: Tap) => Tap): Edit {
  return (recording) => {
    if (!recording.has(name)) throw new Error(`there is no tap ${name}`);
    return mapTaps(recording, (tap, one) => (one === name ? change(tap) : tap));
  };
}

/**
 * What is selected is seen at another tap too, a moment later: with these addresses, and the Ethernet addresses of what that
 * tap's host receives or sends.
 */
export function alsoAt(name: string, select: Select, changes: Partial<UdpPacket> = {}, afterMs = 0.2): Edit {
  return (recording) => {
    const wanted = select(recording);
    const chosen = [...recording].flatMap(([one, { packets }]) => packets.filter((packet) => wanted(packet, one)));
    if (chosen.length === 0) throw new Error('this edit finds nothing to copy');
    const copies = chosen.map((packet) => {
      const moved = withDatagram(later(packet, afterMs), changes);
      return withDatagram(moved, linkOf(recording.get(name)?.packets ?? [], moved));
    });
    const add = onTap(name, (tap) => ({ ...tap, packets: inTime([...tap.packets, ...copies]) }));
    return add(recording);
  };
}

function linkOf(packets: readonly Packet[], { datagram }: Packet): Partial<UdpPacket> {
  const like = packets.find(
    ({ datagram: one }) =>
      one !== undefined && !one.dst.startsWith('224.') && (one.dst === datagram?.dst || one.src === datagram?.src),
  );
  const { srcMac, dstMac } = like?.datagram ?? {};
  return srcMac === undefined || dstMac === undefined ? {} : { srcMac, dstMac };
}

function inTime(packets: readonly Packet[]): Packet[] {
  return [...packets].sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

/** All of these. */
export function both(...selects: readonly Select[]): Select {
  return (recording) => {
    const tests = selects.map((select) => select(recording));
    return (packet, tap) => tests.every((test) => test(packet, tap));
  };
}

export function either(...selects: readonly Select[]): Select {
  return (recording) => {
    const tests = selects.map((select) => select(recording));
    return (packet, tap) => tests.some((test) => test(packet, tap));
  };
}

/** On one of these taps. */
export function at(...taps: readonly string[]): Select {
  return () => (_, tap) => taps.includes(tap);
}

export function from(address: string, port?: number): Select {
  return () =>
    ({ datagram }) =>
      datagram?.src === address && (port === undefined || datagram.srcPort === port);
}

export function to(address: string, port?: number): Select {
  return () =>
    ({ datagram }) =>
      datagram?.dst === address && (port === undefined || datagram.dstPort === port);
}

/** Also wherever else the same bytes were seen: the whole way of what is selected, relays included. */
export function everywhere(select: Select): Select {
  return (recording) => {
    const wanted = select(recording);
    const bytes = new Set<string>();
    for (const [name, tap] of recording)
      for (const packet of tap.packets)
        if (packet.datagram !== undefined && wanted(packet, name)) bytes.add(latin1(packet.datagram.payload));
    return ({ datagram }) => datagram !== undefined && bytes.has(latin1(datagram.payload));
  };
}

/** Of what is selected on each tap, those with these indices, in time order. */
export function nth(select: Select, test: (index: number) => boolean): Select {
  return (recording) => {
    const wanted = select(recording);
    const chosen = new Set<Packet>();
    for (const [name, tap] of recording) {
      for (const [index, packet] of tap.packets.filter((packet) => wanted(packet, name)).entries())
        if (test(index)) chosen.add(packet);
    }
    return (packet) => chosen.has(packet);
  };
}

/** From the n-th act's marker to the next one's. */
export function inAct(act: number): Select {
  return (recording) => {
    const start = markerTime(recording, act) ?? 0n;
    const end = markerTime(recording, act + 1) ?? 1n << 63n;
    return ({ timeNs }) => timeNs >= start && timeNs < end;
  };
}

function markerTime(recording: Recording, marker: number): bigint | undefined {
  const times = [...recording.values()].flatMap(({ packets }) =>
    packets.flatMap(({ datagram, timeNs }) =>
      datagram?.content.protocol === 'marker' && datagram.content.marker === marker ? [timeNs] : [],
    ),
  );
  return times.reduce<bigint | undefined>(
    (least, time) => (least === undefined || time < least ? time : least),
    undefined,
  );
}
