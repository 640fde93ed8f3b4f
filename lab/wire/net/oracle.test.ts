import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat } from '../bytes.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../pcap/writer.ts';
import { portUnreachable, type UdpPacket, udpFragments, udpFrame, udpPacket } from './build.ts';
import { decodeFrame } from './frame.ts';
import { LINK_TYPE } from './packet.ts';
import { Reassembler } from './reassembly.ts';
import { decodeTransport } from './transport.ts';

const tshark = '/usr/bin/tshark';
const four: UdpPacket = {
  ...{ src: '10.244.0.5', dst: '172.18.0.3', srcPort: 40000, dstPort: 30104, ttl: 63, ipId: 77 },
  payload: Uint8Array.from({ length: 2100 }, (_, i) => i),
};
const six: UdpPacket = { ...four, src: 'fd00::5', dst: 'fd00:10::3' };
const short = (packet: UdpPacket): UdpPacket => ({ ...packet, payload: packet.payload.subarray(0, 33) });

const frames = [
  udpFrame(short(four)),
  udpFrame(short(six)),
  udpFrame({ ...short(four), vlans: [10, 20] }),
  ...udpFragments(four, 900),
  ...udpFragments(six, 900).reverse(),
  portUnreachable({ src: '172.18.0.3', dst: '10.244.0.5', ttl: 61, ipId: 5 }, udpPacket(short(four))),
  portUnreachable({ src: 'fd00:10::3', dst: 'fd00::5', ttl: 61 }, udpPacket(short(six))),
];

/** Our view of each frame, in tshark's words: a datagram in fragments is told at the frame that completes it. */
function ours(): string[] {
  const reassembler = new Reassembler();
  return frames.map((frame) => {
    const packet = decodeFrame(LINK_TYPE.ETHERNET, frame).value?.ip;
    const whole = packet && reassembler.push(packet, 0n).value;
    const transport = whole && decodeTransport(whole).value;
    const ports =
      transport?.kind === 'udp' ? `${transport.srcPort} ${transport.dstPort} ${transport.payload.length}` : '';
    const icmp = transport?.kind === 'icmp' ? `${transport.type} ${transport.code}` : '';
    return [packet?.src, packet?.dst, packet?.ttl, ports, icmp].join('|');
  });
}

function theirs(path: string): { lines: string[]; checksums: string[] } {
  const names = ['ip.src', 'ip.dst', 'ip.ttl', 'ipv6.src', 'ipv6.dst', 'ipv6.hlim', 'udp.srcport', 'udp.dstport'];
  names.push('udp.length', 'icmp.type', 'icmp.code', 'icmpv6.type', 'icmpv6.code');
  const checks = ['ip.checksum.status', 'udp.checksum.status', 'icmp.checksum.status', 'icmpv6.checksum.status'];
  const on = ['ip.check_checksum:TRUE', 'udp.check_checksum:TRUE'].flatMap((option) => ['-o', option]);
  const fields = [...names, ...checks].flatMap((name) => ['-e', name]);
  const args = ['-r', path, ...on, '-T', 'fields', '-E', 'occurrence=f', '-E', 'separator=|', ...fields];
  const out = execFileSync(tshark, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'));
  const lines = rows.map((row) => {
    const [src, dst, ttl, src6, dst6, ttl6, srcPort, dstPort, length, type, code, type6, code6] = row;
    // An ICMP error quotes ports: they are those of the packet that it is about.
    const icmp = [type || type6, code || code6].join(' ').trim();
    const ports = icmp === '' && srcPort ? `${srcPort} ${dstPort} ${Number(length) - 8}` : '';
    return [src || src6, dst || dst6, ttl || ttl6, ports, icmp].join('|');
  });
  return { lines, checksums: rows.flatMap((row) => row.slice(13)) };
}

describe.skipIf(!existsSync(tshark))('packets as tshark sees them (skipped where it is not installed)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('have the same addresses, ports, lengths and reassembly, and right checksums', () => {
    const path = join(folder, 'packets.pcapng');
    const blocks = frames.map((data, i) => enhancedPacket({ interfaceId: 0, timeNs: BigInt(i) * 1000n, data }));
    writeFileSync(path, concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...blocks]));
    const { lines, checksums } = theirs(path);
    expect(ours()).toEqual(lines);
    // 1 is "good", 2 "unverified", as in quotes; 0 would be "bad".
    expect(checksums.filter((status) => status === '1').length).toBeGreaterThan(10);
    expect(checksums).not.toContain('0');
  });
});
