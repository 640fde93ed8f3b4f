import { classify } from '../../lab/capture/classify.ts';
import { faultsOf } from '../../lab/capture/decode-line.ts';
import { readCaptures } from '../../lab/capture/files.ts';
import type { Content, Sighting } from '../../lab/capture/timeline.ts';
import { decodeIpv4 } from '../../lab/wire/net/ipv4.ts';
import { decodeIpv6 } from '../../lab/wire/net/ipv6.ts';
import type { Frame, IpPacket, UdpDatagram } from '../../lab/wire/net/packet.ts';
import { decodeTransport } from '../../lab/wire/net/transport.ts';
import type { CapturePacket } from '../../lab/wire/pcap/packet.ts';
import { FactList, type Facts, type Packet } from './fields.ts';
import { dnsFacts } from './ours-dns.ts';
import { floorFacts } from './ours-floor.ts';
import { rtcpFacts, rtpFacts } from './ours-media.ts';
import { isGarbled, sipFacts } from './ours-sip.ts';

/** Every packet of a capture as a timeline shows it, in the order of the file; those too that are on no timeline. */
export async function ours(path: string): Promise<Packet[]> {
  const packets: Packet[] = [];
  const passedOver = (_tap: string, packet: CapturePacket, frame: Frame | undefined) => {
    const facts = new FactList().add('frame.time_epoch', epochSeconds(packet.timeNs));
    if (frame?.ip !== undefined) addNetwork(facts, frame.ip);
    packets[packet.frame - 1] = { protocol: 'other', facts: facts.facts, broken: false };
  };
  const { sightings } = await readCaptures([path], { tapNames: 'file', passedOver });
  for (const sighting of sightings) packets[sighting.frame - 1] = packetOf(sighting);
  return packets;
}

function packetOf({ content, timeNs, src, dst, ttl, ipId, srcPort, dstPort, payload }: Sighting): Packet {
  const version = src.includes(':') ? 6 : 4;
  const facts = new FactList().add('frame.time_epoch', epochSeconds(timeNs));
  addNetwork(facts, { version, src, dst, ttl, ipId, protocol: content.protocol === 'icmp' ? 1 : 17 });
  if (content.protocol === 'icmp') {
    const about = version === 4 ? 'icmp' : 'icmpv6';
    facts.add(`${about}.type`, content.type).add(`${about}.code`, content.code);
    const broken = content.quoted !== undefined && addQuoted(facts, version, payload);
    return { protocol: 'icmp', facts: facts.facts, broken };
  }
  const broken = addUdp(facts, content, { srcPort, dstPort, payload });
  return { protocol: content.protocol === 'marker' ? 'other' : content.protocol, facts: facts.facts, broken };
}

/** The packet that an ICMP error is about, decoded as if it had come by itself. */
function addQuoted(facts: FactList, version: number, payload: Uint8Array): boolean {
  const packet = version === 4 ? decodeIpv4(payload, 8, []) : decodeIpv6(payload, 8, []);
  if (packet === undefined) return true;
  addNetwork(facts, packet);
  const { value: udp } = decodeTransport(packet);
  if (udp?.kind !== 'udp' || (packet.fragment?.offset ?? 0) > 0) return false;
  // RFC 1812 4.3.2.3: an ICMP error quotes what fits into 576 bytes; what ends there is cut, not broken.
  const length = new DataView(packet.payload.buffer, packet.payload.byteOffset).getUint16(4);
  const broken = addUdp(facts, classify({ ...udp, dst: packet.dst }), udp, length);
  return broken && length <= packet.payload.length;
}

function addUdp(
  facts: FactList,
  content: Content,
  udp: Omit<UdpDatagram, 'kind'>,
  length = udp.payload.length + 8,
): boolean {
  facts.add('udp.srcport', udp.srcPort).add('udp.dstport', udp.dstPort).add('udp.length', length);
  for (const [field, values] of Object.entries(inside(content))) facts.add(field, ...values);
  return faultsOf(content, udp.payload).length > 0 || (content.protocol === 'sip' && isGarbled(content.message));
}

function inside(content: Content): Facts {
  switch (content.protocol) {
    case 'sip':
      return sipFacts(content.message);
    case 'rtp':
      return rtpFacts(content.packet);
    case 'rtcp':
      return rtcpFacts(content.packets);
    case 'floor':
      return floorFacts(content.messages);
    case 'dns':
      return dnsFacts(content.message);
    default:
      return {};
  }
}

function addNetwork(facts: FactList, ip: Omit<IpPacket, 'payload'>): void {
  const [name, hops] = ip.version === 4 ? ['ip', 'ip.ttl'] : ['ipv6', 'ipv6.hlim'];
  facts.add(`${name}.src`, ip.src).add(`${name}.dst`, ip.dst).add(hops, ip.ttl);
  if (ip.version === 4) facts.add('ip.id', ip.ipId).add('ip.proto', ip.protocol);
}

function epochSeconds(timeNs: bigint): string {
  return `${timeNs / 1_000_000_000n}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}`;
}
