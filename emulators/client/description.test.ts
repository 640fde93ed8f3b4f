import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBytes, toBytes } from '../../lab/wire/sip/text.ts';
import { ueConfig } from './bench/ue.ts';
import { answer, offer, priorityOf, readFarSide } from './description.ts';

const config = ueConfig('192.168.10.11', { host: '172.18.0.2', port: 30060 });
const far = (audio: string, floor = '') =>
  readFarSide(toBytes(`v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n${audio}${floor}`));
const speech = 'm=audio 30100 RTP/AVP 96\r\na=rtpmap:96 AMR-WB/16000\r\n';

describe('the offer (TS 24.379 6.2.1, TS 24.380 14.2)', () => {
  test.each([
    [false, false, 'mc_queueing;mc_priority=5'],
    [true, false, 'mc_queueing;mc_priority=5;mc_granted'],
    [true, true, 'mc_queueing;mc_priority=5;mc_granted;mc_implicit_request'],
  ])('mc_granted %s, mc_implicit_request %s', (offerGranted, implicitFloorRequest, params) => {
    const text = fromBytes(offer({ ...config, offerGranted, implicitFloorRequest }, 42));
    expect(text).toBe(
      [
        'v=0',
        'o=- 42 1 IN IP4 192.168.10.11',
        's=-',
        'c=IN IP4 192.168.10.11',
        't=0 0',
        'm=audio 40000 RTP/AVP 96',
        'i=speech',
        'a=rtpmap:96 AMR-WB/16000',
        'a=fmtp:96 octet-align=1',
        'a=sendrecv',
        'm=application 40002 udp MCPTT',
        `a=fmtp:MCPTT ${params}`,
        '',
      ].join('\r\n'),
    );
  });

  test('can be read by itself', () => {
    expect(readFarSide(offer(config, 1))?.far.remote.floor).toEqual({ host: '192.168.10.11', port: 40002 });
  });
});

describe('reading the far side', () => {
  test('endpoints of media, RTCP and floor control', () => {
    const read = far(
      speech,
      'm=application 30102 UDP MCPTT\r\nc=IN IP4 10.0.0.2\r\na=fmtp:MCPTT mc_queueing;mc_priority=3\r\n',
    );
    expect(read?.far.remote).toEqual({
      rtp: { host: '10.0.0.1', port: 30100 },
      rtcp: { host: '10.0.0.1', port: 30101 },
      floor: { host: '10.0.0.2', port: 30102 },
    });
    expect(read && priorityOf(read.far)).toBe(3);
  });

  test('another payload type, and RTCP elsewhere', () => {
    const read = far('m=audio 30100 RTP/AVP 0 97\r\na=rtcp:30555\r\na=rtpmap:97 amr-wb/16000/1\r\n');
    expect(read?.far).toMatchObject({ payloadType: 97, remote: { rtcp: { port: 30555 }, floor: undefined } });
  });

  test.each([
    ['no audio', ''],
    ['refused audio', speech.replace('30100', '0')],
    ['another codec', 'm=audio 30100 RTP/AVP 0\r\n'],
    ['a name for an address', `m=audio 30100 RTP/AVP 96\r\nc=IN IP4 media.example\r\na=rtpmap:96 AMR-WB/16000\r\n`],
    ['protected media', speech.replace('RTP/AVP', 'RTP/SAVP')],
  ])('%s is nothing to talk over', (_what, audio) => {
    expect(far(audio)).toBeUndefined();
  });

  test('a floor channel that is refused is none', () => {
    expect(far(speech, 'm=application 0 udp MCPTT\r\n')?.far.remote.floor).toBeUndefined();
  });

  test.each(['mc_priority=300', 'mc_priority=x', 'mc_priority', 'mc_queueing'])(
    '%s counts as the lowest priority',
    (params) => {
      const read = far(speech, `m=application 30102 udp MCPTT\r\na=fmtp:MCPTT ${params}\r\n`);
      expect(read && priorityOf(read.far)).toBe(0);
    },
  );

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constant(speech).chain((line) => fc.string().map((s) => line + s)),
        ),
        (text) => {
          far(text);
          readFarSide(toBytes(text));
        },
      ),
    );
  });
});

describe('the answer (RFC 3264 6, TS 24.380 14.3.1)', () => {
  test('lines in the order of the offer, offered parameters alone, the lower priority', () => {
    const read = far(
      `m=video 1 RTP/AVP 99\r\n${speech}`,
      'm=application 30102 udp MCPTT\r\na=fmtp:MCPTT mc_priority=3\r\n',
    );
    if (read === undefined) throw new Error('unreadable');
    const text = fromBytes(answer(config, 9, read.sdp, read.far));
    expect(text.match(/^m=.*$/gm)?.map((line) => line.trim())).toEqual([
      'm=video 0 RTP/AVP 99',
      'm=audio 40000 RTP/AVP 96',
      'm=application 40002 udp MCPTT',
    ]);
    expect(text).toContain('a=fmtp:MCPTT mc_priority=3\r\n');
    expect(text).not.toContain('mc_queueing');
  });
});
