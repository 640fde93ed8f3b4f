import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSdp, encodeSdp } from '../../../lab/wire/sdp/codec.ts';
import type { Sdp } from '../../../lab/wire/sdp/session.ts';
import { mcpttSdp } from '../bench/messages.ts';
import { rewritten, streams } from './sdp.ts';

const parse = (text: string | Uint8Array): Sdp => {
  const { value } = decodeSdp(typeof text === 'string' ? Buffer.from(text) : text);
  if (value === undefined) throw new Error('no SDP');
  return value;
};
const sdp = (...lines: string[]) => parse(lines.map((line) => `${line}\r\n`).join(''));
const text = (value: Sdp) => Buffer.from(encodeSdp(value)).toString();

const call = parse(mcpttSdp('10.244.0.6', 20_000, 20_002));

describe('streams', () => {
  test('speech has RTCP beside it, floor control stands alone', () => {
    expect(streams(call)).toEqual([
      { kind: 'rtp', main: { host: '10.244.0.6', port: 20_000 }, rtcp: { host: '10.244.0.6', port: 20_001 } },
      { kind: 'single', main: { host: '10.244.0.6', port: 20_002 }, rtcp: undefined },
    ]);
  });

  test.each([
    ['a=rtcp:40009', 40_009],
    ['a=rtcp:40009 IN IP4 10.0.0.1', 40_009],
    ['a=rtcp-mux', 40_000],
    ['a=rtcp:nonsense', 40_001],
    ['a=rtcp:70000', 40_001],
  ])('%s', (line, port) => {
    const [stream] = streams(sdp('v=0', 'c=IN IP4 10.0.0.1', 'm=audio 40000 RTP/SAVP 96', line));
    expect(stream?.rtcp?.port).toBe(port);
  });

  test('refused and unreadable lines keep their places', () => {
    const value = sdp('v=0', 'c=IN IP4 10.0.0.1', 'm=video 0 RTP/AVP 99', 'm=audio', 'm=application 7 UDP MCPTT');
    expect(streams(value).map((stream) => stream?.kind)).toEqual([undefined, undefined, 'single']);
  });

  test('no connection, no stream', () => {
    expect(streams(sdp('v=0', 'm=audio 40000 RTP/AVP 96'))).toEqual([undefined]);
  });
});

describe('rewritten', () => {
  test('origin, connection and ports are the relay’s, everything else stays', () => {
    const out = text(rewritten(call, '172.18.0.2', [30_100, 30_102]));
    expect(out).not.toContain('10.244.0.6');
    expect(out).toMatch(/^v=0\r\no=- 1 1 IN IP4 172\.18\.0\.2\r\ns=-\r\nc=IN IP4 172\.18\.0\.2\r\nt=0 0\r\nm=/);
    expect(out).toContain('m=audio 30100 RTP/AVP 96\r\ni=speech\r\n');
    expect(out).toContain('m=application 30102 udp MCPTT\r\na=fmtp:MCPTT mc_queueing;mc_priority=5\r\n');
  });

  test('a line without a port is refused', () => {
    expect(text(rewritten(call, '172.18.0.2', [30_100, undefined]))).toContain('m=application 0 udp MCPTT');
  });

  test('nothing that leads past the relay is left', () => {
    const value = sdp(
      'v=0',
      'o=- 1 1 IN IP4 10.0.0.1',
      'c=IN IP4 10.0.0.1',
      'a=ice-lite',
      'm=audio 40000 RTP/AVP 96',
      'c=IN IP4 10.0.0.2',
      'a=rtcp:40009 IN IP4 10.0.0.3',
      'a=candidate:1 1 UDP 1 10.0.0.4 1 typ host',
      'a=ice-ufrag:x',
      'a=rtcp-fb:96 nack',
      'a=sendrecv',
    );
    const out = text(rewritten(value, '172.18.0.2', [30_100]));
    expect(out).not.toMatch(/10\.0\.0|candidate|ice-|a=rtcp:/);
    expect(out).toContain('a=rtcp-fb:96 nack\r\na=sendrecv');
  });

  test('whatever stood in c= and m=: what comes out points at the relay alone', () => {
    const address = fc.ipV4();
    const media = fc.record({ own: fc.option(address, { nil: undefined }), port: fc.integer({ min: 1, max: 65_535 }) });
    fc.assert(
      fc.property(address, fc.array(media, { maxLength: 4 }), (session, lines) => {
        const value = sdp(
          'v=0',
          `o=- 1 1 IN IP4 ${session}`,
          `c=IN IP4 ${session}`,
          ...lines.flatMap(({ own, port }) => [
            `m=audio ${port} RTP/AVP 96`,
            ...(own === undefined ? [] : [`c=IN IP4 ${own}`]),
          ]),
        );
        const ports = lines.map((_, i) => 30_100 + 2 * i);
        const out = streams(parse(encodeSdp(rewritten(value, '192.0.2.99', ports))));
        expect(out.map((stream) => stream?.main)).toEqual(ports.map((port) => ({ host: '192.0.2.99', port })));
      }),
    );
  });
});
