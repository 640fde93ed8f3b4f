import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { TimelineBuilder } from '../capture/builder.ts';
import { markerOf } from '../capture/classify.ts';
import type { Timeline } from '../capture/timeline.ts';
import { decodeFrame } from '../wire/net/frame.ts';
import { decodeTransport } from '../wire/net/transport.ts';
import type { CapturePacket } from '../wire/pcap/packet.ts';
import { CaptureReader } from '../wire/pcap/reader.ts';
import { findSymptoms } from './symptoms.ts';

/*
 * The golden captures as somebody else would hand them on: what the lab wrote around and between the packets is gone, the files are
 * called anything, and what can be changed in a capture without touching what was said is changed.
 */

const golden = join(import.meta.dirname, 'golden');
const expected: { id: string; symptom: string | null; consequences: string[] }[] = JSON.parse(
  await readFile(join(golden, 'expected.json'), 'utf8'),
);

/** The packets of some files, by nothing but their place in a list. */
type Files = readonly (readonly CapturePacket[])[];

const captures = new Map<string, Files>();

beforeAll(async () => {
  for (const { id } of expected) {
    const folder = join(golden, 'captures', id);
    const names = (await readdir(folder)).sort();
    const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
    // Another order than that of their names, and the same each time.
    captures.set(id, [...files.map((file) => new CaptureReader().feed(file))].reverse());
  }
});

function timelineOf(files: Files): Timeline {
  const builder = new TimelineBuilder();
  for (const [i, packets] of files.entries()) {
    const name = `file-${i}`;
    builder.addTap(name, name);
    for (const [at, packet] of packets.entries()) builder.push(name, { ...packet, frame: at + 1, comments: [] });
  }
  return builder.timeline();
}

function isMarker({ linkType, data }: CapturePacket): boolean {
  const ip = decodeFrame(linkType, data).value?.ip;
  const udp = ip && decodeTransport(ip).value;
  return ip !== undefined && udp?.kind === 'udp' && markerOf({ ...udp, dst: ip.dst }) !== undefined;
}

const unmarked = (files: Files): Files => files.map((packets) => packets.filter((packet) => !isMarker(packet)));

const inTime = (packets: readonly CapturePacket[]) =>
  [...packets].sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));

/** In headers alone, as tcprewrite does: what stands in SIP and SDP stays. Every address gets another one, equal ones the same. */
function remapped(files: Files): Files {
  const at = { etherType: 12, ip: 14, src: 26, dst: 30 };
  return files.map((packets) =>
    packets.map((packet) => {
      const data = packet.data.slice();
      if (data[at.etherType] !== 8 || data[at.etherType + 1] !== 0) return packet;
      for (const from of [at.src, at.dst]) {
        for (const [i, key] of [0x5a, 0x33, 0x0f, 0x96].entries()) data[from + i] = (data[from + i] ?? 0) ^ key;
      }
      return { ...packet, data };
    }),
  );
}

/** As a recorder that begins a new file: behind a pause, so that no datagram is cut between its fragments. */
function halves(packets: readonly CapturePacket[]): readonly CapturePacket[][] {
  const pause = packets.findIndex(
    ({ timeNs }, i) => 2 * i >= packets.length && timeNs - (packets[i - 1]?.timeNs ?? timeNs) > 500_000n,
  );
  const at = pause === -1 ? packets.length : pause;
  return [packets.slice(0, at), packets.slice(at)];
}

const handedOn: Readonly<Record<string, (files: Files) => Files>> = {
  'names, comments and markers gone': (files) => files,
  'times in microseconds': (files) =>
    files.map((packets) => packets.map((packet) => ({ ...packet, timeNs: packet.timeNs - (packet.timeNs % 1000n) }))),
  'addresses remapped': remapped,
  'merged into one file': (files) => [inTime(files.flat())],
  'merged into one file, addresses remapped': (files) => remapped([inTime(files.flat())]),
  'each file cut in two': (files) => files.flatMap(halves),
  'several files in one, addresses remapped': (files) =>
    remapped([0, 1, 2].map((rest) => inTime(files.filter((_, i) => i % 3 === rest).flat()))),
};

describe.each(Object.entries(handedOn))('%s', (_, change) => {
  test.each(expected)('$id: $symptom', ({ id, symptom, consequences }) => {
    const found = findSymptoms(timelineOf(change(unmarked(captures.get(id) ?? []))));
    expect(found.symptom?.name ?? null).toBe(symptom);
    expect(found.consequences.map(({ name }) => name)).toEqual(consequences);
    if (symptom === null) expect(found.undecided).toBeNull();
  });
});

describe('markers prove nothing', () => {
  test.each(expected)('wherever the capture ends: $id', ({ id }) => {
    const files = captures.get(id) ?? [];
    const times = inTime(files.flat()).map(({ timeNs }) => timeNs);
    const names = (from: Files) => {
      const { symptom, consequences } = findSymptoms(timelineOf(from));
      return [symptom, ...consequences].map((one) => one?.name ?? null);
    };
    for (let share = 1; share <= 10; share++) {
      const end = times[Math.ceil((times.length * share) / 10) - 1] ?? 0n;
      const cut = files.map((packets) => packets.filter(({ timeNs }) => timeNs <= end));
      expect(names(cut)).toEqual(names(unmarked(cut)));
    }
  });
});
