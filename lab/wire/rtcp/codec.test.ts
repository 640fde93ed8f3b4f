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
  ])('%s is a fault with its offset', (_what, text, expected) => {
    expect(codes(text)).toEqual(expected);
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
    ['item 0', { type: 'SDES', chunks: [{ ssrc: 1, items: [{ item: 0, value: new Uint8Array() }] }] }],
  ])('%s cannot be written', (_what, wrong) => {
    expect(() => encodeRtcp([wrong])).toThrow(RangeError);
  });
});
