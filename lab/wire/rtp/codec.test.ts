import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RtpPacket as Oracle, RtpHeader } from 'werift-rtp';
import { decodeRtp, encodeRtp } from './codec.ts';
import type { RtpPacket } from './packet.ts';

const uint32 = fc.nat({ max: 0xffffffff });
const bytes = (max: number) => fc.uint8Array({ maxLength: max });

const packets: fc.Arbitrary<RtpPacket> = fc
  .record({
    marker: fc.boolean(),
    payloadType: fc.nat({ max: 127 }),
    sequenceNumber: fc.nat({ max: 65535 }),
    timestamp: uint32,
    ssrc: uint32,
    csrcs: fc.array(uint32, { maxLength: 15 }),
    words: fc.option(fc.array(uint32, { maxLength: 5 }), { nil: undefined }),
    profile: fc.nat({ max: 65535 }),
    payload: bytes(64),
    padding: fc.nat({ max: 255 }),
  })
  .map(({ words, profile, ...packet }) => ({
    ...packet,
    ...(words === undefined
      ? {}
      : { extension: { profile, data: new Uint8Array(words.length * 4).fill(words.length) } }),
  }));

const voice: RtpPacket = {
  marker: true,
  payloadType: 96,
  sequenceNumber: 4660,
  timestamp: 320,
  ssrc: 0x1111,
  csrcs: [],
  payload: Uint8Array.of(1, 2, 3),
  padding: 0,
};

describe('RTP packets', () => {
  test('are written as RFC 3550 5.1 draws them', () => {
    expect(Buffer.from(encodeRtp(voice)).toString('hex')).toBe('80e0123400000140000011110102' + '03');
  });

  test('survive encoding and decoding', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decodeRtp(encodeRtp(packet))).toEqual({ value: packet, faults: [] });
      }),
    );
  });

  test('are written as an independent codec writes them', () => {
    const header = new RtpHeader({
      version: 2,
      marker: true,
      payloadType: 96,
      sequenceNumber: 4660,
      timestamp: 320,
      ssrc: 0x1111,
    });
    const theirs = new Oracle(header, Buffer.from([1, 2, 3])).serialize();
    expect(decodeRtp(new Uint8Array(theirs))).toEqual({ value: voice, faults: [] });
  });

  test('never throw on random bytes', () => {
    fc.assert(
      fc.property(bytes(80), (random) => {
        const { value, faults } = decodeRtp(random);
        expect(value !== undefined || faults.length > 0).toBe(true);
      }),
    );
  });

  test.each([
    ['rtp/short', '80600001', 4],
    ['rtp/version', '406000010000014000001111', 0],
    ['rtp/csrc', '816000010000014000001111', 12],
    ['rtp/extension', '906000010000014000001111', 12],
    ['rtp/extension', '906000010000014000001111bede0001', 12],
  ])('are refused with %s', (code, hex, offset) => {
    const { value, faults } = decodeRtp(Buffer.from(hex, 'hex'));
    expect(value).toBeUndefined();
    expect(faults).toMatchObject([{ code, offset }]);
  });

  test.each([
    ['a header alone', '806000010000014000001111', [], 0],
    ['a contributing source and no payload', '81600001000001400000111100000007', [7], 0],
    ['padding and no payload', 'a06000010000014000001111000003', [], 3],
  ])('may be %s', (_what, hex, csrcs, padding) => {
    expect(decodeRtp(new Uint8Array(Buffer.from(hex, 'hex')))).toMatchObject({
      value: { csrcs, padding, payload: new Uint8Array() },
      faults: [],
    });
  });

  test('may end with an extension of no words, and have none at all', () => {
    const { value } = decodeRtp(Buffer.from('906000010000014000001111bede0000', 'hex'));
    expect(value?.extension).toMatchObject({ profile: 0xbede, data: { length: 0 } });
    expect(Object.keys(decodeRtp(encodeRtp(voice)).value ?? {})).not.toContain('extension');
  });

  test.each(['00', '05'])('keep the payload when padding of 0x%s bytes cannot be', (count) => {
    const { value, faults } = decodeRtp(Buffer.from(`a06000010000014000001111aabb${count}`, 'hex'));
    expect(value?.payload).toHaveLength(3);
    expect(faults).toMatchObject([{ code: 'rtp/padding', offset: 14 }]);
  });

  test.each([
    ['payload type', { payloadType: 128 }],
    ['sequence number', { sequenceNumber: -1 }],
    ['timestamp', { timestamp: -1 }],
    ['padding', { padding: 256 }],
    ['CSRC', { csrcs: [-1] }],
    ['number of contributing sources', { csrcs: new Array<number>(16).fill(1) }],
    ['profile of the extension', { extension: { profile: -1, data: new Uint8Array() } }],
    ['words of the extension', { extension: { profile: 0, data: new Uint8Array(4 * 65_536) } }],
    ['SSRC', { ssrc: 2 ** 32 }],
    ['whole 32-bit words', { extension: { profile: 0, data: new Uint8Array(3) } }],
  ])('that no wire can hold are a mistake of the program: %s', (message, change) => {
    expect(() => encodeRtp({ ...voice, ...change })).toThrow(message);
  });
});
