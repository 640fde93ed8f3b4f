import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../wire/bytes.ts';
import { encodeFloor } from '../wire/floor/codec.ts';
import { encodeRtcp } from '../wire/rtcp/codec.ts';
import { encodeRtp } from '../wire/rtp/codec.ts';
import { classify, type Datagram } from './classify.ts';
import { ascii } from './scene.test-data.ts';

const datagram = (payload: Uint8Array, rest: Partial<Datagram> = {}): Datagram => ({
  dst: '10.0.0.1',
  srcPort: 40000,
  dstPort: 40002,
  payload,
  ...rest,
});
const protocol = (payload: Uint8Array, rest?: Partial<Datagram>) => classify(datagram(payload, rest)).protocol;

const rtp = encodeRtp({
  marker: false,
  payloadType: 96,
  sequenceNumber: 1,
  timestamp: 2,
  ssrc: 3,
  csrcs: [],
  payload: new Uint8Array(33),
  padding: 0,
});
const report = encodeRtcp([{ type: 'RR', ssrc: 1, reports: [], extension: new Uint8Array() }]);
const floor = encodeFloor([{ name: 'Floor Release', ackRequired: false, ssrc: 1, fields: [] }]);
const app = encodeRtcp([{ type: 'APP', subtype: 0, ssrc: 1, name: 'MCV0', data: new Uint8Array() }]);
const query = Uint8Array.from(Buffer.from('9999010000010000000000000161026d6300000100 01'.replace(' ', ''), 'hex'));

const changed = (bytes: Uint8Array, at: number, value: number) => Uint8Array.from(bytes).fill(value, at, at + 1);

