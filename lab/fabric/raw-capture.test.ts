import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { packetsWith } from './contract/packets.ts';
import { descriptorsOf, record, writeCapture } from './raw-capture.test-data.ts';
import { RawCapture } from './raw-capture.ts';
import { parseCounts, tcpdumpCommand } from './tcpdump.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-tap-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function capture(name: string, payloads: readonly string[], seconds?: number): string {
  const path = join(folder, name);
  writeCapture(path, payloads, seconds);
  return path;
}

const opened: RawCapture[] = [];
function open(name: string, payloads: readonly string[], piece?: number): RawCapture {
  const file = new RawCapture(capture(name, payloads), piece);
  opened.push(file);
  return file;
}
afterEach(() => {
  for (const file of opened.splice(0)) file.close();
});

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
  test('has a marker when the datagram has exactly that payload', () => {
    // The seconds of the next packet begin with a byte that is a digit.
    const file = open('markers.pcap', ['mark 1', 'mark 123', 'xmark 7', 'x']);
    expect(file.hasMarker(1, 0)).toBe(false);
    file.advance();
    expect([1, 12, 123, 7, 2].map((marker) => file.hasMarker(marker, 0))).toEqual([true, false, true, false, false]);
  });

  test('has a marker of a tap when it comes after the beginning of the tap, whole', () => {
    const file = open('taps.pcap', ['mark 7', 'between']);
    file.advance();
    const from = file.end;
    expect(file.hasMarker(7, from)).toBe(false);
    const marker = record('mark 7');
    appendFileSync(file.path, marker.subarray(0, -1));
    file.advance();
    expect(file.hasMarker(7, from)).toBe(false);
    appendFileSync(file.path, marker.subarray(-1));
    file.advance();
    expect(file.hasMarker(7, from)).toBe(true);
    expect(file.hasMarker(7, file.end)).toBe(false);
  });

  test('has the last marker, whatever was recorded before it', () => {
    const file = open('long.pcap', ['mark 6', ...Array.from({ length: 5000 }, () => 'x'.repeat(50)), 'mark 7', 'x']);
    file.advance();
    expect([6, 7].map((marker) => file.hasMarker(marker, 0))).toEqual([false, true]);
  });

  test('gives each tap the packets of its own, whenever they came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ maxLength: 40 }), { maxLength: 5 }), { maxLength: 6 }),
        fc.integer({ min: 16, max: 300 }),
        (taps, piece) => {
          const file = open('shared.pcap', [], piece);
          for (const payloads of taps) {
            file.advance();
            const [from, first] = [file.end, file.packets];
            const own = Buffer.concat(payloads.map((one) => record(one)));
            appendFileSync(file.path, own);
            file.advance();
            expect(file.packets - first).toBe(payloads.length);
            expect(readFileSync(file.path).subarray(from, file.end)).toEqual(own);
          }
          file.close();
        },
      ),
      { numRuns: 30 },
    );
  });

  test('may come later, and is gone for good once it is closed', () => {
    const path = join(folder, 'late.pcap');
    const file = new RawCapture(path);
    file.advance();
    expect(file.hasMarker(1, 0)).toBe(false);
    capture('late.pcap', ['mark 1']);
    file.advance();
    expect(file).toMatchObject({ packets: 1, whole: true });
    expect(descriptorsOf(path)).toBe(1);
    file.close();
    file.close();
    appendFileSync(path, record('mark 2'));
    file.advance();
    expect(file.packets).toBe(1);
    expect(file.hasMarker(1, 0)).toBe(false);
    expect(descriptorsOf(path)).toBe(0);
  });

  test('is counted whatever the size of the pieces that are read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 20 }),
        fc.integer({ min: 16, max: 300 }),
        (payloads, piece) => {
          const file = open('counted.pcap', payloads, piece);
          file.advance();
          expect(file).toMatchObject({ packets: payloads.length, whole: true });
          file.close();
        },
      ),
      { numRuns: 50 },
    );
  });

  test('that ends within a packet or its header is not whole', () => {
    for (const cut of [1, 10, 50]) {
      const file = open('cut.pcap', ['first', 'second']);
      truncateSync(file.path, 24 + 2 * (16 + 42) + 11 - cut);
      file.advance();
      expect(file).toMatchObject({ packets: 1, whole: false });
    }
    const empty = open('empty.pcap', []);
    truncateSync(empty.path, 0);
    empty.advance();
    expect(empty).toMatchObject({ packets: 0, whole: false });
  });

  test('tells the contract who sent a text to whom', async () => {
    const path = capture('texts.pcap', ['probe-1', 'probe-12', 'probe-1']);
    const packet = { src: '10.244.0.5', srcPort: 5060, dst: '172.18.0.3', dstPort: 30060 };
    expect(await packetsWith(path, 'probe-1')).toEqual([packet, packet]);
    expect(await packetsWith(path, 'probe-2')).toEqual([]);
  });
});
