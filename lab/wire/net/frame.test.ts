import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, put16 } from '../bytes.ts';
import { ipv4Bytes, ipv6Bytes } from './address.ts';
import { portUnreachable, type UdpPacket, udpFragments, udpFrame, udpPacket } from './build.ts';
import { checksum, onesSum } from './checksum.ts';
import { encodeEthernet, encodeIcmpError, encodeIpv4, encodeIpv6, encodeUdp } from './encode.ts';
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
    [
      'Linux cooked v2, tagged',
      LINK_TYPE.LINUX_SLL2,
      concat([hex('8100'), sll2.subarray(2, 20), hex('000a 86dd'), raw6]),
      '02:42:42:42:42:42',
    ],
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

  test('the tags of a frame are told, without their priorities', () => {
    const tagOf = (type: string, rest = '0806') =>
      decodeFrame(LINK_TYPE.ETHERNET, hex(`000000000001 000000000002 ${type} e00a ${rest}`));
    for (const type of ['8100', '88a8', '9100'])
      expect(tagOf(type)).toMatchObject({ value: { vlans: [10], etherType: 0x0806 }, faults: [] });
    expect(tagOf('88a8', '8100 0014 0806').value?.vlans).toEqual([10, 20]);
    expect(tagOf('8101', '0806').value).toMatchObject({ vlans: [], etherType: 0x8101 });
  });

  test.each<[string, number, Uint8Array, number | undefined]>([
    ['Ethernet', LINK_TYPE.ETHERNET, hex('000000000001 000000000002 0806'), 0x0806],
    ['Ethernet with the least type there is', LINK_TYPE.ETHERNET, hex('000000000001 000000000002 0600'), 0x0600],
    ['Linux cooked', LINK_TYPE.LINUX_SLL, hex('0000 0304 0000 0000000000000000 0806'), 0x0806],
    ['Linux cooked v2', LINK_TYPE.LINUX_SLL2, hex('0806 0000 00000002 0304 00 00 0000000000000000'), 0x0806],
    ['loopback', LINK_TYPE.NULL, hex('02000000'), undefined],
    ['raw', LINK_TYPE.RAW, new Uint8Array(), undefined],
    ['raw, of a version that is none', LINK_TYPE.RAW, hex('50'), undefined],
  ])('%s with nothing behind its header is whole', (_what, linkType, bytes, etherType) => {
    const { value, faults } = decodeFrame(linkType, bytes);
    expect(faults).toEqual([]);
    expect(value?.etherType).toBe(etherType);
  });

  test.each([
    ['Linux cooked', LINK_TYPE.LINUX_SLL, '0000 0304 0000 024242424242 0000 0806'],
    ['Linux cooked v2', LINK_TYPE.LINUX_SLL2, '0806 0000 00000002 0304 00 00 024242424242 0000'],
  ])('%s without an address of six octets has none', (_what, linkType, text) => {
    expect(decodeFrame(linkType, hex(text)).value).toMatchObject({ srcMac: '', dstMac: '' });
  });

  test.each(['0000000a', '18000000', '0000001c', '1e000000'])('loopback of family %s is IPv6', (family) => {
    expect(transportOf(LINK_TYPE.NULL, concat([hex(family), raw6])).ip?.version).toBe(6);
  });

  test('loopback of another family is no IP', () => {
    expect(decodeFrame(LINK_TYPE.NULL, concat([hex('07000000'), raw])).value).toMatchObject({ etherType: undefined });
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

  test.each([
    ['IPv4', encodeIpv4({ ...four, protocol: IP_PROTOCOL.TCP }, new Uint8Array()), 4],
    ['IPv6', encodeIpv6({ ...six, protocol: IP_PROTOCOL.TCP }, new Uint8Array()), 6],
  ])('%s with nothing behind its header is whole', (_version, bytes, version) => {
    const { ip, faults } = transportOf(LINK_TYPE.RAW, bytes);
    expect(faults).toEqual([]);
    expect(ip).toMatchObject({ version, payload: new Uint8Array() });
  });

  test('a length of 0 is up to the end: the network card cuts the packet up later', () => {
    const long = udpFrame(four);
    put16(long, 16, 0);
    const { transport, faults } = transportOf(LINK_TYPE.ETHERNET, long);
    expect(faults.map(({ code }) => code)).toEqual(['net/ip-checksum']);
    expect(transport).toMatchObject({ payload: four.payload });
    const long6 = udpFrame(six);
    put16(long6, 18, 0);
    expect(transportOf(LINK_TYPE.ETHERNET, long6)).toMatchObject({ transport: { payload: six.payload }, faults: [] });
    const jumbo = udpFrame(four);
    put16(jumbo, 38, 0);
    expect(transportOf(LINK_TYPE.ETHERNET, jumbo)).toMatchObject({ transport: { payload: four.payload }, faults: [] });
  });

  test('UDP ends where it says', () => {
    const bytes = udpFrame(four);
    put16(bytes, 38, 8 + 3);
    expect(transportOf(LINK_TYPE.ETHERNET, bytes)).toMatchObject({ transport: { payload: ascii('INV') }, faults: [] });
    const empty = udpFrame({ ...four, payload: new Uint8Array() });
    expect(transportOf(LINK_TYPE.ETHERNET, empty)).toMatchObject({ transport: { kind: 'udp' }, faults: [] });
  });

  test('an extension header may be the end', () => {
    const routing = { first: 43, bytes: hex('3b00000000000000') };
    const packet = encodeIpv6({ ...six, protocol: 59, extensions: routing }, new Uint8Array());
    const { ip, faults } = transportOf(LINK_TYPE.RAW, packet);
    expect(faults).toEqual([]);
    expect(ip).toMatchObject({ protocol: 59, payload: new Uint8Array() });
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

  test.each([
    [4, 3, true],
    [4, 4, true],
    [4, 5, true],
    [4, 11, true],
    [4, 12, true],
    [4, 0, false],
    [4, 13, false],
    [6, 0, false],
    [6, 1, true],
    [6, 127, true],
    [6, 128, false],
  ] as const)('ICMP of version %i, type %i, quotes: %s', (version, type, quotes) => {
    const about = version === 4 ? raw : raw6;
    const bytes = concat([Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0), about]);
    const ip = decodeFrame(LINK_TYPE.RAW, about).value?.ip;
    if (ip === undefined) throw new Error('no packet');
    const { value } = decodeTransport({ ...ip, protocol: version === 4 ? 1 : 58, payload: bytes });
    expect(value?.kind === 'icmp' && value.quoted !== undefined).toBe(quotes);
  });

  test('a quote has the ports of TCP too, if its first four bytes are there, and none of ICMP', () => {
    const quotedOf = (protocol: number, payload: Uint8Array) => {
      const about = encodeIpv4({ ...four, protocol }, payload);
      const { transport } = transportOf(LINK_TYPE.ETHERNET, portUnreachable({ src: '1.1.1.1', dst: '2.2.2.2' }, about));
      return transport?.kind === 'icmp' ? transport.quoted : undefined;
    };
    expect(quotedOf(IP_PROTOCOL.TCP, hex('13c4 795e'))).toMatchObject({ srcPort: 5060, dstPort: 31070 });
    expect(quotedOf(IP_PROTOCOL.TCP, hex('13c4 79'))).toMatchObject({ srcPort: 0, dstPort: 0 });
    expect(quotedOf(IP_PROTOCOL.ICMP, hex('13c4 795e'))).toMatchObject({ srcPort: 0, dstPort: 0 });
  });

  test('ICMP of the other version is none', () => {
    const ip = decodeFrame(LINK_TYPE.RAW, raw).value?.ip;
    if (ip === undefined) throw new Error('no packet');
    expect(decodeTransport({ ...ip, protocol: IP_PROTOCOL.ICMPV6 }).value).toMatchObject({ kind: 'other' });
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

  test.each<[string, number, Uint8Array, string, number?]>([
    ['an unknown link', 147, frame, 'net/link-type', 0],
    ['a short cooked header', LINK_TYPE.LINUX_SLL, new Uint8Array(15), 'net/link-short', 15],
    ['a short cooked header v2', LINK_TYPE.LINUX_SLL2, new Uint8Array(19), 'net/link-short', 19],
    ['a short loopback header', LINK_TYPE.NULL, new Uint8Array(3), 'net/link-short', 3],
    [
      'IPv4 where the link says IPv6',
      LINK_TYPE.ETHERNET,
      concat([changed(12, 0x86dd), new Uint8Array(9)]),
      'net/ip-version',
      14,
    ],
    ['a header that is longer than the packet', LINK_TYPE.ETHERNET, changed(14, 0x4f00), 'net/ip-header-length', 14],
    ['IPv6 cut off by the recorder', LINK_TYPE.ETHERNET, udpFrame(six).subarray(0, 60), 'net/ip-truncated', 60],
    [
      'UDP that is cut short',
      LINK_TYPE.RAW,
      encodeIpv4({ ...four, protocol: IP_PROTOCOL.UDP }, new Uint8Array(7)),
      'net/udp-short',
      0,
    ],
    [
      'ICMP that is cut short',
      LINK_TYPE.RAW,
      encodeIpv4({ ...four, protocol: IP_PROTOCOL.ICMP }, new Uint8Array(3)),
      'net/icmp-short',
      0,
    ],
    [
      'an extension header that does not begin',
      LINK_TYPE.RAW,
      encodeIpv6({ ...six, protocol: 17, extensions: { first: 43, bytes: hex('11000000') } }, new Uint8Array()),
      'net/ip-extension',
      40,
    ],
    ['a short Ethernet header', LINK_TYPE.ETHERNET, frame.subarray(0, 13), 'net/link-short', 13],
    ['a short VLAN tag', LINK_TYPE.ETHERNET, udpFrame({ ...four, vlans: [1] }).subarray(0, 15), 'net/link-short'],
    ['a short IPv4 header', LINK_TYPE.ETHERNET, frame.subarray(0, 33), 'net/ip-short', 14],
    ['a version that the link does not announce', LINK_TYPE.ETHERNET, changed(14, 0x6500), 'net/ip-version', 14],
    ['a header of four words', LINK_TYPE.ETHERNET, changed(14, 0x4400), 'net/ip-header-length', 14],
    ['a total length below the header', LINK_TYPE.ETHERNET, changed(16, 19), 'net/ip-total-length', 16],
    ['a packet cut off by the recorder', LINK_TYPE.ETHERNET, frame.subarray(0, 44), 'net/ip-truncated', 44],
    ['a wrong checksum', LINK_TYPE.ETHERNET, changed(24, 1), 'net/ip-checksum', 24],
    ['a UDP length below its header', LINK_TYPE.ETHERNET, changed(38, 7), 'net/udp-length', 4],
    ['a short IPv6 header', LINK_TYPE.ETHERNET, udpFrame(six).subarray(0, 50), 'net/ip-short', 14],
    [
      'an extension header past the end',
      LINK_TYPE.RAW,
      encodeIpv6({ ...six, protocol: 17, extensions: { first: 0, bytes: hex('11ff000000000000') } }, new Uint8Array()),
      'net/ip-extension',
    ],
  ])('%s', (_what, linkType, bytes, code, offset) => {
    const fault = transportOf(linkType, bytes).faults.find((one) => one.code === code);
    expect(fault?.code).toBe(code);
    if (offset !== undefined) expect(fault?.offset).toBe(offset);
  });

  test('ICMP of four bytes is whole', () => {
    const bytes = encodeIpv4({ ...four, protocol: IP_PROTOCOL.ICMP }, hex('0800f7ff'));
    expect(transportOf(LINK_TYPE.RAW, bytes)).toMatchObject({ transport: { kind: 'icmp', type: 8 }, faults: [] });
  });

  test('what a recorder cut off leaves what is there', () => {
    const { transport, faults } = transportOf(LINK_TYPE.ETHERNET, frame.subarray(0, 44));
    expect(transport).toMatchObject({ kind: 'udp', srcPort: 5060, payload: ascii('IN') });
    expect(faults.map(({ code, offset }) => [code, offset])).toEqual([
      ['net/ip-truncated', 44],
      ['net/udp-truncated', 10],
    ]);
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

describe('packets that are built', () => {
  const pseudo = (packet: UdpPacket, protocol: number, length: number) => {
    const bytes = packet === four ? ipv4Bytes : ipv6Bytes;
    return onesSum(bytes(packet.src)) + onesSum(bytes(packet.dst)) + protocol + length;
  };

  test.each([
    ['IPv4', four],
    ['IPv6', six],
  ])('have right checksums by %s', (_version, packet) => {
    const udp = encodeUdp(packet, packet.payload);
    expect(checksum(udp, pseudo(packet, IP_PROTOCOL.UDP, udp.length))).toBe(0);
    const icmp = encodeIcmpError({ ...packet, type: 3, code: 4 }, packet.payload);
    expect(checksum(icmp, packet === six ? pseudo(packet, IP_PROTOCOL.ICMPV6, icmp.length) : 0)).toBe(0);
  });

  test('a UDP checksum of 0 is written as its other form', () => {
    const sum = encodeUdp(four, new Uint8Array(2)).subarray(6, 8);
    expect(encodeUdp(four, sum).subarray(6, 8)).toEqual(hex('ffff'));
  });

  test('have 64 hops to go, no identification and no addresses of the link unless they are told', () => {
    const { src, dst, srcPort, dstPort, payload } = four;
    const plain = decodeFrame(LINK_TYPE.ETHERNET, udpFrame({ src, dst, srcPort, dstPort, payload })).value;
    expect(plain).toMatchObject({ srcMac: '00:00:00:00:00:00', dstMac: '00:00:00:00:00:00', vlans: [] });
    expect(plain?.ip).toMatchObject({ ttl: 64, ipId: 0 });
    const other = udpFrame({ src: six.src, dst: six.dst, srcPort, dstPort, payload });
    expect(decodeFrame(LINK_TYPE.ETHERNET, other).value?.ip).toMatchObject({ ttl: 64, ipId: 0 });
  });

  test.each<[string, () => unknown]>([
    ['VLAN', () => udpFrame({ ...four, vlans: [4096] })],
    ['words of the IPv4 header', () => encodeIpv4({ ...four, protocol: 17, options: new Uint8Array(3) }, hex(''))],
    ['IPv4 total length', () => encodeIpv4({ ...four, protocol: 17 }, new Uint8Array(65_516))],
    ['IPv4 identification', () => encodeIpv4({ ...four, protocol: 17, ipId: 65_536 }, hex(''))],
    ['TTL', () => encodeIpv4({ ...four, protocol: 17, ttl: 256 }, hex(''))],
    ['fragment offset', () => encodeIpv4({ ...four, protocol: 17, fragment: { offset: 4, more: true } }, hex(''))],
    ['IPv6 payload length', () => encodeIpv6({ ...six, protocol: 17 }, new Uint8Array(65_536))],
    ['hop limit', () => encodeIpv6({ ...six, protocol: 17, ttl: 256 }, hex(''))],
    ['source port', () => encodeUdp({ ...four, srcPort: 65_536 }, hex(''))],
    ['destination port', () => encodeUdp({ ...four, dstPort: -1 }, hex(''))],
    ['UDP length', () => encodeUdp(four, new Uint8Array(65_528))],
  ])('refuse a %s that does not fit', (what, build) => {
    expect(build).toThrow(new RegExp(`^${what} must be`));
  });

  test.each([
    ['IPv4', four, 20],
    ['IPv6', six, 48],
  ])('in fragments fill the MTU by %s', (_version, packet, header) => {
    const parts = udpFragments({ ...packet, payload: new Uint8Array(100) }, header + 39);
    const sizes = parts.map((frame) => decodeFrame(LINK_TYPE.ETHERNET, frame).value?.ip?.payload.length);
    expect(sizes).toEqual([32, 32, 32, 12]);
    expect(parts.map((frame) => decodeFrame(LINK_TYPE.ETHERNET, frame).value?.ip?.ipId)).toEqual([7, 7, 7, 7]);
    expect(udpFragments({ ...packet, payload: new Uint8Array(8) }, header + 8)).toHaveLength(2);
    expect(() => udpFragments(packet, header + 7)).toThrow(`nothing fits an MTU of ${header + 7}`);
  });
});

describe('the Internet checksum', () => {
  test.each([
    ['01', 0x0100],
    ['0001 02', 0x0201],
    ['ffff', 0xffff],
    ['ffff 0001', 1],
    ['', 0],
  ])('of %s sums up to %i', (text, sum) => {
    expect(onesSum(hex(text))).toBe(sum);
  });

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
