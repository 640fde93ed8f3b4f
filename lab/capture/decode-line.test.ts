import { describe, expect, test } from 'vitest';
import { encodeDns } from '../wire/dns/codec.ts';
import { queryOf } from '../wire/dns/query.ts';
import { encodeFloor } from '../wire/floor/codec.ts';
import { portUnreachable, type UdpPacket, udpPacket } from '../wire/net/build.ts';
import { encodeRtcp } from '../wire/rtcp/codec.ts';
import { encodeRtp } from '../wire/rtp/codec.ts';
import { decodeLine, faultsOf } from './decode-line.ts';
import { ascii, at, flow, START, timelineOf } from './scene.test-data.ts';
import type { Content } from './timeline.ts';

function lineOf(packet: Partial<UdpPacket> | Uint8Array) {
  const [sighting] = timelineOf([at(5, 'a-edge', packet)]).sightings;
  if (sighting === undefined) throw new Error('there is no sighting');
  return JSON.parse(JSON.stringify(decodeLine(sighting))) as Record<string, unknown>;
}

const hello: UdpPacket = { src: '10.0.0.1', srcPort: 1, dst: '10.0.0.2', dstPort: 2, payload: ascii('hello') };

describe('a line of decode --json', () => {
  test('begins with where and when, in this order', () => {
    const line = lineOf({ ...hello, ttl: 63 });
    expect(Object.keys(line).slice(0, 6)).toEqual(['tap', 'frame', 'timeNs', 'src', 'dst', 'protocol']);
    expect(line).toEqual({
      tap: 'a-edge',
      frame: 1,
      timeNs: String(START + 5000n),
      src: '10.0.0.1:1',
      dst: '10.0.0.2:2',
      protocol: 'other',
      ttl: 63,
      length: 5,
      journey: 1,
    });
  });

  test('writes IPv6 addresses in brackets', () => {
    expect(lineOf({ ...hello, src: 'fd00::1', dst: 'fd00::2' })).toMatchObject({
      src: '[fd00::1]:1',
      dst: '[fd00::2]:2',
    });
  });

  test('of SIP tells dialog, path and session', () => {
    const body = 'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 96\r\n';
    const invite = [
      'INVITE sip:pf@a.mcx.test SIP/2.0',
      'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport',
      'From: "Ünal" <sip:a-ue-1@a.mcx.test>;tag=f1',
      'To: <sip:pf@a.mcx.test>;tag=t1',
      'Max-Forwards: 70',
      'Route: <sip:10.0.0.9;lr>, <sip:10.0.0.8;lr>',
      'Call-ID: c1',
      'CSeq: 1 INVITE',
      'Contact: <sip:a@10.0.0.1>',
      'Content-Type: application/sdp',
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    const line = lineOf({ ...hello, payload: ascii(`${invite}\r\n\r\n${body}`) });
    expect(line).toMatchObject({
      protocol: 'sip',
      method: 'INVITE',
      uri: 'sip:pf@a.mcx.test',
      callId: 'c1',
      cseq: '1 INVITE',
      from: '"Ünal" <sip:a-ue-1@a.mcx.test>;tag=f1',
      fromTag: 'f1',
      to: '<sip:pf@a.mcx.test>;tag=t1',
      toTag: 't1',
      via: ['SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport'],
      contact: ['<sip:a@10.0.0.1>'],
      route: ['<sip:10.0.0.9;lr>', '<sip:10.0.0.8;lr>'],
      sdp: [{ media: 'audio', address: '10.0.0.1', port: 40000 }],
    });
    expect(line).not.toHaveProperty('faults');
    const response = lineOf({ ...hello, payload: ascii('SIP/2.0 403 Forbidden\r\nCall-ID: c1\r\n\r\n') });
    expect(response).toMatchObject({ protocol: 'sip', status: 403, reason: 'Forbidden', callId: 'c1' });
    for (const absent of ['via', 'contact', 'route', 'sdp', 'cseq', 'from', 'fromTag', 'to', 'toTag', 'method', 'uri'])
      expect(response).not.toHaveProperty(absent);
  });

  test('of RTP tells source and sequence', () => {
    const packet = { marker: true, payloadType: 96, sequenceNumber: 7, timestamp: 320, ssrc: 9, csrcs: [], padding: 0 };
    const { payload, csrcs, padding, ...told } = { ...packet, payload: new Uint8Array(33) };
    expect(lineOf({ ...hello, payload: encodeRtp({ ...packet, payload }) })).toMatchObject({
      protocol: 'rtp',
      ...told,
      payloadLength: 33,
    });
  });

  test('of floor control tells messages and fields', () => {
    const fields = [
      { id: 'Duration', seconds: 30 } as const,
      { id: 'other', fieldId: 99, value: Uint8Array.of(0xab) } as const,
    ];
    const payload = encodeFloor([{ name: 'Floor Granted', ackRequired: false, ssrc: 9, fields }]);
    expect(lineOf({ ...hello, payload })).toMatchObject({
      protocol: 'floor',
      messages: [{ name: 'Floor Granted', ssrc: 9, fields: [fields[0], { id: 'other', fieldId: 99, value: 'ab' }] }],
    });
  });

  test('of a message that is not as it should be tells the faults', () => {
    const deny = encodeFloor([{ name: 'Floor Deny', ackRequired: false, ssrc: 9, fields: [] }]);
    const payload = new Uint8Array([...deny, 1, 1, 5, 0]);
    payload[3] = 3;
    expect(lineOf({ ...hello, payload })).toMatchObject({
      protocol: 'floor',
      messages: [{ fields: [{ id: 'other', fieldId: 1, value: '05' }] }],
      faults: [{ code: 'floor/field-value', offset: 12 }],
    });
    expect(lineOf({ ...hello, payload: deny })).not.toHaveProperty('faults');
  });

  test.each<[string, Uint8Array, string]>([
    ['sip', ascii('OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 9\r\n\r\n'), 'sip/'],
    ['rtp', Uint8Array.of(0x80, 96, ...new Array(9).fill(0)), 'rtp/short'],
    ['rtcp', Uint8Array.of(0x80, 200, 0, 9), 'rtcp/length'],
    ['floor', ascii(''), 'floor/short'],
    ['dns', Uint8Array.of(1, 2, 3), 'dns/'],
  ])('tells what the decoder of its protocol objects to: %s', (protocol, payload, code) => {
    expect(faultsOf({ protocol } as Content, payload)[0]?.code).toContain(code);
  });

  test('of RTCP tells packets', () => {
    const empty = { reports: [], extension: new Uint8Array() };
    const payload = encodeRtcp([
      { type: 'SR', ssrc: 1, ntp: 2n ** 63n, rtpTimestamp: 1, packetCount: 2, octetCount: 3, ...empty },
      { type: 'RR', ssrc: 1, ...empty },
      { type: 'SDES', chunks: [{ ssrc: 1, items: [{ item: 1, value: ascii('me') }] }] },
      { type: 'APP', subtype: 1, ssrc: 2, name: 'MCV0', data: new Uint8Array(4) },
      { type: 'BYE', ssrcs: [1], reason: ascii('over') },
      { type: 'BYE', ssrcs: [2] },
      { type: 'other', packetType: 205, count: 1, data: Uint8Array.of(0, 0, 0, 10) },
    ]);
    expect(lineOf({ ...hello, payload })).toMatchObject({ protocol: 'rtcp' });
    expect(lineOf({ ...hello, payload }).packets).toEqual([
      {
        type: 'SR',
        ssrc: 1,
        rtpTimestamp: 1,
        packetCount: 2,
        octetCount: 3,
        reports: [],
        ntp: '9223372036854775808',
      },
      { type: 'RR', ssrc: 1, reports: [] },
      { type: 'SDES', chunks: [{ ssrc: 1, items: [{ item: 1, text: 'me' }] }] },
      { type: 'APP', subtype: 1, ssrc: 2, name: 'MCV0', data: '00000000' },
      { type: 'BYE', ssrcs: [1], reason: 'over' },
      { type: 'BYE', ssrcs: [2] },
      { type: 'other', packetType: 205, count: 1, data: '0000000a' },
    ]);
  });

  test('of DNS tells question and answer', () => {
    const flags = {
      opcode: 0,
      authoritative: true,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
    };
    const question = { name: 'node-b.mcx.test', type: 'A' };
    const payload = encodeDns({
      id: 77,
      response: true,
      rcode: 3,
      ...flags,
      questions: [question],
      answers: [{ name: 'node-b.mcx.test', type: 'A', ttl: 5, address: '172.18.0.3' }],
      authorities: [],
      additionals: [],
    });
    expect(lineOf({ ...hello, srcPort: 53, payload })).toMatchObject({
      protocol: 'dns',
      id: 77,
      response: true,
      rcode: 'NXDOMAIN',
      questions: ['node-b.mcx.test A'],
      answers: [{ type: 'A', address: '172.18.0.3' }],
    });
    expect(lineOf({ ...hello, srcPort: 53, payload })).not.toHaveProperty('authorities');
    const known = { name: 'mcx.test', ttl: 5 };
    const more = encodeDns({
      id: 78,
      response: true,
      rcode: 0,
      ...flags,
      questions: [question],
      answers: [{ ...known, type: 'other', number: 99, class: 1, data: Uint8Array.of(1, 255) }],
      authorities: [{ ...known, type: 'NS', target: 'ns.mcx.test' }],
      additionals: [],
    });
    expect(lineOf({ ...hello, srcPort: 53, payload: more })).toMatchObject({
      answers: [{ data: '01ff' }],
      authorities: [{ type: 'NS', target: 'ns.mcx.test' }],
    });
    const asked = encodeDns(queryOf(79, 'node-b.mcx.test', 'A'));
    const line = lineOf({ ...hello, dstPort: 53, payload: asked });
    expect(line).toMatchObject({ id: 79, response: false, questions: ['node-b.mcx.test A'], answers: [] });
    expect(line).not.toHaveProperty('rcode');
  });

  test('of ICMP has addresses without ports, and those of the quote with them', () => {
    const about = udpPacket(hello);
    expect(lineOf(portUnreachable({ src: '10.0.0.2', dst: '10.0.0.1' }, about))).toMatchObject({
      src: '10.0.0.2',
      dst: '10.0.0.1',
      protocol: 'icmp',
      type: 3,
      code: 3,
      quoted: { src: '10.0.0.1:1', dst: '10.0.0.2:2' },
    });
    const echo = lineOf(portUnreachable({ src: '10.0.0.2', dst: '10.0.0.1' }, new Uint8Array(4)));
    expect(echo).toMatchObject({ protocol: 'icmp', type: 3, code: 3 });
    expect(echo).not.toHaveProperty('quoted');
  });

  test('of a marker is other, with its number', () => {
    const marker = flow('10.0.0.1:4 > 224.0.0.123:9', { payload: ascii('mark 12') });
    expect(lineOf(marker)).toMatchObject({ protocol: 'other', marker: 12 });
  });
});
