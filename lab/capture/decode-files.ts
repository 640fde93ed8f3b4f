import { u16 } from '../wire/bytes.ts';
import { type Frame, IP_PROTOCOL, type IpPacket } from '../wire/net/packet.ts';
import type { CapturePacket } from '../wire/pcap/packet.ts';
import { type DecodedLine, decodeLine, endpoint } from './decode-line.ts';
import { readCaptures } from './files.ts';
import type { TapRecord } from './timeline.ts';

export interface DecodedFiles {
  /** A line a packet, in time order over all files. */
  readonly lines: readonly DecodedLine[];
  readonly taps: readonly TapRecord[];
}

/** Every packet of these files, those too that are on no timeline: ARP, TCP, first fragments, what cannot be read. */
export async function decodeFiles(paths: readonly string[]): Promise<DecodedFiles> {
  const others: DecodedLine[] = [];
  const { taps, sightings } = await readCaptures(paths, {
    passedOver: (tap, packet, frame) => void others.push(otherLine(tap, packet, frame)),
  });
  const lines = [...sightings.map(decodeLine), ...others];
  const keyed = lines.map((line) => ({ line, timeNs: BigInt(line.timeNs) }));
  keyed.sort((a, b) => (a.timeNs === b.timeNs ? 0 : a.timeNs < b.timeNs ? -1 : 1));
  return { taps, lines: keyed.map(({ line }) => line) };
}

function otherLine(tap: string, packet: CapturePacket, frame: Frame | undefined): DecodedLine {
  const { timeNs, originalLength } = packet;
  const common = { tap, frame: packet.frame, timeNs: String(timeNs) };
  const ip = frame?.ip;
  if (ip === undefined) {
    const etherType = frame?.etherType === undefined ? {} : { etherType: `0x${hex4(frame.etherType)}` };
    const [src, dst] = [frame?.srcMac ?? '', frame?.dstMac ?? ''];
    return { ...common, src, dst, protocol: 'other', ...etherType, frameLength: originalLength };
  }
  const fragment = ip.fragment === undefined ? {} : { fragment: { ipId: ip.ipId, ...ip.fragment } };
  const rest = { ipProtocol: ip.protocol, ...fragment, ttl: ip.ttl, frameLength: originalLength };
  return { ...common, ...ends(ip), protocol: 'other', ...rest };
}

/** Ports stand first in TCP too; a fragment that is not the first has none. */
function ends({ src, dst, protocol, payload, fragment }: IpPacket): { src: string; dst: string } {
  const ports = (protocol === IP_PROTOCOL.TCP || protocol === IP_PROTOCOL.UDP) && (fragment?.offset ?? 0) === 0;
  if (!ports || payload.length < 4) return { src, dst };
  return { src: endpoint(src, u16(payload, 0)), dst: endpoint(dst, u16(payload, 2)) };
}

function hex4(number: number): string {
  return number.toString(16).padStart(4, '0');
}