describe('what a datagram carries', () => {
  test.each<[string, string, Uint8Array]>([
    ['sip', 'a request', ascii('INVITE sip:a@b SIP/2.0\r\nCall-ID: x\r\n\r\n')],
    ['sip', 'a response', ascii('SIP/2.0 200 OK\r\n\r\n')],
    ['sip', 'a request after line ends', ascii('\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\n\r\n')],
    ['sip', 'a method that nobody defined', ascii('MAKE-IT_SO! sip:a SIP/2.0\r\n\r\n')],
    ['rtp', 'version 2', rtp],
    ['rtcp', 'a report', report],
    ['rtcp', 'an APP packet of another name', app],
    ['rtcp', 'a compound with a floor message', concat([report, floor])],
    ['floor', 'a floor message', floor],
    ['floor', 'two floor messages', concat([floor, floor])],
    ['sip', 'line ends without carriage return', ascii('\nOPTIONS sip:a@b SIP/2.0\n\n')],
    ['sip', 'a version in small letters', ascii('sip/2.0 200 OK\r\n\r\n')],
    ['sip', 'a request without an address', ascii('OPTIONS  SIP/2.0\r\n\r\n')],
    ['other', 'a response without a status', ascii('SIP/2.0 OK\r\n\r\n')],
    ['other', 'a response behind something else', ascii('\0SIP/2.0 200 OK\r\n\r\n')],
    ['other', 'a request behind something else', ascii('\0OPTIONS sip:a@b SIP/2.0\r\n\r\n')],
    ['other', 'a request line that does not end', ascii('OPTIONS sip:a@b SIP/2.0')],
    ['other', 'a version on the next line', ascii('OPTIONS sip:a@b\r\n SIP/2.0\r\n\r\n')],
    ['other', 'a keep-alive of SIP (RFC 5626)', ascii('\r\n\r\n')],
    ['rtp', 'a first packet of the last type before RTCP', changed(rtp, 1, 0xbf)],
    ['rtp', 'a first packet of the first type behind RTCP', changed(rtp, 1, 0xe0)],
    ['rtp', 'the last type before those that stand for RTCP', changed(rtp, 1, 71)],
    ['other', 'the last type that stands for RTCP', changed(rtp, 1, 76)],
    ['rtp', 'the first type behind them', changed(rtp, 1, 77)],
    ['rtcp', 'the last type of RTCP in a whole packet', changed(report, 1, 223)],
    ['rtcp', 'the first one', changed(report, 1, 192)],
    ['rtcp', 'RTCP whose length runs past the end, of the first type in use', changed(report.subarray(0, 6), 1, 200)],
    ['rtcp', 'of the last type in use', changed(report.subarray(0, 6), 1, 207)],
    ['other', 'of the type before', changed(report.subarray(0, 6), 1, 199)],
    ['other', 'of the type behind', changed(report.subarray(0, 6), 1, 208)],
    ['rtcp', 'a floor message without the end of its name', floor.subarray(0, 11)],
    ['rtcp', 'a report of somebody called MCPT', concat([Uint8Array.of(0x81, 201, 0, 2, 0, 0, 0, 1), ascii('MCPT')])],
    ['other', 'HTTP', ascii('GET / HTTP/1.1\r\n\r\n')],
    ['other', 'nothing', new Uint8Array()],
    ['other', 'one byte of version 2', Uint8Array.of(0x80)],
    ['other', 'RTP cut short', rtp.subarray(0, 11)],
    ['other', 'RTP with padding that does not fit', changed(rtp, 0, 0xa0)],
    ['other', 'a payload type that stands for RTCP', changed(rtp, 1, 72)],
    ['other', 'RTP that ends in the list of its sources', changed(rtp, 0, 0x8f)],
    ['rtcp', 'RTCP whose length runs past the end', report.subarray(0, 6)],
    ['floor', 'a floor message whose length runs past the end', changed(floor, 3, 0xff)],
    ['other', 'the same of a packet type that nobody uses', changed(report.subarray(0, 6), 1, 221)],
    ['other', 'the same with padding', changed(report.subarray(0, 6), 0, 0xa0)],
    ['other', 'STUN', Uint8Array.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42])],
  ])('%s: %s', (expected, _what, payload) => {
    expect(protocol(payload)).toBe(expected);
  });

  test('a floor message of an unknown subtype is floor without messages', () => {
    const unknown = floor.slice();
    unknown[0] = 0x8d;
    expect(classify(datagram(unknown))).toEqual({ protocol: 'floor', messages: [] });
  });

  test.each([{ dstPort: 53 }, { srcPort: 53 }, { dstPort: 1053 }])('DNS is known by its port: %o', (ports) => {
    expect(classify(datagram(query, ports))).toMatchObject({
      protocol: 'dns',
      message: { id: 0x9999, questions: [{ name: 'a.mc', type: 'A' }] },
    });
    expect(protocol(query)).not.toBe('dns');
  });

  test('SIP on the port of DNS is SIP', () => {
    expect(protocol(ascii('SIP'), { dstPort: 53 })).toBe('other');
  });

  test.each(['224.0.0.123', '224.0.0.124'])('a marker goes to %s, port 9', (dst) => {
    expect(classify(datagram(ascii('mark 17'), { dst, dstPort: 9 }))).toEqual({ protocol: 'marker', marker: 17 });
    expect(protocol(ascii('mark 17'), { dst, dstPort: 10 })).toBe('other');
    expect(protocol(ascii('mark x'), { dst, dstPort: 9 })).toBe('other');
    expect(protocol(ascii('mark 17'), { dstPort: 9 })).toBe('other');
    const marker = (text: string) => protocol(ascii(text), { dst, dstPort: 9 });
    expect(['mark 1', 'mark 1234567890', 'mark 17\r\n', `mark 17${' '.repeat(13)}`].map(marker)).toEqual(
      new Array(4).fill('marker'),
    );
    for (const text of ['mark', 'mark 12345678901', ' mark 1', 'mark 1x', `mark 17${' '.repeat(14)}`])
      expect(marker(text)).toBe('other');
  });

  test('random bytes on random ports never throw', () => {
    const ports = fc.constantFrom(9, 53, 1053, 5060);
    const start = fc.constantFrom(
      ...['', 'SIP/2.0 2', 'INVITE sip:a SIP/2.0\r\n', 'mark '].map(ascii),
      floor,
      rtp,
      query,
    );
    fc.assert(
      fc.property(ports, start, fc.uint8Array({ maxLength: 60 }), (dstPort, head, random) => {
        expect(protocol(concat([head, random]), { dstPort, dst: '224.0.0.123' })).toBeTypeOf('string');
      }),
      { numRuns: 400 },
    );
  });
});
