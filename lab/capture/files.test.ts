import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabError } from '../errors.ts';
import { concat } from '../wire/bytes.ts';
import { partToPcapng } from '../wire/pcap/convert.ts';
import { classicHeader, interfaceDescription, interfaceStatistics, sectionHeader } from '../wire/pcap/writer.ts';
import { mediaBySize, readCaptures } from './files.ts';
import { at, classicFiles, flow, pcapngOf, routes } from './scene.test-data.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const hops = [
  at(0, 'a-edge', flow('10.244.0.5:5064 > 172.18.0.3:31070', { ttl: 64 })),
  at(30, 'a-node', flow('172.18.0.2:5064 > 172.18.0.3:31070', { ttl: 63 })),
];

describe('capture files', () => {
  test('of the lab: interfaces are taps, drops are known, journeys go across files', async () => {
    const paths: string[] = [];
    for (const [tap, bytes] of classicFiles(hops)) {
      const path = await file(`${tap}.pcap`, bytes);
      const to = join(folder, `${tap}.pcapng`);
      partToPcapng({ path, from: 24, to: bytes.length }, to, tap, tap === 'a-node' ? 36 : 0);
      paths.push(to);
    }
    const timeline = await readCaptures(paths);
    expect(timeline.taps).toEqual([
      { tap: 'a-edge', path: paths[0], drops: 0, truncated: false, frames: 1 },
      { tap: 'a-node', path: paths[1], drops: 36, truncated: false, frames: 1 },
    ]);
    expect(routes(timeline)).toEqual(['a-edge a-node']);
  });

  test('of others: a classic file is a tap of its name, drops unknown', async () => {
    const [bytes] = classicFiles(hops).values();
    const path = await file('from.them.pcap', bytes as Uint8Array);
    const timeline = await readCaptures([path]);
    expect(timeline.taps).toEqual([{ tap: 'from.them', path, drops: undefined, truncated: false, frames: 1 }]);
  });

  test('with several interfaces are several taps, and frames are numbered as in the file', async () => {
    const path = await file('all.pcapng', pcapngOf(hops));
    const timeline = await readCaptures([path]);
    expect(timeline.taps.map(({ tap, frames }) => [tap, frames])).toEqual([
      ['a-edge', 1],
      ['a-node', 1],
    ]);
    expect(timeline.sightings.map(({ tap, frame }) => [tap, frame])).toEqual([
      ['a-edge', 1],
      ['a-node', 2],
    ]);
    expect(routes(timeline)).toEqual(['a-edge a-node']);
  });

  test('that name their interfaces alike, or not at all, are told apart', async () => {
    const named = (...names: string[]) =>
      concat([sectionHeader(), ...names.map((name) => interfaceDescription({ linkType: 1, name }))]);
    const nameless = concat([
      sectionHeader(),
      interfaceDescription({ linkType: 1 }),
      interfaceDescription({ linkType: 1 }),
    ]);
    const paths = [
      await file('one.pcapng', named('eth0')),
      await file('two.pcapng', named('eth0', 'eth0')),
      await file('three.pcapng', nameless),
    ];
    const names = (await readCaptures(paths)).taps.map(({ tap }) => tap);
    expect(names).toEqual(['eth0', 'eth0@two', 'eth0@two~2', 'three', 'three~2']);
  });

  test('can be called after their files whatever their interfaces are called', async () => {
    const path = await file('theirs.pcapng', pcapngOf([at(0, 'eth0', {})]));
    const timeline = await readCaptures([path], { tapNames: 'file' });
    expect(timeline.taps.map(({ tap }) => tap)).toEqual(['theirs']);
  });

  test('cut off in the middle of a packet say so and give what is whole', async () => {
    const bytes = pcapngOf([...hops, at(40, 'a-node', {})]);
    const path = await file('cut.pcapng', bytes.subarray(0, -10));
    const timeline = await readCaptures([path]);
    expect(timeline.taps.map(({ truncated }) => truncated)).toEqual([true, true]);
    expect(timeline.sightings).toHaveLength(2);
    for (const missing of [1, 9]) {
      const less = await file('less.pcapng', bytes.subarray(0, -missing));
      expect((await readCaptures([less])).taps.map(({ truncated }) => truncated)).toEqual([true, true]);
    }
    const [classic] = classicFiles(hops).values();
    const half = await file('half.pcap', (classic as Uint8Array).subarray(0, 30));
    expect((await readCaptures([half])).taps).toMatchObject([{ tap: 'half', truncated: true, frames: 0 }]);
  });

  test('cut off before the first interface are a tap that saw nothing', async () => {
    const path = await file('early.pcap', classicHeader(1).subarray(0, 10));
    const timeline = await readCaptures([path]);
    expect(timeline.taps).toEqual([{ tap: 'early', path, drops: undefined, truncated: true, frames: 0 }]);
  });

  test('of a tap without packets keep its drops', async () => {
    const statistics = interfaceStatistics({ interfaceId: 0, timeNs: 0n, drops: 5 });
    const path = await file(
      'a.pcapng',
      concat([sectionHeader(), interfaceDescription({ linkType: 1, name: 'a' }), statistics]),
    );
    expect((await readCaptures([path])).taps).toMatchObject([{ tap: 'a', drops: 5, frames: 0 }]);
  });

  test('larger than one piece are read whole', async () => {
    const packets = Array.from({ length: 300 }, (_, i) =>
      at(i * 1000, 'a', { payload: new Uint8Array(10_000).fill(i) }),
    );
    const path = await file('large.pcapng', pcapngOf(packets));
    const timeline = await readCaptures([path]);
    expect(timeline.sightings).toHaveLength(300);
    expect(timeline.taps).toMatchObject([{ frames: 300, truncated: false }]);
    expect(timeline.sightings.at(-1)).toMatchObject({ frame: 300, payload: new Uint8Array(10_000).fill(299) });
  });

  test.each([
    ['text', 'INVITE sip:a@b SIP/2.0'],
    ['nothing', ''],
    ['three bytes', 'abc'],
  ])('that hold %s are no captures', async (_what, text) => {
    const path = await file('text.txt', new TextEncoder().encode(text));
    const error: unknown = await readCaptures([path]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ code: 'CAPTURE-FORMAT', where: path, exitCode: 2 });
  });

  test('are closed when they have been read', async () => {
    const path = await file('all.pcapng', pcapngOf(hops));
    await readCaptures([path]);
    const open = readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`);
      } catch {
        return undefined;
      }
    });
    expect(open).not.toContain(path);
  });

  test('of more than 64 MiB together are best read in outline', async () => {
    const sized = async (name: string, bytes: number) => {
      const path = await file(name, new Uint8Array());
      await truncate(path, bytes);
      return path;
    };
    const half = 32 * 1024 * 1024;
    const [one, other, more] = [await sized('1', half), await sized('2', half), await sized('3', half + 1)];
    expect(await mediaBySize([one])).toBe('every');
    expect(await mediaBySize([one, other])).toBe('every');
    expect(await mediaBySize([one, more])).toBe('outline');
    expect(await mediaBySize([join(folder, 'missing'), one, more])).toBe('outline');
  });

  test('that are not there are told by their path', async () => {
    const path = join(folder, 'missing.pcap');
    await expect(readCaptures([path])).rejects.toMatchObject({ code: 'CAPTURE-READ', where: path });
  });
});
