import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RtcpReceiverInfo, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket } from 'werift-rtp';
import { decodeRtcp, encodeRtcp } from './codec.ts';
import type { ReceptionReport, RtcpPacket } from './packet.ts';

const uint32 = fc.nat({ max: 0xffffffff });
const octet = fc.nat({ max: 255 });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const words = (max: number) =>
  fc.array(uint32, { maxLength: max }).map((list) => new Uint8Array(list.length * 4).fill(7));

const report: fc.Arbitrary<ReceptionReport> = fc.record({
  ssrc: uint32,
  fractionLost: octet,
  cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  highestSequence: uint32,
  jitter: uint32,
  lastSr: uint32,
  delaySinceLastSr: uint32,
});
const reports = fc.array(report, { maxLength: 31 });

const packet: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    type: fc.constant('SR' as const),
    ssrc: uint32,
    ntp: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    rtpTimestamp: uint32,
    packetCount: uint32,
    octetCount: uint32,
    reports,
    extension: words(3),
  }),
  fc.record({ type: fc.constant('RR' as const), ssrc: uint32, reports, extension: words(3) }),
  fc.record({
    type: fc.constant('SDES' as const),
    chunks: fc.array(
      fc.record({
        ssrc: uint32,
        items: fc.array(fc.record({ item: fc.integer({ min: 1, max: 255 }), value: bytes(255) }), { maxLength: 4 }),
      }),
      { maxLength: 31 },
    ),
  }),
  fc.record(
    { type: fc.constant('BYE' as const), ssrcs: fc.array(uint32, { maxLength: 31 }), reason: bytes(255) },
    { requiredKeys: ['type', 'ssrcs'] },
  ),
  fc.record({
    type: fc.constant('APP' as const),
    subtype: fc.nat({ max: 31 }),
    ssrc: uint32,
    name: fc.string({ minLength: 4, maxLength: 4, unit: 'binary-ascii' }),
    data: words(5),
  }),
  fc.record({
    type: fc.constant('other' as const),
    packetType: fc.oneof(fc.integer({ min: 192, max: 199 }), fc.integer({ min: 205, max: 223 })),
    count: fc.nat({ max: 31 }),
    data: words(5),
  }),
);

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const codes = (text: string) => decodeRtcp(hex(text)).faults.map(({ code, offset }) => [code, offset]);

