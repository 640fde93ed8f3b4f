import fc from 'fast-check';
import { encodeDns } from '../../lab/wire/dns/encode.ts';
import type { DnsMessage, DnsRecord } from '../../lab/wire/dns/message.ts';
import { floorMessage } from '../../lab/wire/floor/arbitrary.test-data.ts';
import { encodeFloor } from '../../lab/wire/floor/codec.ts';
import type { FloorField, FloorMessage } from '../../lab/wire/floor/message.ts';
import { encodeRtcp } from '../../lab/wire/rtcp/codec.ts';
import type { ReceptionReport, RtcpPacket } from '../../lab/wire/rtcp/packet.ts';
import { encodeRtp } from '../../lab/wire/rtp/codec.ts';

/* Datagrams with what the lab's own calls do not have. */

const none = new Uint8Array();
const text = (value: string) => new TextEncoder().encode(value);

const report = (n: number): ReceptionReport => ({
  ssrc: 0x1000 + n,
  fractionLost: 3 + n,
  cumulativeLost: n % 2 === 0 ? -5 : 77,
  highestSequence: 0x10002 + n,
  jitter: 21,
  lastSr: 0xfedcba98,
  delaySinceLastSr: 4711,
});
const sender: RtcpPacket = {
  ...{ type: 'SR', ssrc: 0xdeadbeef, ntp: 0xe8a5f2c180000001n, rtpTimestamp: 160, packetCount: 5, octetCount: 165 },
  ...{ reports: [report(1), report(2)], extension: none },
};
const names: RtcpPacket = {
  type: 'SDES',
  chunks: [
    { ssrc: 1, items: [{ item: 1, value: text('a-ue-1@a.mcx.test') }] },
    { ssrc: 2, items: [{ item: 2, value: text('b-ue-1') }] },
  ],
};
export const rtcp: readonly Uint8Array[] = [
  encodeRtcp([sender, names, { type: 'BYE', ssrcs: [1, 2], reason: text('done') }]),
  encodeRtcp([{ type: 'RR', ssrc: 7, reports: [report(3)], extension: none }]),
  encodeRtcp([{ type: 'APP', subtype: 3, ssrc: 9, name: 'MCPC', data: new Uint8Array(8) }]),
];

export const rtp: readonly Uint8Array[] = [0, 1, 15].map((sources) =>
  encodeRtp({
    ...{ marker: sources === 1, payloadType: 96, sequenceNumber: 65535, timestamp: 0xfffffff0, ssrc: 0x80000001 },
    csrcs: Array.from({ length: sources }, (_, i) => 0xc0000000 + i),
    ...(sources === 1 ? { extension: { profile: 0xbede, data: Uint8Array.of(0x10, 0xff, 0, 0) } } : {}),
    payload: new Uint8Array(33).fill(sources),
    padding: sources === 15 ? 4 : 0,
  }),
);

/** What Wireshark shows of a text with control characters, or of none, is a matter of display. */
const plain = (value: string) => 'sip:user@mcx.test/'.padEnd(18 + (value.length % 12), 'x');

function withPlainTexts(field: FloorField): FloorField {
  if ('uri' in field) return { ...field, uri: plain(field.uri) };
  if ('uris' in field) return { ...field, uris: field.uris.map(plain) };
  if (field.id === 'Reject Cause') return { ...field, phrase: plain(field.phrase) };
  return field.id === 'Track Info' ? { ...field, participantType: plain(field.participantType) } : field;
}

function fieldsOf({ fields }: FloorMessage): FloorField[] {
  return fields.filter(({ id }) => id !== 'other').map(withPlainTexts);
}

/** Of every kind, with fields of every kind that the codec knows; 19 and above hold what no dissector could know. */
export const floor: readonly Uint8Array[] = fc
  .sample(floorMessage, { numRuns: 600, seed: 24380 })
  .map((message) => encodeFloor([{ ...message, fields: fieldsOf(message) }]));

