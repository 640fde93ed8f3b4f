import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCaptures } from '../capture/files.ts';
import { concat } from '../wire/bytes.ts';
import { udpFragments, udpFrame, udpPacket } from '../wire/net/build.ts';
import { encodeEthernet, encodeIcmpError, encodeIpv4 } from '../wire/net/encode.ts';
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from '../wire/pcap/writer.ts';
import { toBytes } from '../wire/sip/text.ts';
import { redactCapture } from './capture.ts';
import { Identities } from './identities.ts';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lab-redact-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const packet = { src: '192.0.2.10', dst: '198.51.100.7', srcPort: 5060, dstPort: 5060 };
const options = `OPTIONS sip:carol@agency.gov SIP/2.0\r\nSubject: ${'alice and bob '.repeat(200)}\r\nContent-Length: 0\r\n\r\n`;

async function redacted(frames: readonly Uint8Array[], tail: Uint8Array = new Uint8Array()) {
  const [from, to] = [join(scratch, 'from.pcapng'), join(scratch, 'to.pcapng')];
  const blocks = frames.map((data, i) =>
    enhancedPacket({ interfaceId: 0, timeNs: BigInt(i) * 1000n, data, comments: ['seen by alice'] }),
  );
  const head = [sectionHeader({ comment: 'of alice', application: 'alice’s recorder' })];
  const described = interfaceDescription({ linkType: 1, name: 'alice-eth0' });
  const drops = interfaceStatistics({ interfaceId: 0, timeNs: 0n, drops: 7 });
  await writeFile(from, concat([...head, described, ...blocks, drops, tail]));
  const frames2 = await redactCapture(from, to, new Identities('a key for tests'), () => 'interface-1');
  return { frames: frames2, bytes: await readFile(to), timeline: await readCaptures([to]) };
}

test('a message in fragments is redacted as one, and is one afterwards', async () => {
  const fragments = udpFragments({ ...packet, payload: toBytes(options), ipId: 77 }, 600);
  expect(fragments.length).toBeGreaterThan(3);
  const { timeline, bytes } = await redacted(fragments);
  expect(timeline.sightings.map(({ content }) => content.protocol)).toEqual(['sip']);
  expect(timeline.sightings[0]?.payload.length).toBe(options.length);
  for (const secret of ['carol', 'agency', 'alice', 'bob']) expect(bytes.includes(secret), secret).toBe(false);
});

test('of a message whose last fragment is missing nothing but ports is left', async () => {
  const fragments = udpFragments({ ...packet, payload: toBytes(options), ipId: 77 }, 600).slice(0, -1);
  const { bytes, frames } = await redacted(fragments);
  expect(frames).toBe(fragments.length);
  for (const secret of ['OPTIONS', 'carol', 'alice', 'bob']) expect(bytes.includes(secret), secret).toBe(false);
});

test('comments, interface names and recorders are left behind; drops are told, times and numbers kept', async () => {
  const { timeline, bytes } = await redacted([udpFrame({ ...packet, payload: toBytes(options.slice(0, 400)) })]);
  expect(bytes.includes('alice')).toBe(false);
  expect(timeline.taps[0]).toMatchObject({ tap: 'interface-1', drops: 7, truncated: false, frames: 1 });
  expect(timeline.sightings[0]).toMatchObject({ frame: 1, timeNs: 0n, srcPort: 5060 });
});

test('a file that ends in the middle of a packet still does', async () => {
  const { timeline } = await redacted(
    [udpFrame({ ...packet, payload: toBytes('x') })],
    Uint8Array.of(6, 0, 0, 0, 64, 0, 0, 0, 0),
  );
  expect(timeline.taps[0]?.truncated).toBe(true);
});

test('an ICMP error quotes the redacted packet', async () => {
  const quoted = udpPacket({ ...packet, payload: toBytes(options.slice(0, 300)) }).subarray(0, 120);
  const error = encodeIcmpError({ src: packet.dst, dst: packet.src, type: 3, code: 3 }, quoted);
  const ip = encodeIpv4({ src: packet.dst, dst: packet.src, protocol: 1 }, error);
  const both = await redacted([
    udpFrame({ ...packet, payload: toBytes('x') }),
    encodeEthernet({ etherType: 0x0800 }, ip),
  ]);
  const [sent, back] = both.timeline.sightings;
  expect(back?.content).toMatchObject({
    protocol: 'icmp',
    type: 3,
    quoted: { src: sent?.src, dst: sent?.dst, srcPort: 5060 },
  });
  expect(both.bytes.includes('carol')).toBe(false);
});

test('ARP, TCP and what nobody knows: addresses and contents go, kinds stay', async () => {
  const arp = Uint8Array.from([
    0, 1, 8, 0, 6, 4, 0, 1, 2, 66, 192, 0, 2, 10, 192, 0, 2, 10, 0, 0, 0, 0, 0, 0, 198, 51, 100, 7,
  ]);
  const segment = concat([
    new Uint8Array(12),
    Uint8Array.of(0x50, 0x18),
    new Uint8Array(6),
    toBytes('password hunter2'),
  ]);
  const { bytes } = await redacted([
    encodeEthernet({ etherType: 0x0806, src: '02:42:c0:00:02:0a' }, arp),
    encodeEthernet({ etherType: 0x0800 }, encodeIpv4({ src: packet.src, dst: packet.dst, protocol: 6 }, segment)),
    encodeEthernet({ etherType: 0x88cc }, toBytes('switch of alice')),
    udpFrame({ ...packet, dstPort: 514, payload: toBytes('<13>login of alice') }),
  ]);
  for (const secret of ['hunter2', 'alice', 'switch', 'login']) expect(bytes.includes(secret), secret).toBe(false);
  for (const address of [
    [192, 0, 2, 10],
    [198, 51, 100, 7],
    [2, 66, 192, 0, 2, 10],
  ]) {
    expect(bytes.includes(Uint8Array.from(address)), address.join('.')).toBe(false);
  }
});

test('the same datagram on both sides of a translation is still the same', async () => {
  const payload = toBytes(options.slice(0, 300));
  const before = udpFrame({ ...packet, src: '10.244.0.5', payload, ttl: 64, ipId: 5 });
  const after = udpFrame({ ...packet, src: '172.18.0.2', payload, ttl: 63, ipId: 5 });
  const { timeline } = await redacted([before, after]);
  expect(timeline.journeys.length).toBe(1);
  expect(new Set(timeline.sightings.map(({ src }) => src)).size).toBe(2);
});
