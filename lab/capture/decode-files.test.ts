import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { udpFragments } from '../wire/net/build.ts';
import { encodeEthernet, encodeIpv4 } from '../wire/net/encode.ts';
import { ETHER_TYPE, IP_PROTOCOL } from '../wire/net/packet.ts';
import { decodeFiles } from './decode-files.ts';
import { at, flow, pcapngOf, type Recorded } from './scene.test-data.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function decoded(recorded: readonly Recorded[]) {
  const path = join(folder, 'all.pcapng');
  await writeFile(path, pcapngOf(recorded));
  return decodeFiles([path]);
}

const macs = { src: '02:00:00:00:00:01', dst: 'ff:ff:ff:ff:ff:ff' };
const arp = encodeEthernet({ ...macs, etherType: ETHER_TYPE.ARP }, new Uint8Array(28));
const ports = Uint8Array.from([0x1f, 0x90, 0x00, 0x50, ...new Array(16).fill(0)]);
const tcp = encodeEthernet(
  { etherType: ETHER_TYPE.IPV4 },
  encodeIpv4({ src: '10.0.0.1', dst: '10.0.0.2', protocol: IP_PROTOCOL.TCP }, ports),
);

describe('capture files, a line a packet', () => {
  test('have lines of packets that are on no timeline, in time order', async () => {
    const { lines, taps } = await decoded([
      at(30, 'b', flow('10.0.0.1:5060 > 10.0.0.2:5060', { ttl: 63 })),
      at(0, 'a', arp),
      at(20, 'a', flow('10.0.0.1:5060 > 10.0.0.2:5060')),
      at(10, 'a', tcp),
    ]);
    expect(lines.map(({ tap, frame, src, dst }) => `${tap} ${frame} ${src} > ${dst}`)).toEqual([
      'a 1 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff',
      'a 2 10.0.0.1:8080 > 10.0.0.2:80',
      'a 3 10.0.0.1:5060 > 10.0.0.2:5060',
      'b 4 10.0.0.1:5060 > 10.0.0.2:5060',
    ]);
    expect(lines[0]).toMatchObject({ protocol: 'other', etherType: '0x0806', frameLength: 42 });
    expect(lines[1]).toMatchObject({ protocol: 'other', ipProtocol: 6, ttl: 64, frameLength: 54 });
    expect(lines[1]).not.toHaveProperty('fragment');
    expect(taps.map(({ frames }) => frames)).toEqual([1, 3]);
  });

  test('have a line for every fragment, and the datagram at the last', async () => {
    const datagram = {
      src: '10.0.0.1',
      dst: '10.0.0.2',
      srcPort: 1,
      dstPort: 2,
      ipId: 9,
      payload: new Uint8Array(3000),
    };
    const frames = udpFragments(datagram, 1500);
    const { lines } = await decoded(frames.map((frame, i) => at(i, 'a', frame)));
    expect(lines).toMatchObject([
      { src: '10.0.0.1:1', fragment: { ipId: 9, offset: 0, more: true } },
      { src: '10.0.0.1', fragment: { ipId: 9, offset: 1480, more: true } },
      { src: '10.0.0.1:1', length: 3000 },
    ]);
  });

  test('have a line for what cannot be read', async () => {
    const { lines } = await decoded([at(0, 'a', arp.subarray(0, 9))]);
    expect(lines).toMatchObject([{ tap: 'a', frame: 1, src: '', dst: '', protocol: 'other', frameLength: 9 }]);
    expect(lines[0]).not.toHaveProperty('etherType');
  });

  const ip = (protocol: number, payload: Uint8Array, fragment?: { offset: number; more: boolean }) => {
    const fields = { src: '10.0.0.1', dst: '10.0.0.2', protocol, ...(fragment === undefined ? {} : { fragment }) };
    return encodeEthernet({ etherType: ETHER_TYPE.IPV4 }, encodeIpv4(fields, payload));
  };

  test.each<[string, Uint8Array, string]>([
    ['TCP whose ports alone are there', ip(IP_PROTOCOL.TCP, ports.subarray(0, 4)), '10.0.0.1:8080 > 10.0.0.2:80'],
    ['TCP cut short before', ip(IP_PROTOCOL.TCP, ports.subarray(0, 3)), '10.0.0.1 > 10.0.0.2'],
    [
      'a first fragment',
      ip(IP_PROTOCOL.TCP, ports.subarray(0, 8), { offset: 0, more: true }),
      '10.0.0.1:8080 > 10.0.0.2:80',
    ],
    ['a later one', ip(IP_PROTOCOL.TCP, ports.subarray(0, 8), { offset: 8, more: true }), '10.0.0.1 > 10.0.0.2'],
    ['GRE', ip(47, ports), '10.0.0.1 > 10.0.0.2'],
  ])('have ports where they are: %s', async (_what, frame, ends) => {
    const { lines } = await decoded([at(0, 'a', frame)]);
    expect(lines.map(({ src, dst }) => `${src} > ${dst}`)).toEqual([ends]);
  });

  test('of one moment are in the order of their kind', async () => {
    const { lines } = await decoded([at(5, 'a', arp), at(5, 'a', flow('10.0.0.1:1 > 10.0.0.2:2')), at(0, 'b', arp)]);
    expect(lines.map(({ tap, frame }) => `${tap} ${frame}`)).toEqual(['b 1', 'a 3', 'a 2']);
  });
});
