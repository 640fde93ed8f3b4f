import { encodeDns } from '../../wire/dns/codec.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { udpFrame } from '../../wire/net/build.ts';
import { encodeSip } from '../../wire/sip/encode.ts';
import { canonicalName } from '../../wire/sip/headers.ts';
import type { SipHeader, SipMessage } from '../../wire/sip/message.ts';
import { toBytes } from '../../wire/sip/text.ts';
import { alter, at, both, everywhere, from, later, mapTaps, payload, replace, type Select, to } from './edit.ts';
import { type Edit, type Packet, withDatagram } from './recording.ts';
import { alterSdp, leg, request, sipOf } from './sip.ts';

export const any: Select = () => () => true;
export const udp: Select =
  () =>
  ({ datagram }) =>
    datagram !== undefined;
export const sip: Select = () => (packet) => sipOf(packet) !== undefined;
export const dns: Select =
  () =>
  ({ datagram }) =>
    datagram?.content.protocol === 'dns';

export const day = 86_400_000;
export const compact: Readonly<Record<string, string>> = {
  via: 'v',
  from: 'f',
  to: 't',
  'call-id': 'i',
  contact: 'm',
  'content-type': 'c',
  'content-length': 'l',
  supported: 'k',
  'session-expires': 'x',
  'accept-contact': 'a',
};

export function fromUes(): Select {
  return () =>
    ({ datagram }) =>
      datagram?.src.startsWith('192.168.') === true;
}

/** Multicast (the markers) keeps the hop limit that it has. */
export function hopLimit({ datagram }: Packet, more: number): number {
  const ttl = datagram?.ttl ?? 64;
  return ttl < 32 ? ttl : ttl + more;
}

export function unnamed<T extends { name?: string }>(tap: T, _name: string): Omit<T, 'name'> {
  const { name: _, ...rest } = tap;
  return rest;
}

/** Lines of one name keep their order; names come in reverse. */
export function reordered(headers: readonly SipHeader[]): SipHeader[] {
  const groups = Map.groupBy(headers, ({ name }) => canonicalName(name));
  return [...groups.values()].reverse().flat();
}

export function named(message: SipMessage, rename: (name: string) => string): SipMessage {
  return { ...message, headers: message.headers.map(({ name, value }) => ({ name: rename(name), value })) };
}

export function withBody(): Select {
  return () => (packet) => (sipOf(packet)?.body.length ?? 0) > 0;
}

export function setup(): Select {
  return () => (packet) => {
    const message = sipOf(packet);
    return message?.kind === 'request'
      ? message.method === 'INVITE'
      : message?.status === 200 && message.body.length > 0;
  };
}

/** RFC 4343: letters of names, in questions and answers alike. */
export function capitals({ datagram }: Packet): Uint8Array {
  if (datagram?.content.protocol !== 'dns') return datagram?.payload ?? new Uint8Array();
  const { message } = datagram.content;
  const up = <T extends { name: string }>(one: T): T => ({ ...one, name: one.name.toUpperCase() });
  const records = (list: readonly DnsRecord[]) => list.map(up);
  return encodeDns({
    ...message,
    questions: message.questions.map(up),
    answers: records(message.answers),
    authorities: records(message.authorities),
    additionals: records(message.additionals),
  });
}

const renumberedPorts: ReadonlyMap<number, number> = new Map([
  [40000, 45000],
  [40001, 45001],
  [40002, 45002],
]);

export const renumbered: Edit = (recording) => {
  const port = (number: number) => renumberedPorts.get(number) ?? number;
  const headers = alter(udp, (packet) => {
    const { srcPort = 0, dstPort = 0 } = packet.datagram ?? {};
    return withDatagram(packet, { srcPort: port(srcPort), dstPort: port(dstPort) });
  });
  const texts = alterSdp(both(sip, withBody()), (sdp) => ({
    ...sdp,
    media: sdp.media.map(({ lines }) => ({
      lines: lines.map((line) =>
        line.type === 'm'
          ? { ...line, value: line.value.replace(/ (\d+) /, (_, number) => ` ${port(Number(number))} `) }
          : line,
      ),
    })),
  }));
  return texts(headers(recording));
};

/** A call between two addresses that nobody here knows, with its own Call-ID, answered and talking. */
export const beside: Edit = (recording) => {
  const call = replace(both(from('172.18.0.10'), at('bridge')), (packet) => [packet, elsewhere(packet)]);
  return call(recording);
};

function elsewhere(packet: Packet): Packet {
  const message = sipOf(packet);
  const moved = withDatagram(packet, {
    src: '203.0.113.5',
    dst: '203.0.113.6',
    srcMac: '02:00:00:00:00:05',
    dstMac: '02:00:00:00:00:06',
  });
  if (message === undefined) return later(moved, 1);
  const headers = message.headers.map(({ name, value }) =>
    canonicalName(name) === 'call-id' ? { name, value: `${value}x` } : { name, value },
  );
  return later(payload(moved, encodeSip({ ...message, headers })), 1);
}

/** ARP, LLDP, TCP, mDNS, and SIP keep-alives of others. */
export const noise: Edit = (recording) =>
  mapTaps(recording, (tap) => ({
    ...tap,
    packets: tap.packets.flatMap((packet, index) => (index % 9 === 0 ? [packet, ...strange(packet, index)] : [packet])),
  }));

function strange({ timeNs }: Packet, index: number): Packet[] {
  const mdns = {
    src: '172.18.0.77',
    dst: '224.0.0.251',
    srcPort: 5353,
    dstPort: 5353,
    payload: toBytes(`noise ${index}`),
  };
  const lldp = new Uint8Array(60).fill(index & 0xff);
  lldp.set([0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, 1, 0x88, 0xcc]);
  const frames = [udpFrame({ ...mdns, ttl: 255, srcMac: '02:00:00:00:00:77' }), lldp];
  return frames.map((data) => ({ timeNs, datagram: undefined, frames: [{ timeNs, data }] }));
}

/** Its first transmission is seen at the edge alone, the second one T1 later everywhere. */
export const lostOnce: Edit = (recording) => {
  const invite = both(request('INVITE'), leg('sip:a-ue-2@'), to('192.168.10.12'));
  const sent = both(request('INVITE'), leg('sip:a-ue-2@'), from('10.244.0.5'));
  const wanted = everywhere(invite)(recording);
  const early = sent(recording);
  return mapTaps(recording, (tap, name) => ({
    ...tap,
    packets: tap.packets.flatMap((packet) =>
      wanted(packet, name) && early(packet, name) ? [later(packet, -15), packet] : [packet],
    ),
  }));
};
