import { readFile } from 'node:fs/promises';

export interface Packet {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
}

/**
 * Classic pcap: 24 bytes of file header, 16 before each packet, the captured length in the machine's order at offset 8.
 */
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;

/**
 * UDP packets with exactly this payload, of a capture that the fabric has just made itself: unfragmented IPv4 in
 * Ethernet. (The lab's own reader is not the fabric's to use; this one answers the contract's single question.)
 */
export async function packetsWith(path: string, text: string): Promise<Packet[]> {
  const bytes = await readFile(path);
  const found: Packet[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    const packet = udpPacket(bytes.subarray(at + RECORD_HEADER + ETHERNET_HEADER, at + RECORD_HEADER + length), text);
    if (packet !== undefined) found.push(packet);
    at += RECORD_HEADER + length;
  }
  return found;
}

function udpPacket(ip: Buffer, text: string): Packet | undefined {
  if (ip.length < 28 || (ip[0] ?? 0) >> 4 !== 4 || ip[9] !== 17) return undefined;
  const udp = ip.subarray(((ip[0] ?? 0) & 15) * 4);
  if (udp.length < 8 || udp.toString('latin1', 8, udp.readUInt16BE(4)) !== text) return undefined;
  const address = (offset: number): string => ip.subarray(offset, offset + 4).join('.');
  return { src: address(12), srcPort: udp.readUInt16BE(0), dst: address(16), dstPort: udp.readUInt16BE(2) };
}
