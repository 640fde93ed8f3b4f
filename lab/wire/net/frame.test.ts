import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, put16 } from '../bytes.ts';
import { portUnreachable, type UdpPacket, udpFrame, udpPacket } from './build.ts';
import { checksum, onesSum } from './checksum.ts';
import { encodeEthernet, encodeIpv4, encodeIpv6, encodeUdp } from './encode.ts';
import { decodeFrame } from './frame.ts';
import { ETHER_TYPE, IP_PROTOCOL, LINK_TYPE } from './packet.ts';
import { decodeTransport } from './transport.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

const four: UdpPacket = {
  src: '10.244.0.5',
  dst: '172.18.0.3',
  srcPort: 5060,
  dstPort: 31070,
  payload: ascii('INVITE'),
  ttl: 63,
  ipId: 7,
  srcMac: '02:42:ac:12:00:02',
  dstMac: '02:42:ac:12:00:03',
};
const six: UdpPacket = { ...four, src: 'fd00::5', dst: 'fd00:10::3' };

function transportOf(linkType: number, bytes: Uint8Array) {
  const { value, faults } = decodeFrame(linkType, bytes);
  const inner = value?.ip && decodeTransport(value.ip);
  return { ip: value?.ip, transport: inner?.value, faults: [...faults, ...(inner?.faults ?? [])] };
}

