import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packetsWith } from './contract/packets.ts';
import { RawCapture } from './raw-capture.ts';
import { parseCounts, tcpdumpCommand } from './tcpdump.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-tap-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A classic pcap file of UDP datagrams, as tcpdump writes it here. */
function capture(name: string, payloads: readonly string[], seconds = 0x30): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(24));
  for (const payload of payloads) appendFileSync(path, record(payload, seconds));
  return path;
}

function record(payload: string, seconds: number): Buffer {
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

describe('tcpdump', () => {
  test('is told to write each packet at once, whole, in nanoseconds', () => {
    const command = tcpdumpCommand('eth0', '/x/a-node.pcap');
    expect(command.join(' ')).toBe(
      'tcpdump -i eth0 --immediate-mode -U -s 2048 -B 4096 --time-stamp-precision=nano -n -Z root -w /x/a-node.pcap',
    );
    // Loopback carries packets of 64 KiB, and none is cut.
    const lo = tcpdumpCommand('lo', '/x/lo.pcap');
    expect(lo.join(' ')).toContain('-i lo --immediate-mode -U -s 65550 ');
  });

  test('counts at its end', () => {
    const said =
      'tcpdump: listening on eth0\n9 packets captured\n11 packets received by filter\n2 packets dropped by kernel\n';
    expect(parseCounts(said)).toEqual({ captured: 9, received: 11, drops: 2 });
    expect(parseCounts(`${said}3 packets dropped by interface\n`)).toMatchObject({ drops: 5 });
    expect(parseCounts(said.replace('9 packets', '1 packet').replace('2 packets', '1 packet'))).toMatchObject({
      captured: 1,
      drops: 1,
    });
  });

  test('that did not come to count is not taken for zero', () => {
    expect(parseCounts('tcpdump: listening on eth0\n')).toBeUndefined();
    expect(parseCounts('9 packets captured\n')).toBeUndefined();
  });
});

describe('a growing capture file', () => {
  test('has a marker when the datagram has exactly that payload', async () => {
    // The seconds of the next packet begin with a byte that is a digit.
    const path = capture('markers.pcap', ['mark 1', 'mark 123', 'xmark 7', 'x']);
    const found = await Promise.all([1, 12, 123, 7, 2].map((marker) => new RawCapture(path).hasMarker(marker)));
    expect(found).toEqual([true, false, true, false, false]);
  });

  test('has a marker of a tap when it comes after the beginning of the tap', async () => {
    const path = capture('taps.pcap', ['mark 7', 'between']);
    const file = new RawCapture(path);
    await file.advance();
    expect(await file.hasMarker(7, file.end)).toBe(false);
    appendFileSync(path, record('mark 7', 0x30));
    expect(await file.hasMarker(7, file.end)).toBe(true);
  });

  test('gives each tap the packets of its own, whenever they came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string({ maxLength: 40 }), { maxLength: 5 }), { maxLength: 6 }),
        fc.integer({ min: 16, max: 300 }),
        async (taps, piece) => {
          const file = new RawCapture(capture('shared.pcap', []), piece);
          for (const payloads of taps) {
            await file.advance();
            const [from, first] = [file.end, file.packets];
            for (const payload of payloads) appendFileSync(file.path, record(payload, 1));
            await file.advance();
            expect(file.packets - first).toBe(payloads.length);
            const own = join(folder, 'own.pcap');
            await file.cut(from, file.end, own);
            expect(readFileSync(own)).toEqual(
              Buffer.concat([Buffer.alloc(24), ...payloads.map((one) => record(one, 1))]),
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('that is not there yet has no marker', async () => {
    expect(await new RawCapture(join(folder, 'missing.pcap')).hasMarker(1)).toBe(false);
  });

  test('is counted whatever the size of the pieces that are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 20 }),
        fc.integer({ min: 16, max: 300 }),
        async (payloads, chunk) => {
          const path = capture('counted.pcap', payloads);
          const file = new RawCapture(path, chunk);
          await file.advance();
          expect(file).toMatchObject({ packets: payloads.length, whole: true });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('that ends within a packet or its header is not whole', async () => {
    for (const cut of [1, 10, 50]) {
      const path = capture('cut.pcap', ['first', 'second']);
      truncateSync(path, 24 + 2 * (16 + 42) + 11 - cut);
      const file = new RawCapture(path);
      await file.advance();
      expect(file).toMatchObject({ packets: 1, whole: false });
    }
    writeFileSync(join(folder, 'empty.pcap'), '');
    const empty = new RawCapture(join(folder, 'empty.pcap'));
    await empty.advance();
    expect(empty).toMatchObject({ packets: 0, whole: false });
  });

  test('tells the contract who sent a text to whom', async () => {
    const path = capture('texts.pcap', ['probe-1', 'probe-12', 'probe-1']);
    const packet = { src: '10.244.0.5', srcPort: 5060, dst: '172.18.0.3', dstPort: 30060 };
    expect(await packetsWith(path, 'probe-1')).toEqual([packet, packet]);
    expect(await packetsWith(path, 'probe-2')).toEqual([]);
  });
});
