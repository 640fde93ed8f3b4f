import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concat } from '../../lab/wire/bytes.ts';
import { portUnreachable, type UdpPacket, udpFragments, udpFrame, udpPacket } from '../../lab/wire/net/build.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../lab/wire/pcap/writer.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { COMPARED } from './fields.ts';
import { dns, floor, rtcp, rtp, sip } from './handmade.test-data.ts';
import { minimumOf } from './minimum.ts';
import { compareFolder } from './run.ts';
import { hasTshark } from './theirs.ts';

const four = { src: '172.18.0.2', dst: '172.18.0.3', ttl: 63, ipId: 7 };
const six = { src: 'fc00:10::2', dst: 'fc00:10::3', ttl: 62 };
const at = (port: number) => (payload: Uint8Array) => ({ srcPort: port, dstPort: port, payload });

describe.skipIf(!(await hasTshark()))(
  'packets that no call of the lab has (skipped where tshark is not installed)',
  () => {
    let scratch: string;
    beforeAll(async () => {
      scratch = await mkdtemp(join(tmpdir(), 'handmade-'));
      await mkdir(join(scratch, 'captures'));
    });
    afterAll(() => rm(scratch, { recursive: true }));

    async function compared(frames: readonly Uint8Array[]) {
      const blocks = frames.map((data, i) => enhancedPacket({ interfaceId: 0, timeNs: BigInt(i) * 1000n, data }));
      const file = concat([sectionHeader(), interfaceDescription({ linkType: 1, name: 'a-node' }), ...blocks]);
      await writeFile(join(scratch, 'captures', 'handmade.pcapng'), file);
      return compareFolder(join(scratch, 'captures'), scratch);
    }

    const datagrams = [...sip.map(at(5060)), ...rtcp.map(at(40001)), ...rtp.map(at(40000)), ...dns.map(at(53))];
    const large: UdpPacket = { ...four, ...at(5060)(sip[0] as Uint8Array) };
    const frames = [
      ...datagrams.flatMap((datagram) => [udpFrame({ ...four, ...datagram }), udpFrame({ ...six, ...datagram })]),
      ...udpFragments(large, 304),
      ...udpFragments({ ...large, ...six }, 304).reverse(),
      udpFrame({ ...large, vlans: [10, 20] }),
      portUnreachable(
        { ...four, src: four.dst, dst: four.src },
        udpPacket({ ...four, ...at(40000)(rtp[0] as Uint8Array) }),
      ),
      portUnreachable(
        { ...six, src: six.dst, dst: six.src },
        udpPacket({ ...six, ...at(40000)(rtp[0] as Uint8Array) }),
      ),
    ];

    test('are the same in every field', async () => {
      const { disagreements } = await compared(frames);
      expect(disagreements).toEqual([]);
    });

    test('floor messages of every kind, with every field', async () => {
      const { disagreements, packets } = await compared(
        floor.map((payload) => udpFrame({ ...four, ...at(40002)(payload) })),
      );
      expect(disagreements).toEqual([]);
      expect(packets.get('floor')).toBe(floor.length);
    });

    test('with the run, each field is compared somewhere', async () => {
      const all = [...frames, ...floor.map((payload) => udpFrame({ ...four, ...at(40002)(payload) }))];
      const { fields } = await compared(all);
      const run = (await minimumOf('run')).fields;
      expect(COMPARED.filter((field) => !fields.has(field) && !(field in run))).toEqual([]);
      expect(EXCEPTIONS.length).toBeLessThanOrEqual(10);
    });
  },
);
