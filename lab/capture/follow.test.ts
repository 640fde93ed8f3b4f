import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { followTaps, type LiveCapture } from './follow.ts';
import { at, classicFiles, flow, routes } from './scene.test-data.ts';

let folder: string;
let live: LiveCapture | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
});
afterEach(async () => {
  await live?.close();
  rmSync(folder, { recursive: true });
});

const hops = [
  at(0, 'a-edge', flow('10.244.0.5:5064 > 172.18.0.3:31070', { ttl: 64 })),
  at(30, 'a-node', flow('172.18.0.2:5064 > 172.18.0.3:31070', { ttl: 63 })),
];
const [edge, node] = [...classicFiles(hops).values()] as [Uint8Array, Uint8Array];

function taps() {
  return ['a-edge', 'a-node'].map((name) => ({ name, path: join(folder, `${name}.pcap`) }));
}
const path = (tap: string) => join(folder, `${tap}.pcap`);
const count = (n: number) => (timeline: { sightings: readonly unknown[] }) =>
  timeline.sightings.length >= n ? n : undefined;

describe('taps that are still recording', () => {
  test('are followed while their files grow, in the middle of packets too', async () => {
    writeFileSync(path('a-edge'), edge.subarray(0, 50));
    writeFileSync(path('a-node'), node.subarray(0, 24));
    live = await followTaps(taps());
    expect(live.timeline().sightings).toHaveLength(0);
    // So late that whoever slept until then would never come back.
    const seen = live.until(count(2), 600_000);
    await sleep(30);
    appendFileSync(path('a-edge'), edge.subarray(50));
    appendFileSync(path('a-node'), node.subarray(24));
    expect(await seen).toBe(2);
    expect(routes(live.timeline())).toEqual(['a-edge a-node']);
    expect(live.timeline().taps).toMatchObject([
      { tap: 'a-edge', path: path('a-edge'), drops: undefined, frames: 1 },
      {},
    ]);
  });

  test('may have no file yet', async () => {
    live = await followTaps(taps());
    const seen = live.until(count(1), 5000);
    await sleep(30);
    writeFileSync(path('a-edge'), edge);
    expect(await seen).toBe(1);
  });

  test('may share one file: each has its part, behind the header of all', async () => {
    const [shared] = classicFiles(
      [0, 10, 20].map((us) => at(us, 'shared', flow(`10.0.0.1:${us + 1} > 10.0.0.2:2`))),
    ).values();
    const bytes = shared as Uint8Array;
    const from = 24 + ((bytes.length - 24) / 3) * 2;
    // The header comes in pieces too.
    writeFileSync(path('all'), bytes.subarray(0, 10));
    live = await followTaps([{ name: 'last', path: path('all'), from }]);
    expect(live.timeline().sightings).toEqual([]);
    appendFileSync(path('all'), bytes.subarray(10));
    expect(live.timeline().sightings.map(({ srcPort }) => srcPort)).toEqual([21]);
  });

  test('larger than what is read at a time are read whole', async () => {
    const packets = Array.from({ length: 300 }, (_, n) => at(n, 'a', { payload: new Uint8Array(1000).fill(n) }));
    const [bytes] = classicFiles(packets).values();
    writeFileSync(path('large'), bytes as Uint8Array);
    live = await followTaps([{ name: 'large', path: path('large') }]);
    const { sightings } = live.timeline();
    expect(sightings.map(({ payload }) => payload[999])).toEqual(packets.map((_, n) => n % 256));
  });

  test('that cannot be opened for another reason than that they are not there are told', async () => {
    writeFileSync(path('file'), edge);
    live = await followTaps([{ name: 'a', path: join(path('file'), 'below') }]);
    expect(() => live?.timeline()).toThrow('ENOTDIR');
  });

  test('decide at once what is there already', async () => {
    writeFileSync(path('a-edge'), edge);
    live = await followTaps(taps());
    const before = performance.now();
    expect(await live.until(count(1), 5000)).toBe(1);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test('are looked at only when packets have come, and a last time when the time is over', async () => {
    writeFileSync(path('a-edge'), edge);
    live = await followTaps(taps());
    let looks = 0;
    const seen = await live.until(() => {
      looks += 1;
      return undefined;
    }, 120);
    expect(seen).toBeUndefined();
    expect(looks).toBe(2);
  });

  test('wait no longer than asked', async () => {
    live = await followTaps(taps());
    const before = performance.now();
    expect(await live.until(count(1), 50)).toBeUndefined();
    expect(performance.now() - before).toBeGreaterThanOrEqual(50);
  });

  test('serve several who wait', async () => {
    live = await followTaps(taps());
    const both = Promise.all([live.until(count(1), 5000), live.until(count(2), 5000)]);
    writeFileSync(path('a-edge'), edge);
    await sleep(40);
    writeFileSync(path('a-node'), node);
    expect(await both).toEqual([1, 2]);
  });

  test('pass on what a look throws', async () => {
    live = await followTaps(taps());
    const angry = live.until(() => {
      throw new Error('no such question');
    }, 1000);
    await expect(angry).rejects.toThrow('no such question');
  });

  test('are closed with what follows them', async () => {
    writeFileSync(path('a-edge'), edge);
    const open = () =>
      readdirSync('/proc/self/fd').filter((descriptor) => {
        try {
          return readlinkSync(`/proc/self/fd/${descriptor}`) === path('a-edge');
        } catch {
          return false;
        }
      });
    live = await followTaps(taps());
    live.timeline();
    expect(open()).toHaveLength(1);
    await live.close();
    expect(open()).toEqual([]);
  });

  test('keep what was seen after they are closed, and nobody waits any more', async () => {
    writeFileSync(path('a-edge'), edge);
    live = await followTaps(taps());
    live.timeline();
    const waiting = live.until(count(2), 60_000);
    await live.close();
    appendFileSync(path('a-edge'), edge.subarray(24));
    expect(await waiting).toBeUndefined();
    expect(live.timeline().sightings).toHaveLength(1);
  });
});