const records: DnsRecord[] = [
  { name: 'edge.mcx.test', ttl: 5, type: 'CNAME', target: 'node-a.mcx.test' },
  { name: 'node-a.mcx.test', ttl: 5, type: 'A', address: '172.18.0.2' },
  { name: 'node-a.mcx.test', ttl: 5, type: 'AAAA', address: 'fc00::2' },
];
const answer: DnsMessage = {
  ...{ id: 0xbeef, response: true, opcode: 0, rcode: 0, authoritative: true, truncated: false },
  ...{ recursionDesired: true, recursionAvailable: true, questions: [{ name: 'edge.mcx.test', type: 'AAAA' }] },
  ...{ answers: records, authorities: [], additionals: [] },
};
export const dns: readonly Uint8Array[] = [encodeDns(answer), encodeDns({ ...answer, answers: [], rcode: 3 })];

const sdp = [
  ...['v=0', 'o=- 1 1 IN IP4 10.244.0.6', 's=-', 'c=IN IP4 172.18.0.2', 't=0 0', 'm=audio 30100/2 RTP/AVP 96'],
  ...['c=IN IP4 172.18.0.3', 'a=rtpmap:96 AMR-WB/16000', 'm=application 0 udp MCPTT', ''],
].join('\r\n');

/** As garbage has it: a space of the session's c= line is gone. */
const damaged = sdp.replace('IN IP4 172.18.0.2', 'IN IP45172.18.0.2');

export const sip: readonly Uint8Array[] = [
  [
    'INVITE sip:cf@ic.b.mcx.test;transport=udp SIP/2.0',
    'v: SIP/2.0/UDP 172.18.0.2:5064;branch=z9hG4bKone;rport, SIP/2.0/UDP 10.244.0.6:5060;branch=z9hG4bKtwo',
    'Via: SIP/2.0/UDP [fc00::1]:5062;received=fc00::2;branch=z9hG4bKthree',
    'Max-Forwards: 70',
    'f: "Über; <x>" <sip:cf@ic.a.mcx.test>;tag=one;x=y',
    't: <sip:cf@ic.b.mcx.test;a=b>',
    'i: a84b4c76e66710@ic.a.mcx.test',
    'CSeq: 4711\tINVITE',
    'm: "a, b" <sip:cf@172.18.0.2:5064;lr>;isfocus;expires=60',
    'Route: <sip:one.mcx.test;lr>, <sip:two.mcx.test:5062;lr;x=1>',
    'Record-Route: <sip:172.18.0.3:5064;lr>,',
    ' <sip:10.244.0.25:5060;lr;flow=f7>',
    'Record-Route: <sip:172.18.0.2:5064;lr>',
    'c: application/sdp',
    `l: ${sdp.length}`,
    '',
    sdp,
  ].join('\r\n'),
  [
    'SIP/2.0 486 Busy Here',
    'Via: SIP/2.0/UDP 172.18.0.2;branch=z9hG4bKone',
    'From: sip:a@b.mcx.test;tag=one',
    'To: <sip:c@d.mcx.test>;tag=two',
    'Call-ID: x',
    'CSeq: 4711 INVITE',
    'Contact: <sip:a@10.0.0.1>;q=0.5, <sip:b@10.0.0.2>',
    'Record-Route: <sip:p1.example.com;lr>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
  [
    'MESSAGE sip:cf@ic.b.mcx.test SIP/2.0',
    'Via: SIP/2.0/UDP 172.18.0.2:5064;branch=z9hG4bKfour;rport',
    'From: <sip:cf@ic.a.mcx.test>;tag=one',
    'To: <sip:cf@ic.b.mcx.test>',
    'Call-ID: y',
    'CSeq: 1 MESSAGE',
    'Content-Type: application/sdp',
    `Content-Length: ${damaged.length}`,
    '',
    damaged,
  ].join('\r\n'),
].map(text);