describe('frames', () => {
  test.each([
    ['IPv4', four],
    ['IPv6', six],
  ])('carry UDP by %s', (_version, packet) => {
    const { value, faults } = decodeFrame(LINK_TYPE.ETHERNET, udpFrame(packet));
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ srcMac: packet.srcMac, dstMac: packet.dstMac, vlans: [] });
    expect(value?.ip).toMatchObject({ src: packet.src, dst: packet.dst, ttl: 63, protocol: 17 });
    const { transport } = transportOf(LINK_TYPE.ETHERNET, udpFrame(packet));
    expect(transport).toEqual({ kind: 'udp', srcPort: 5060, dstPort: 31070, payload: packet.payload });
  });

  const raw = udpPacket(four);
  const raw6 = udpPacket(six);
  const sll = concat([hex('0000 0001 0006 024242424242 0000 0800'), raw]);
  const sll2 = concat([hex('86dd 0000 00000002 0001 00 06 024242424242 0000'), raw6]);
  test.each<[string, number, Uint8Array, string]>([
    ['raw IPv4', LINK_TYPE.RAW, raw, ''],
    ['raw IPv6', LINK_TYPE.RAW, raw6, ''],
    ['raw IP in the numbering of some systems', 12, raw, ''],
    ['IPv4 alone', LINK_TYPE.IPV4, raw, ''],
    ['IPv6 alone', LINK_TYPE.IPV6, raw6, ''],
    ['Linux cooked', LINK_TYPE.LINUX_SLL, sll, '02:42:42:42:42:42'],
    [
      'Linux cooked, tagged',
      LINK_TYPE.LINUX_SLL,
      concat([sll.subarray(0, 14), hex('8100 000a 0800'), raw]),
      '02:42:42:42:42:42',
    ],
    ['Linux cooked v2', LINK_TYPE.LINUX_SLL2, sll2, '02:42:42:42:42:42'],
    ['loopback, little-endian', LINK_TYPE.NULL, concat([hex('02000000'), raw]), ''],
    ['loopback, big-endian', LINK_TYPE.LOOP, concat([hex('00000002'), raw]), ''],
    ['loopback, IPv6', LINK_TYPE.NULL, concat([hex('1e000000'), raw6]), ''],
    ['one VLAN', LINK_TYPE.ETHERNET, udpFrame({ ...four, vlans: [10] }), '02:42:ac:12:00:02'],
    ['VLAN in VLAN', LINK_TYPE.ETHERNET, udpFrame({ ...six, vlans: [10, 20] }), '02:42:ac:12:00:02'],
  ])('of link type %s are read', (_what, linkType, bytes, srcMac) => {
    const { ip, transport, faults } = transportOf(linkType, bytes);
    expect(faults).toEqual([]);
    expect(ip?.src).toBe(ip?.version === 6 ? 'fd00::5' : '10.244.0.5');
    expect(transport).toMatchObject({ kind: 'udp', dstPort: 31070 });
    expect(decodeFrame(linkType, bytes).value?.srcMac).toBe(srcMac);
  });

  test.each([
    ['ARP', encodeEthernet({ etherType: ETHER_TYPE.ARP }, new Uint8Array(28))],
    ['a length instead of a type (IEEE 802.3)', encodeEthernet({ etherType: 38 }, new Uint8Array(38))],
  ])('%s is no IP and no fault', (_what, bytes) => {
    expect(decodeFrame(LINK_TYPE.ETHERNET, bytes)).toMatchObject({ value: { ip: undefined }, faults: [] });
  });

  test('options of IPv4 stand before the payload, padding of the link behind it', () => {
    const options = hex('94040000');
    const packet = encodeIpv4({ ...four, protocol: IP_PROTOCOL.UDP, options }, encodeUdp(four, four.payload));
    const frame = concat([encodeEthernet({ etherType: ETHER_TYPE.IPV4 }, packet), new Uint8Array(18)]);
    const { transport, faults } = transportOf(LINK_TYPE.ETHERNET, frame);
    expect(faults).toEqual([]);
    expect(transport).toMatchObject({ payload: four.payload });
  });

  test('extension headers of IPv6 are walked through', () => {
    // Hop-by-hop of 16 bytes, then destination options of 8, authentication of 12 and an atomic fragment.
    const chain = hex('3c01000000000000 0000000000000000 3300000000000000 2c01000000000000 00000000 1100000000000009');
    const packet = encodeIpv6(
      { ...six, protocol: IP_PROTOCOL.UDP, extensions: { first: 0, bytes: chain } },
      encodeUdp(six, six.payload),
    );
    const { ip, transport, faults } = transportOf(LINK_TYPE.RAW, packet);
    expect(faults).toEqual([]);
    expect(ip).toMatchObject({ protocol: 17, ipId: 9 });
    expect(ip?.fragment).toBeUndefined();
    expect(transport).toMatchObject({ kind: 'udp', payload: six.payload });
  });

  test.each([
    ['IPv4', portUnreachable({ src: '172.18.0.3', dst: '10.244.0.5' }, raw), 3, 3],
    ['IPv6', portUnreachable({ src: 'fd00:10::3', dst: 'fd00::5' }, raw6), 1, 4],
  ])('an ICMP error by %s quotes the packet that it is about', (_version, frame, type, code) => {
    const { transport, ip, faults } = transportOf(LINK_TYPE.ETHERNET, frame);
    expect(faults).toEqual([]);
    const quoted = { protocol: 17, srcPort: 5060, dstPort: 31070, src: ip?.dst, dst: ip?.src };
    expect(transport).toMatchObject({ kind: 'icmp', type, code, quoted });
  });

  test('a quote of 28 bytes has ports, a shorter one and one of a later fragment have none', () => {
    const error = (about: Uint8Array) =>
      transportOf(LINK_TYPE.ETHERNET, portUnreachable({ src: '1.1.1.1', dst: '2.2.2.2' }, about)).transport;
    const later = encodeIpv4({ ...four, protocol: 17, fragment: { offset: 8, more: false } }, new Uint8Array(8));
    expect(error(raw.subarray(0, 28))).toMatchObject({ quoted: { srcPort: 5060, dstPort: 31070 } });
    expect(error(raw.subarray(0, 20))).toMatchObject({ quoted: { src: four.src, srcPort: 0, dstPort: 0 } });
    expect(error(later)).toMatchObject({ quoted: { srcPort: 0, dstPort: 0 } });
    expect(error(raw.subarray(0, 10))).toMatchObject({ quoted: undefined });
  });

  test('an echo quotes nothing', () => {
    const echo = encodeIpv4({ ...four, protocol: IP_PROTOCOL.ICMP }, hex('0800f7ff00000000'));
    expect(transportOf(LINK_TYPE.RAW, echo).transport).toMatchObject({ kind: 'icmp', type: 8, quoted: undefined });
  });

  test('TCP is left alone', () => {
    const tcp = encodeIpv4({ ...four, protocol: IP_PROTOCOL.TCP }, new Uint8Array(20));
    expect(transportOf(LINK_TYPE.RAW, tcp)).toMatchObject({ transport: { kind: 'other', protocol: 6 }, faults: [] });
  });
});

