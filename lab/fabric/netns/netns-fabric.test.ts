import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packetsWith } from '../contract/packets.ts';
import { netnsFabric } from './netns-fabric.ts';
import { inside, isolation, rootlessPossible } from './trial/inside.ts';
import { trialSpec } from './trial/spec.ts';

test('outside of the outer namespace nothing is touched', async () => {
  await expect(netnsFabric().up(trialSpec)).rejects.toMatchObject({ code: 'not-isolated', exitCode: 70 });
});

const rootless = await rootlessPossible();
const users = (['same', 'nobody'] as const).filter((user) => user === 'same' || rootless);

interface Recording {
  readonly ended: readonly (number | string)[];
  readonly table: string;
  readonly counts: readonly { drops: number; captured: number; received: number }[];
  readonly again: object;
  readonly namespaces: readonly string[];
}

describe.skipIf(isolation.how === 'no').each(users)('a fabric of user %s', (user) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcx-fabric-'));
    chmodSync(folder, 0o777);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('records both sides of a translation, between markers', async () => {
    const seen = await inside<Recording>('recording', folder, user);
    const at = (tap: string, text: string) => packetsWith(join(folder, `${tap}.pcap`), text);
    expect(seen.ended).toEqual([0, 0]);
    expect(seen.counts.map(({ drops }) => drops)).toEqual(seen.counts.map(() => 0));
    expect(seen.again).toEqual(seen.counts[0]);
    expect(seen.namespaces).toEqual([]);

    const [pod] = await at('a-edge', 'hello');
    const port = pod?.srcPort ?? 0;
    expect(pod).toEqual({ src: '10.244.0.5', srcPort: port, dst: '172.18.0.3', dstPort: 31060 });
    const translated = { src: '172.18.0.2', srcPort: port, dst: '172.18.0.3', dstPort: 31060 };
    for (const tap of ['a-node', 'bridge', 'b-node']) expect(await at(tap, 'hello')).toEqual([translated]);
    expect(await at('b-edge', 'hello')).toEqual([{ ...translated, dst: '10.244.0.25', dstPort: 5062 }]);
    expect(await at('a-ue-1', 'hello')).toEqual([]);
    expect(seen.table).toMatch(new RegExp(`src=10\\.244\\.0\\.5 dst=172\\.18\\.0\\.3 sport=${port} dport=31060`));
  });

  test('every tap of a marked place has each marker once, and no table has an entry of it', async () => {
    const seen = await inside<Recording>('recording', folder, user);
    const eth0 = ['a-edge', 'a-mcx', 'a-node', 'b-node', 'b-edge', 'a-access', 'a-ue-1', 'bridge'];
    for (const tap of [...eth0, 'a-mcx-lo']) {
      for (const marker of ['mark 1', 'mark 12']) {
        const packets = await packetsWith(join(folder, `${tap}.pcap`), marker);
        const group = tap === 'a-mcx-lo' ? '224.0.0.124' : '224.0.0.123';
        expect({ tap, marker, to: packets.map(({ dst }) => dst) }).toEqual({ tap, marker, to: [group] });
      }
    }
    expect(await packetsWith(join(folder, 'a-mcx-lo.pcap'), 'inner')).toMatchObject([{ src: '127.0.0.1', dstPort: 9 }]);
    expect(seen.table).not.toContain('224.0.0');
  });

  test('processes live in sessions of their own and end with all they started', async () => {
    const seen = await inside<Record<string, unknown>>('processes', folder, user);
    expect(seen).toMatchObject({
      // Permission denied where a directory of the PATH may not be read.
      missing: expect.stringMatching(/could not be started: no-such-command: (No such file|Permission denied)/),
      codes: [7, 'SIGKILL', 3, 'SIGTERM'],
      ownSession: true,
      said: 'got this',
      talked: { code: 5, stderr: 'no\n' },
      left: 0,
    });
    expect(seen.stopMs).toBeGreaterThanOrEqual(99);
    expect(seen.stopMs).toBeLessThan(1500);
    // Several processes write to this log: the order of their lines is theirs.
    expect(String(seen.log).split('\n')).toEqual(expect.arrayContaining(['out', 'err']));
  });

  test('links lose, shape and cut packets; what the kernel cannot do is said', async () => {
    const seen = await inside<Record<string, number | string>>('impairments', folder, user);
    expect(seen).toMatchObject({ before: 1, cut: 0, shaped: 10, after: 20, nowhere: 'impairment-not-applicable' });
    // 200 packets at one half: outside of this range once in 10^12 runs.
    expect(seen.half).toBeGreaterThan(50);
    expect(seen.half).toBeLessThan(150);
    // 10 packets of 1044 bytes, less one burst, at 400 kbit/s.
    expect(seen.shapedMs).toBeGreaterThan(150);
    expect(['no error', 'impairment-not-applicable']).toContain(seen.netem);
    // The place's own tap shows what it sent, and markers pass.
    const impaired = join(folder, 'impaired.pcap');
    expect(await packetsWith(impaired, 'cut-0')).toHaveLength(1);
    expect(await packetsWith(impaired, 'mark 5')).toHaveLength(1);
  });

  test('a full disk is an error of the recording, with a name', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'mcx-disk-'));
    chmodSync(disk, 0o777);
    expect(await inside('disk-full', disk, user)).toEqual({ stop: 'tap-disk-full', start: 'tap-ended' });
    rmSync(disk, { recursive: true });
  });

  test('two fabrics of one outer namespace do not meet', async () => {
    expect(await inside('neighbours', folder, user)).toEqual({ seen: [true, false], left: 9, end: 0 });
  });

  test('rebuilt in the same places, or with a pod put back, it is as if built so, and who lives there lives on', async () => {
    const seen = await inside<Record<string, unknown>>('rebuilding', folder, user);
    expect(seen).toMatchObject({ alive: 'alive', ended: 'SIGTERM', gone: 'SIGTERM', refused: true });
    expect(seen).toMatchObject({ others: [['b-edge'], ['b-edge'], ['b-edge']], untouched: [] });
    expect(seen.after).toEqual(seen.anew);
    expect(seen.restored).toEqual(seen.anew);
    const packet = { srcPort: expect.any(Number), dst: '10.11.0.25', dstPort: 5062 };
    for (const tap of ['rebuilt', 'restored']) {
      const file = join(folder, `${tap}.pcap`);
      expect(await packetsWith(file, 'rebuilt')).toEqual([{ src: '10.10.0.5', ...packet }]);
      for (const marker of ['mark 1', 'mark 2']) expect(await packetsWith(file, marker)).toHaveLength(1);
    }
  }, 60_000);

  test('Services that change at once change one after the other', async () => {
    expect(await inside('services-at-once', folder, user)).toEqual([true, true, false]);
  });

  test('wrong use has names', async () => {
    expect(await inside('wrong-use', folder, user)).toEqual({
      insideOuter: true,
      placeIsOther: true,
      place: 'unknown-place',
      cluster: 'unknown-cluster',
      marker: 'unknown-place',
      spec: 'fabric-spec',
    });
  });
});