describe('RTCP', () => {
  test('compounds survive encoding and decoding', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), (packets) => {
        expect(decodeRtcp(encodeRtcp(packets))).toEqual({ value: packets, faults: [] });
      }),
    );
  });

  test('never throws on random bytes', () => {
    const likely = fc.tuple(fc.integer({ min: 200, max: 205 }), bytes(60)).map(([type, rest]) => {
      const random = Uint8Array.of(0x80 | (rest[0] ?? 0), type, 0, rest.length >> 2, ...rest);
      return random;
    });
    fc.assert(
      fc.property(fc.oneof(bytes(80), likely), (random) => {
        const { value, faults } = decodeRtcp(random);
        expect(value !== undefined || faults.length > 0).toBe(true);
      }),
    );
  });

  test('an empty receiver report is eight bytes, as RFC 3550 6.4.2 draws it', () => {
    const empty: RtcpPacket = { type: 'RR', ssrc: 0x1111, reports: [], extension: new Uint8Array() };
    expect(Buffer.from(encodeRtcp([empty])).toString('hex')).toBe('80c9000100001111');
  });

  test('reads what an independent codec writes', () => {
    const info = { ssrc: 9, fractionLost: 3, packetsLost: 4, highestSequence: 5, jitter: 6, lsr: 7, dlsr: 8 };
    const blocks = [new RtcpReceiverInfo(info)];
    const senderInfo = { ntpTimestamp: 0x0102030405060708n, rtpTimestamp: 10, packetCount: 11, octetCount: 12 };
    const sr = new RtcpSrPacket({ ssrc: 1, senderInfo: new RtcpSenderInfo(senderInfo), reports: blocks });
    const rr = new RtcpRrPacket({ ssrc: 2, reports: blocks });
    const [fractionLost, cumulativeLost, highestSequence] = [3, 4, 5];
    const ours = { ssrc: 9, fractionLost, cumulativeLost, highestSequence, jitter: 6, lastSr: 7, delaySinceLastSr: 8 };
    const extension = new Uint8Array();
    const theirs = Buffer.concat([sr.serialize(), rr.serialize()]);
    expect(decodeRtcp(new Uint8Array(theirs))).toEqual({
      value: [
        {
          ...{ type: 'SR', ssrc: 1, ntp: 0x0102030405060708n, rtpTimestamp: 10, packetCount: 11, octetCount: 12 },
          ...{ reports: [ours], extension },
        },
        { type: 'RR', ssrc: 2, reports: [ours], extension },
      ],
      faults: [],
    });
  });

  test('padding is taken off the last packet', () => {
    expect(decodeRtcp(hex('80c9000100000001 a1cb0002 00000002 00000004'))).toEqual({
      value: [
        { type: 'RR', ssrc: 1, reports: [], extension: new Uint8Array() },
        { type: 'BYE', ssrcs: [2] },
      ],
      faults: [],
    });
  });

  test.each([
    ['an empty datagram', '', [['rtcp/short', 0]]],
    ['a header cut short', '80c9', [['rtcp/short', 0]]],
    ['another version', '40c9000100000001', [['rtcp/version', 0]]],
    ['RTP on the port', '8060000100000001', [['rtcp/packet-type', 1]]],
    ['a length past the end', '80c9000200000001', [['rtcp/length', 2]]],
    ['report blocks past the end', '81c9000100000001', [['rtcp/report', 4]]],
    ['an APP packet without a name', '80cc000100000001', [['rtcp/app', 4]]],
    ['a missing SDES chunk', '81ca0000', [['rtcp/sdes', 4]]],
    ['an SDES item past the end', '81ca0002000000010109414d', [['rtcp/sdes', 8]]],
    ['SDES items without an end', '81ca0002000000010102414d', [['rtcp/sdes', 12]]],
    ['fewer sources than announced in BYE', '82cb000100000001', [['rtcp/bye', 4]]],
    ['a reason past the end', '81cb00020000000109414d45', [['rtcp/bye', 8]]],
    ['padding that cannot be', 'a0c9000100000003', [['rtcp/padding', 7]]],
    ['padding of nothing', 'a0cd000100000000', [['rtcp/padding', 7]]],
    ['padding of more than the packet', 'a0cd000100000008', [['rtcp/padding', 7]]],
    ['the type below the least', '80bf000100000001', [['rtcp/packet-type', 1]]],
    ['the type above the greatest', '80e0000100000001', [['rtcp/packet-type', 1]]],
    ['an SDES chunk of an SSRC alone', '81ca000100000001', [['rtcp/sdes', 8]]],
    ['an SDES item of a type alone', '81ca00020000000101014105', [['rtcp/sdes', 11]]],
    ['half of a header behind a packet', '80c900010000000180c9', [['rtcp/short', 8]]],
  ])('%s is a fault with its offset', (_what, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  test.each(['c0', 'df', 'cd'])('packet type %s is kept as bytes', (type) => {
    const packetType = Number.parseInt(type, 16);
    expect(decodeRtcp(hex(`85${type}0001 01020304`))).toEqual({
      value: [{ type: 'other', packetType, count: 5, data: Uint8Array.of(1, 2, 3, 4) }],
      faults: [],
    });
  });

  test('padding may be all that there is, and a reason may end the packet', () => {
    expect(decodeRtcp(hex('a0cd000100000004'))).toMatchObject({ value: [{ data: new Uint8Array() }], faults: [] });
    expect(decodeRtcp(hex('81cb0002 00000001 03414243'))).toEqual({
      value: [{ type: 'BYE', ssrcs: [1], reason: hex('414243') }],
      faults: [],
    });
  });

  test('what stands before a fault is kept', () => {
    const { value, faults } = decodeRtcp(hex('80c9000100000001 80c90005'));
    expect(value).toHaveLength(1);
    expect(faults).toMatchObject([{ code: 'rtcp/length', offset: 10 }]);
  });

  test('padding before the last packet is a fault, and the walk goes on', () => {
    const { value, faults } = decodeRtcp(hex('a0c90002 00000001 00000004 80c9000100000002'));
    expect(value).toMatchObject([{ ssrc: 1 }, { ssrc: 2 }]);
    expect(faults).toMatchObject([{ code: 'rtcp/padding', offset: 0 }]);
  });

  test.each<[string, RtcpPacket]>([
    ['32 sources', { type: 'BYE', ssrcs: new Array(32).fill(1) }],
    ['a name of three letters', { type: 'APP', subtype: 0, ssrc: 1, name: 'MCP', data: new Uint8Array() }],
    ['a broken word', { type: 'APP', subtype: 0, ssrc: 1, name: 'MCPT', data: new Uint8Array(3) }],
    ['a name of five letters', { type: 'APP', subtype: 0, ssrc: 1, name: 'MCPTT', data: new Uint8Array() }],
    ['a letter that is no octet', { type: 'APP', subtype: 0, ssrc: 1, name: 'MCP\u0100', data: new Uint8Array() }],
    ['a broken extension', { type: 'RR', ssrc: 1, reports: [], extension: new Uint8Array(3) }],
    ['item 0', { type: 'SDES', chunks: [{ ssrc: 1, items: [{ item: 0, value: new Uint8Array() }] }] }],
  ])('%s cannot be written', (_what, wrong) => {
    expect(() => encodeRtcp([wrong])).toThrow(RangeError);
  });

  const none = new Uint8Array();
  const block: ReceptionReport = {
    ssrc: 0,
    fractionLost: 0,
    cumulativeLost: 0,
    highestSequence: 0,
    jitter: 0,
    lastSr: 0,
    delaySinceLastSr: 0,
  };
  const reporting = (change: Partial<ReceptionReport>): RtcpPacket => ({
    type: 'RR',
    ssrc: 0,
    reports: [{ ...block, ...change }],
    extension: none,
  });
  const sender: RtcpPacket = {
    ...{ type: 'SR', ssrc: 0, ntp: 0n, rtpTimestamp: 0, packetCount: 0, octetCount: 0, reports: [], extension: none },
  };

  test.each<[string, RtcpPacket]>([
    ['SSRC', { type: 'RR', ssrc: -1, reports: [], extension: none }],
    ['SSRC', { ...sender, ssrc: -1 }],
    ['RTP timestamp', { ...sender, rtpTimestamp: -1 }],
    ['packet count', { ...sender, packetCount: -1 }],
    ['octet count', { ...sender, octetCount: 2 ** 32 }],
    ['number of report blocks', { ...sender, reports: new Array<ReceptionReport>(32).fill(block) }],
    ['SSRC', reporting({ ssrc: -1 })],
    ['fraction lost', reporting({ fractionLost: 256 })],
    ['highest sequence number', reporting({ highestSequence: -1 })],
    ['jitter', reporting({ jitter: -1 })],
    ['last SR', reporting({ lastSr: -1 })],
    ['delay since last SR', reporting({ delaySinceLastSr: -1 })],
    ['SSRC', { type: 'BYE', ssrcs: [-1] }],
    ['length of the reason', { type: 'BYE', ssrcs: [], reason: new Uint8Array(256) }],
    ['number of sources', { type: 'BYE', ssrcs: new Array<number>(32).fill(1) }],
    ['SSRC', { type: 'APP', subtype: 0, ssrc: -1, name: 'MCPT', data: none }],
    ['subtype', { type: 'APP', subtype: 32, ssrc: 0, name: 'MCPT', data: none }],
    ['RTCP count', { type: 'other', packetType: 205, count: 32, data: none }],
    ['SSRC', { type: 'SDES', chunks: [{ ssrc: -1, items: [] }] }],
    ['SDES item', { type: 'SDES', chunks: [{ ssrc: 0, items: [{ item: 256, value: none }] }] }],
    [
      'length of an SDES item',
      { type: 'SDES', chunks: [{ ssrc: 0, items: [{ item: 1, value: new Uint8Array(256) }] }] },
    ],
    ['number of chunks', { type: 'SDES', chunks: new Array(32).fill({ ssrc: 0, items: [] }) }],
  ])('a %s that does not fit is refused by its name', (what, wrong) => {
    expect(() => encodeRtcp([wrong])).toThrow(new RegExp(`^${what} must be`));
  });
});
