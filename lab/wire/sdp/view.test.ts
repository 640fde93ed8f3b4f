import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytes } from '../sip/text.ts';
import { decodeSdp, encodeSdp } from './codec.ts';
import type { Sdp, SdpMedia } from './session.ts';
import {
  attribute,
  attributes,
  connectionAddress,
  endpoints,
  formatParameters,
  mediaLine,
  originAddress,
  withEndpoint,
  withOrigin,
} from './view.ts';

function sdp(...lines: string[]): Sdp {
  const { value } = decodeSdp(toBytes(lines.join('\r\n')));
  if (value === undefined) throw new Error('no description');
  return value;
}
const text = (s: Sdp) => Buffer.from(encodeSdp(s)).toString().split('\r\n').slice(0, -1);
const media = (s: Sdp, i: number): SdpMedia => s.media[i] ?? { lines: [] };

const session = ['v=0', 'o=- 7 8 IN IP4 10.244.0.6', 's=-', 'c=IN IP4 10.244.0.6', 't=0 0'];
const audio = ['m=audio 20000 RTP/AVP 96', 'i=speech', 'a=rtpmap:96 AMR-WB/16000', 'a=sendrecv'];
const floor = ['m=application 20002 udp MCPTT', 'a=fmtp:MCPTT mc_queueing; mc_priority=5;'];
const whole = sdp(...session, ...audio, ...floor);

describe('mediaLine', () => {
  test.each([
    ['audio 20000 RTP/AVP 96 0', { media: 'audio', port: 20000, proto: 'RTP/AVP', formats: ['96', '0'] }],
    ['audio 9/2 RTP/AVP 0', { media: 'audio', port: 9, portCount: 2, proto: 'RTP/AVP', formats: ['0'] }],
    ['application 0 udp MCPTT', { media: 'application', port: 0, proto: 'udp', formats: ['MCPTT'] }],
    ['audio  65535  RTP/AVP  0', { media: 'audio', port: 65535, proto: 'RTP/AVP', formats: ['0'] }],
    ['audio 65536 RTP/AVP 0', undefined],
    ['audio 1/ RTP/AVP 0', undefined],
    ['audio 1x RTP/AVP 0', undefined],
    ['audio x1 RTP/AVP 0', undefined],
    ['audio 000001 RTP/AVP 0', undefined],
    ['audio x RTP/AVP 0', undefined],
    ['audio 70000 RTP/AVP 0', undefined],
    ['audio -1 RTP/AVP 0', undefined],
    ['audio 1', undefined],
    ['', undefined],
  ])('%s', (value, line) => expect(mediaLine({ lines: [{ type: 'm', value }] })).toEqual(line));
});

test('what does not begin with m= is no media line', () => {
  expect(mediaLine({ lines: [{ type: 'a', value: 'audio 1 RTP/AVP 0' }] })).toBeUndefined();
  expect(mediaLine({ lines: [] })).toBeUndefined();
});

describe('addresses', () => {
  test('the session’s, the media’s own, with a TTL, none', () => {
    expect(connectionAddress(whole, media(whole, 0))).toBe('10.244.0.6');
    const own = sdp(...session, ...audio, 'c=IN IP4 224.2.1.1/127/3', ...floor);
    expect(own.media.map((m) => connectionAddress(own, m))).toEqual(['224.2.1.1', '10.244.0.6']);
    const none = sdp('v=0', ...audio);
    expect(connectionAddress(none, media(none, 0))).toBeUndefined();
    expect(originAddress(whole)).toBe('10.244.0.6');
    expect(originAddress(none)).toBeUndefined();
  });

  test.each(['', 'IN', 'IN IP4', 'IN IP4 ', 'IN IP4 /127', 'x'])(
    'c=%s: what cannot be read overrides the session’s all the same, and leads nowhere',
    (value) => {
      const own = sdp(...session, ...audio, `c=${value}`, ...floor);
      expect(own.media.map((m) => connectionAddress(own, m))).toEqual([undefined, '10.244.0.6']);
      expect(endpoints(own).map(({ media }) => media)).toEqual(['application']);
      const everywhere = sdp('v=0', `c=${value}`, ...audio);
      expect(endpoints(everywhere)).toEqual([]);
    },
  );

  test('endpoints: RTP with its RTCP port, floor control without', () => {
    expect(endpoints(whole)).toEqual([
      { media: 'audio', address: '10.244.0.6', port: 20000, rtcpPort: 20001 },
      { media: 'application', address: '10.244.0.6', port: 20002 },
    ]);
  });

  test('endpoints: a=rtcp and a=rtcp-mux; refused and unreadable lines are left out', () => {
    const at = (attributeLine: string) => endpoints(sdp(...session, ...audio, attributeLine))[0]?.rtcpPort;
    expect([at('a=rtcp:5000'), at('a=rtcp:5000 IN IP4 1.2.3.4'), at('a=rtcp-mux')]).toEqual([5000, 5000, 20000]);
    expect([at('a=rtcp'), at('a=rtcp:x'), at('b=rtcp:5000')]).toEqual([20001, 20001, 20001]);
    const savp = endpoints(sdp(...session, 'm=audio 7 udp/rtp/savp 0', 'm=audio 7 xRTPx 0'));
    expect(savp.map(({ rtcpPort }) => rtcpPort)).toEqual([8, undefined]);
    expect(endpoints(sdp('v=0', ...audio))).toEqual([]);
    expect(endpoints(sdp(...session, 'm=video 0 RTP/AVP 97', 'm=x', ...floor)).map((e) => e.media)).toEqual([
      'application',
    ]);
  });
});

