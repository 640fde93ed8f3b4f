import { describe, expect, test } from 'vitest';
import { audio, floor, must, session, termsOf } from './bench/sdp.ts';
import { remoteOf } from './sdp-terms.ts';

describe('what an SDP of a peer means', () => {
  test('speech and floor control with their places and parameters', () => {
    expect(must(session + audio + floor)).toEqual({
      audio: { index: 0, payloadType: 96, to: { host: '10.0.0.1', port: 40000 }, rtcpPort: 40001 },
      floor: {
        index: 1,
        to: { host: '10.0.0.1', port: 40002 },
        params: [
          ['mc_queueing', undefined],
          ['mc_priority', '7'],
          ['mc_granted', undefined],
          ['mc_implicit_request', undefined],
        ],
      },
    });
  });

  test('m-lines in another order, other payload types, addresses of their own', () => {
    const other =
      'm=application 9002 UDP MCPTT\r\nc=IN IP4 10.0.0.2\r\nm=video 0 RTP/AVP 99\r\n' +
      'm=audio 9000 RTP/AVP 0 98\r\nc=IN IP4 10.0.0.3\r\na=rtpmap:0 PCMU/8000\r\n' +
      'a=rtpmap:98 amr-wb/16000\r\na=rtcp:9100\r\n';
    expect(remoteOf(must(session + other))).toEqual({
      rtp: { host: '10.0.0.3', port: 9000 },
      rtcp: { host: '10.0.0.3', port: 9100 },
      floor: { host: '10.0.0.2', port: 9002 },
    });
    expect(must(session + other).audio).toMatchObject({ index: 2, payloadType: 98 });
  });

  test('floor control may be absent or refused', () => {
    expect(must(session + audio).floor).toBeUndefined();
    expect(must(session + audio + floor.replace('40002', '0')).floor).toBeUndefined();
  });

  test.each([
    ['no media', session],
    ['floor control alone', session + floor],
    ['a codec that is not ours', session + audio.replace('AMR-WB', 'EVS')],
    ['a payload type that the m-line does not have', session + audio.replace('AVP 96 101', 'AVP 97')],
    ['speech refused', session + audio.replace('40000', '0')],
    ['a name where an address belongs', session.replaceAll('10.0.0.1', 'host.test') + audio],
    ['IPv6', session.replaceAll('IP4 10.0.0.1', 'IP6 ::1') + audio],
    ['a secured profile', session + audio.replace('RTP/AVP', 'RTP/SAVP')],
  ])('nothing to talk about: %s', (_, text) => {
    expect(termsOf(text)).toBeUndefined();
  });
});