describe('faults of frames', () => {
  const frame = udpFrame(four);
  const changed = (at: number, value: number) => {
    const copy = frame.slice();
    put16(copy, at, value);
    return copy;
  };

  test.each<[string, number, Uint8Array, string]>([
    ['an unknown link', 147, frame, 'net/link-type'],
    ['a short Ethernet header', LINK_TYPE.ETHERNET, frame.subarray(0, 13), 'net/link-short'],
    ['a short VLAN tag', LINK_TYPE.ETHERNET, udpFrame({ ...four, vlans: [1] }).subarray(0, 15), 'net/link-short'],
    ['a short IPv4 header', LINK_TYPE.ETHERNET, frame.subarray(0, 33), 'net/ip-short'],
    ['a version that the link does not announce', LINK_TYPE.ETHERNET, changed(14, 0x6500), 'net/ip-version'],
    ['a header of four words', LINK_TYPE.ETHERNET, changed(14, 0x4400), 'net/ip-header-length'],
    ['a total length below the header', LINK_TYPE.ETHERNET, changed(16, 19), 'net/ip-total-length'],
    ['a packet cut off by the recorder', LINK_TYPE.ETHERNET, frame.subarray(0, 44), 'net/ip-truncated'],
    ['a wrong checksum', LINK_TYPE.ETHERNET, changed(24, 1), 'net/ip-checksum'],
    ['a UDP length below its header', LINK_TYPE.ETHERNET, changed(38, 7), 'net/udp-length'],
    ['a short IPv6 header', LINK_TYPE.ETHERNET, udpFrame(six).subarray(0, 50), 'net/ip-short'],
    [
      'an extension header past the end',
      LINK_TYPE.RAW,
      encodeIpv6({ ...six, protocol: 17, extensions: { first: 0, bytes: hex('11ff000000000000') } }, new Uint8Array()),
      'net/ip-extension',
    ],
  ])('%s', (_what, linkType, bytes, code) => {
    expect(transportOf(linkType, bytes).faults.map((fault) => fault.code)).toContain(code);
  });

  test('what a recorder cut off leaves what is there', () => {
    const { transport, faults } = transportOf(LINK_TYPE.ETHERNET, frame.subarray(0, 44));
    expect(transport).toMatchObject({ kind: 'udp', srcPort: 5060, payload: ascii('IN') });
    expect(faults.map(({ code }) => code)).toEqual(['net/ip-truncated', 'net/udp-truncated']);
  });

  test('random bytes never throw', () => {
    const links = fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276, 999);
    const header = fc.constantFrom(
      hex('4500'),
      hex('6000'),
      hex(`${'00'.repeat(12)}08004500`),
      hex(`${'00'.repeat(12)}86dd60`),
    );
    const bytes = fc.tuple(header, fc.uint8Array({ maxLength: 120 })).map((parts) => concat(parts));
    fc.assert(
      fc.property(links, bytes, (linkType, random) => {
        const { ip, transport, faults } = transportOf(linkType, random);
        if (ip !== undefined) expect(transport !== undefined || faults.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the Internet checksum', () => {
  test('of the example in RFC 1071 3', () => {
    expect(onesSum(hex('0001f203f4f5f6f7'))).toBe(0xddf2);
  });

  test('of what contains it is zero', () => {
    const bytes = fc.uint8Array({ minLength: 2, maxLength: 60 }).filter(({ length }) => length % 2 === 0);
    fc.assert(
      fc.property(bytes, (random) => {
        const sum = new Uint8Array(2);
        put16(sum, 0, checksum(random));
        expect(checksum(concat([random, sum]))).toBe(0);
      }),
    );
  });
});
