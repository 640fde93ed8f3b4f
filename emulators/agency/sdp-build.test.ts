import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeSdp } from '../../lab/wire/sdp/codec.ts';
import type { Sdp } from '../../lab/wire/sdp/session.ts';
import { mediaLine } from '../../lab/wire/sdp/view.ts';
import { fromBytes } from '../../lab/wire/sip/text.ts';
import { audio, floor, must, read, session } from './bench/sdp.ts';
import { answerParams, buildAnswer, buildOffer, type OwnMedia, priority } from './sdp-build.ts';
import { type FloorParam, readTerms } from './sdp-terms.ts';

const own: OwnMedia = {
  address: '10.244.0.6',
  ports: { rtpPort: 20000, floorPort: 20002 },
  sessionId: 77,
  version: 1,
};

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