describe('attributes', () => {
  test('with a value, without one, absent, several', () => {
    const lines = media(whole, 0);
    expect([attribute(lines, 'rtpmap'), attribute(lines, 'sendrecv'), attribute(lines, 'rtp')]).toEqual([
      '96 AMR-WB/16000',
      '',
      undefined,
    ]);
    expect(attributes(sdp('v=0', 'a=x:1', 'a=x:2').session, 'x')).toEqual(['1', '2']);
  });

  test('format parameters, whatever the case of the format', () => {
    expect(formatParameters(media(whole, 1), 'mcptt')).toEqual(['mc_queueing', 'mc_priority=5']);
    expect(formatParameters(media(whole, 0), '96')).toBeUndefined();
  });
});

describe('withEndpoint', () => {
  test('all media moved to one address: no trace of the old one is left, the form stays', () => {
    const moved = withOrigin(
      withEndpoint(withEndpoint(whole, 0, '172.18.0.2', 30100), 1, '172.18.0.2', 30104),
      '172.18.0.2',
    );
    expect(text(moved)).toEqual([
      'v=0',
      'o=- 7 8 IN IP4 172.18.0.2',
      's=-',
      'c=IN IP4 172.18.0.2',
      't=0 0',
      'm=audio 30100 RTP/AVP 96',
      ...audio.slice(1),
      'm=application 30104 udp MCPTT',
      ...floor.slice(1),
    ]);
  });

  test('one media moved: the other keeps its address, written where it belongs', () => {
    const moved = withEndpoint(whole, 1, '172.18.0.2', 30104);
    expect(endpoints(moved)).toMatchObject([
      { address: '10.244.0.6', port: 20000 },
      { address: '172.18.0.2', port: 30104 },
    ]);
    expect(
      media(moved, 0)
        .lines.map((l) => l.type)
        .join(''),
    ).toBe('micaa');
  });

  test('a media with a connection of its own, or no session address', () => {
    const own = sdp(...session, ...audio, 'c=IN IP4 1.1.1.1', ...floor);
    expect(endpoints(withEndpoint(own, 0, '2001:db8::1', 5))[0]).toMatchObject({ address: '2001:db8::1', port: 5 });
    expect(text(withEndpoint(own, 0, '2001:db8::1', 5))).toContain('c=IN IP6 2001:db8::1');
    const none = sdp('v=0', ...audio);
    expect(endpoints(withEndpoint(none, 0, '1.1.1.1', 5))[0]).toMatchObject({ address: '1.1.1.1', port: 5 });
  });

  test('what the session says already is not said twice', () => {
    const own = sdp(...session, ...audio, 'c=IN IP4 1.1.1.1', ...floor);
    expect(text(withEndpoint(own, 0, '10.244.0.6', 5)).filter((line) => line.startsWith('c='))).toEqual([
      'c=IN IP4 10.244.0.6',
    ]);
    expect(text(withEndpoint(whole, 0, '10.244.0.6', 5))).toEqual([
      ...session,
      'm=audio 5 RTP/AVP 96',
      ...audio.slice(1),
      ...floor,
    ]);
  });

  test('a connection of a media stands behind its m= and i=, also where nothing follows', () => {
    const bare = sdp('v=0', 'm=audio 1 udp x', 'i=y');
    expect(text(withEndpoint(bare, 0, '1.1.1.1', 5))).toEqual(['v=0', 'm=audio 5 udp x', 'i=y', 'c=IN IP4 1.1.1.1']);
    const own = sdp('v=0', 'm=audio 1 udp x', 'a=y', 'c=IN IP4 2.2.2.2');
    expect(text(withEndpoint(own, 0, '1.1.1.1', 5))).toEqual(['v=0', 'm=audio 5 udp x', 'c=IN IP4 1.1.1.1', 'a=y']);
  });

  test('another media with a connection of its own keeps it', () => {
    const two = sdp(...session, ...audio, ...floor, 'c=IN IP4 9.9.9.9');
    expect(endpoints(withEndpoint(two, 0, '1.1.1.1', 5)).map(({ address }) => address)).toEqual(['1.1.1.1', '9.9.9.9']);
  });

  test('a line that is not there changes nothing', () => expect(withEndpoint(whole, 2, '1.1.1.1', 5)).toBe(whole));

  test('moves the line it is told to and no other', () => {
    const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '172.18.0.2');
    const lines = fc.array(fc.option(address), { minLength: 1, maxLength: 4 });
    const moves = fc.array(fc.tuple(fc.nat(3), address, fc.integer({ min: 1, max: 65534 })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.option(address), lines, moves, (top, own, steps) => {
        const c = (a: string | null) => (a === null ? [] : [`c=IN IP4 ${a}`]);
        let now = sdp('v=0', ...c(top), ...own.flatMap((a, i) => [`m=audio ${1000 + i} udp x`, ...c(a)]));
        const expected = own.map((a, i) => [a ?? top ?? undefined, 1000 + i]);
        for (const [index, a, port] of steps) {
          now = withEndpoint(now, index, a, port);
          if (index < expected.length) expected[index] = [a, port];
          expect(now.media.map((m) => [connectionAddress(now, m), mediaLine(m)?.port])).toEqual(expected);
        }
      }),
    );
  });
});

test('withOrigin keeps what the line says besides, and repairs a short one', () => {
  expect(text(withOrigin(sdp('v=0', 'o=alice 1 2 IN IP6 ::1'), '10.0.0.1'))).toContain('o=alice 1 2 IN IP4 10.0.0.1');
  expect(text(withOrigin(sdp('v=0'), '10.0.0.1'))).toEqual(['v=0']);
  expect(text(withOrigin(sdp('v=0', 'o=x', 's=-'), '::1'))).toEqual(['v=0', 'o=x IN IP6 ::1', 's=-']);
});
