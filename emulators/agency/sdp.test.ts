import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSdp, encodeSdp } from '../../lab/wire/sdp/codec.ts';
import type { Sdp } from '../../lab/wire/sdp/session.ts';
import { mediaLine } from '../../lab/wire/sdp/view.ts';
import { fromBytes, toBytes } from '../../lab/wire/sip/text.ts';
import { answerParams, buildAnswer, buildOffer, type OwnMedia, priority } from './sdp-build.ts';
import { repairTerms } from './sdp-policy.ts';
import { type FloorParam, readTerms, remoteOf, type Terms } from './sdp-terms.ts';

const session = 'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n';
const audio = 'm=audio 40000 RTP/AVP 96 101\r\ni=speech\r\na=rtpmap:96 AMR-WB/16000\r\na=sendrecv\r\n';
const floor =
  'm=application 40002 udp MCPTT\r\na=fmtp:MCPTT mc_queueing;mc_priority=7;mc_granted;mc_implicit_request\r\n';

const read = (text: string): Sdp => decodeSdp(toBytes(text)).value ?? { session: [], media: [] };
const termsOf = (text: string): Terms | undefined => readTerms(read(text));
const must = (text: string): Terms => {
  const terms = termsOf(text);
  if (terms === undefined) throw new Error('no terms');
  return terms;
};
const own: OwnMedia = {
  address: '10.244.0.6',
  ports: { rtpPort: 20000, floorPort: 20002 },
  sessionId: 77,
  version: 1,
};

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
      'm=audio 9000 RTP/AVP 0 98\r\nc=IN IP4 10.0.0.3\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:98 amr-wb/16000\r\na=rtcp:9100\r\n';
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

describe('own SDP', () => {
  test('an offer is read back as it was meant', () => {
    const offer = buildOffer(own, [
      ['mc_queueing', undefined],
      ['mc_priority', '5'],
    ]);
    const back = readTerms(read(fromBytes(encodeSdp(offer))));
    expect(back).toMatchObject({
      audio: { payloadType: 96, to: { host: '10.244.0.6', port: 20000 }, rtcpPort: 20001 },
      floor: {
        to: { port: 20002 },
        params: [
          ['mc_queueing', undefined],
          ['mc_priority', '5'],
        ],
      },
    });
    expect(fromBytes(encodeSdp(offer))).toContain(
      'i=speech\r\na=rtpmap:96 AMR-WB/16000\r\na=fmtp:96 octet-align=1\r\na=sendrecv\r\n',
    );
  });

  test('an answer has as many m-lines in the same order, the others refused, payload type of the offer', () => {
    const text = `${session}m=video 5000 RTP/AVP 99\r\n${floor}${audio.replaceAll('96', '110')}`;
    const offer = read(text);
    const answer = buildAnswer(own, offer, must(text), []);
    expect(answer.media.map((media) => media.lines[0]?.value)).toEqual([
      'video 0 RTP/AVP 99',
      'application 20002 udp MCPTT',
      'audio 20000 RTP/AVP 110',
    ]);
    expect(answer.media[1]?.lines).toHaveLength(1);
  });

  test('whatever is offered, the answer keeps number, kinds and order of the m-lines', () => {
    const line = fc.constantFrom(audio, floor, 'm=video 1 RTP/AVP 9\r\n', 'm=audio 0 RTP/AVP 96\r\n', 'm=x\r\n');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const offer = read(session + audio + lines.join(''));
        const terms = readTerms(offer);
        if (terms === undefined) return false;
        const answer = buildAnswer(own, offer, terms, []);
        const kinds = (sdp: Sdp) => sdp.media.map((media) => mediaLine(media)?.media ?? 'audio');
        return JSON.stringify(kinds(answer)) === JSON.stringify(kinds(offer));
      }),
    );
  });
});

describe('the floor parameters of an answer (TS 24.380 14.3)', () => {
  const all: FloorParam[] = [
    ['mc_queueing', undefined],
    ['mc_priority', '7'],
    ['mc_granted', undefined],
    ['mc_implicit_request', undefined],
    ['mc_own_invention', '1'],
  ];
  const names = (params: readonly FloorParam[]) =>
    params.map(([name, value]) => (value === undefined ? name : `${name}=${value}`));

  test('only what was offered, priority the lower of both', () => {
    const will = { maxPriority: 5, implicitRequest: true, granted: true };
    expect(names(answerParams(all, will))).toEqual([
      'mc_queueing',
      'mc_priority=5',
      'mc_granted',
      'mc_implicit_request',
    ]);
    expect(names(answerParams([['mc_priority', '3']], will))).toEqual(['mc_priority=3']);
    expect(answerParams([], will)).toEqual([]);
  });

  test('no grant and no implicit request where the server has none to give', () => {
    const will = { maxPriority: 5, implicitRequest: false, granted: false };
    expect(names(answerParams(all, will))).toEqual(['mc_queueing', 'mc_priority=5']);
  });

  test('the grant only to who asked for the floor', () => {
    const will = { maxPriority: 5, implicitRequest: true, granted: true };
    expect(answerParams([['mc_granted', undefined]], will)).toEqual([]);
  });

  test.each([
    ['0', 0],
    ['255', 255],
    ['256', 0],
    ['-1', 0],
    ['x', 0],
    [undefined, 0],
  ])('priority %s', (text, value) => {
    expect(priority(text)).toBe(value);
  });
});

describe('the repair of NAT', () => {
  test('off: the SDP is believed', () => {
    const terms = must(session + audio + floor);
    expect(repairTerms(terms, 'off', '172.18.0.3')).toBe(terms);
  });

  test('signalling-source: the address that the SIP came from, the ports of the SDP', () => {
    expect(remoteOf(repairTerms(must(session + audio + floor), 'signalling-source', '172.18.0.3'))).toEqual({
      rtp: { host: '172.18.0.3', port: 40000 },
      rtcp: { host: '172.18.0.3', port: 40001 },
      floor: { host: '172.18.0.3', port: 40002 },
    });
    expect(remoteOf(repairTerms(must(session + audio), 'signalling-source', '172.18.0.3')).floor).toBeUndefined();
  });
});
