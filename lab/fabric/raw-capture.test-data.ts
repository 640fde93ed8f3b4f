import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';

/** Begins a classic pcap file of UDP datagrams, as tcpdump writes it here. */
export function writeCapture(path: string, payloads: readonly string[], seconds?: number): void {
  writeFileSync(path, Buffer.concat([Buffer.alloc(24), ...payloads.map((payload) => record(payload, seconds))]));
}

export function record(payload: string, seconds = 0x30): Buffer {
  const packet = Buffer.alloc(14 + 20 + 8 + payload.length);
  packet[14] = 0x45;
  packet[23] = 17;
  packet.set([10, 244, 0, 5, 172, 18, 0, 3], 26);
  packet.writeUInt16BE(5060, 34);
  packet.writeUInt16BE(30060, 36);
  packet.writeUInt16BE(8 + payload.length, 38);
  packet.write(payload, 42, 'latin1');
  const header = Buffer.alloc(16);
  header.writeUInt32LE(seconds, 0);
  header.writeUInt32LE(packet.length, 8);
  return Buffer.concat([header, packet]);
}

/** How often this process holds a file open. */
export function descriptorsOf(path: string): number {
  const links = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      // The one that the folder itself was read by.
      return '';
    }
  });
  return links.filter((link) => link === path || link === `${path} (deleted)`).length;
}
