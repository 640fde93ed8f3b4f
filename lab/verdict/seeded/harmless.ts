import { canonicalName } from '../../wire/sip/headers.ts';
import { fromBytes, toBytes } from '../../wire/sip/text.ts';
import { again, alter, at, both, later, lose, mapTaps, nth, payload, replace, to } from './edit.ts';
import {
  any,
  beside,
  capitals,
  compact,
  day,
  dns,
  fromUes,
  hopLimit,
  lostOnce,
  named,
  noise,
  renumbered,
  reordered,
  setup,
  sip,
  udp,
  unnamed,
  withBody,
} from './harmless-edits.ts';
import { alterFloor, floor, rtp } from './media.ts';
import { atTime, fragmented, withDatagram } from './recording.ts';
import type { Harmless, Rung } from './row.ts';
import { alterHeader, alterSdp, alterSip, answer, leg, request, setHeader } from './sip.ts';

const calls: readonly Rung[] = ['@R2', '@R5'];
const every: readonly Rung[] = ['@F1', '@F2', '@R2', '@F3', '@F4', '@F5'];

/** What a network, another stack or another recorder does without any harm: verdicts and symptoms stay what they are. */
export const harmless: readonly Harmless[] = [
  { what: 'nothing but written anew', of: every, edit: alter(udp, (packet) => withDatagram(packet, {})) },
  { what: 'all times a day later', of: every, edit: replace(any, (packet) => [later(packet, day)]) },
  {
    what: 'times in microseconds',
    of: every,
    edit: replace(any, (packet) => [atTime(packet, packet.timeNs - (packet.timeNs % 1000n))]),
  },
  {
    what: 'classic pcap files',
    of: every,
    edit: (recording) => mapTaps(recording, (tap) => ({ ...tap, format: 'pcap', drops: undefined })),
  },
  {
    what: 'interfaces without names',
    of: every,
    edit: (recording) => mapTaps(recording, (tap, name) => unnamed(tap, name)),
  },
  {
    what: 'one tap more: a mirror of the bridge',
    of: every,
    edit: (recording) =>
      new Map([
        ...recording,
        [
          'mirror',
          { ...recording.get('bridge'), packets: recording.get('bridge')?.packets ?? [], drops: 0, name: 'mirror' },
        ],
      ]),
  },
  { what: 'every IP identification 0', of: every, edit: alter(udp, (packet) => withDatagram(packet, { ipId: 0 })) },
  {
    what: 'IP identifications counted from elsewhere',
    of: every,
    edit: alter(udp, (packet) =>
      withDatagram(packet, {
        ipId: packet.datagram?.ipId === 0 ? 0 : (((packet.datagram?.ipId ?? 0) + 4711) % 0xffff) + 1,
      }),
    ),
  },
  {
    what: 'hosts that begin at hop limit 128',
    of: every,
    edit: alter(udp, (packet) => withDatagram(packet, { ttl: hopLimit(packet, 64) })),
  },
  {
    what: 'UEs that begin at hop limit 255',
    of: every,
    edit: alter(fromUes(), (packet) => withDatagram(packet, { ttl: hopLimit(packet, 191) })),
  },
  {
    what: 'VLAN tags on the bridge',
    of: every,
    edit: alter(both(udp, at('bridge')), (packet) => withDatagram(packet, { vlans: [7] })),
  },
  {
    what: 'large datagrams in fragments of 576 bytes',
    of: every,
    edit: alter(udp, (packet) => ((packet.datagram?.payload.length ?? 0) > 556 ? fragmented(packet, 576) : packet)),
  },
  {
    what: 'headers in another order',
    of: every,
    edit: alterSip(sip, (message) => ({ ...message, headers: reordered(message.headers) })),
  },
  {
    what: 'compact forms of headers',
    of: every,
    edit: alterSip(sip, (message) => named(message, (name) => compact[canonicalName(name)] ?? name)),
  },
  {
    what: 'names of headers in capitals',
    of: every,
    edit: alterSip(sip, (message) => named(message, (name) => name.toUpperCase())),
  },
  {
    what: 'folded headers',
    of: every,
    edit: alterHeader(sip, 'Contact', (value) => value.replaceAll('>;', '>\r\n ;')),
  },
  { what: 'headers that nobody knows', of: every, edit: setHeader(sip, 'X-Vendor', 'anything; goes=here') },
  {
    what: 'display names',
    of: every,
    edit: alterHeader(sip, 'From', (value) => (value.startsWith('<') ? `"Unit, one" ${value}` : value)),
  },
  {
    what: 'line ends before SIP',
    of: every,
    edit: alter(sip, (packet) =>
      payload(packet, toBytes(`\r\n\r\n${fromBytes(packet.datagram?.payload ?? new Uint8Array())}`)),
    ),
  },
  {
    what: 'more lines in SDP',
    of: every,
    edit: alterSdp(both(sip, withBody()), (sdp) => ({
      ...sdp,
      media: sdp.media.map(({ lines }) => ({ lines: [...lines, { type: 'a', value: 'x-vendor:1' }] })),
    })),
  },
  { what: 'names in DNS in capitals', of: every, edit: alter(dns, (packet) => payload(packet, capitals(packet))) },
  { what: 'the UEs’ media ports renumbered', of: calls, edit: renumbered },
  { what: 'another call beside: strangers on the bridge', of: every, edit: beside },
  { what: 'other protocols beside', of: every, edit: noise },
  {
    what: 'the crossing INVITE sent twice before its answer',
    of: calls,
    edit: again(both(request('INVITE'), leg('sip:ncf@')), 45),
  },
  {
    what: 'the INVITE of the caller sent twice before its answer',
    of: calls,
    edit: again(both(request('INVITE'), leg('sip:pf@')), 15),
  },
  { what: 'the INVITE to a UE lost once on its access network and sent again', of: calls, edit: lostOnce },
  {
    what: 'a provisional answer more',
    of: calls,
    edit: replace(both(answer('INVITE', 100), at('a-mcx')), (packet) => [packet, later(packet, 1)]),
  },
  {
    what: 'the first five packets of a burst eaten by latching',
    of: ['@R2'],
    edit: lose(nth(both(rtp(), at('b-ue-1'), to('192.168.20.11')), (index) => index < 5)),
  },
  {
    what: 'neighbours of RTP exchanged on the last hop',
    of: ['@R2', '@R1a'],
    edit: replace(
      nth(both(rtp(), at('a-ue-2'), to('192.168.10.12')), (index) => index % 7 === 3),
      (packet) => [later(packet, 25)],
    ),
  },
  {
    what: 'RTP doubled on the last hop',
    of: ['@R2', '@R1a'],
    edit: again(
      nth(both(rtp(), at('b-ue-2'), to('192.168.20.12')), (index) => index % 5 === 0),
      0.2,
    ),
  },
  {
    what: 'Floor Taken repeated before its Floor Ack',
    of: ['@R2', '@R1a'],
    edit: again(both(floor('Floor Taken'), at('b-ue-1')), 0.4),
  },
  {
    what: 'fields of floor control that nobody knows',
    of: ['@R2', '@R1a'],
    edit: alterFloor(floor('Floor Granted', 'Floor Taken', 'Floor Idle'), (message) => ({
      ...message,
      fields: [...message.fields, { id: 'other', fieldId: 77, value: Uint8Array.of(1, 2) }],
    })),
  },
  {
    what: 'the far edge puts its Record-Route inward, and the far server keeps it',
    of: calls,
    edit: setHeader(both(leg('sip:ncf@'), at('b-mcx'), setup()), 'Record-Route', '<sip:token@10.244.0.25:5060;lr>'),
  },
];
