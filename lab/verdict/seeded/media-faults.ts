import { withEndpoint, withOrigin } from '../../wire/sdp/view.ts';
import { alter, at, both, everywhere, from, inAct, later, lose, nth, payload, replace, to } from './edit.ts';
import { alterRtp, flipped, floor, rtp } from './media.ts';
import { withDatagram } from './recording.ts';
import { type Fault, says } from './row.ts';
import { alterSdp, answer, leg, request } from './sip.ts';

const of = '@R2';
const first = both(rtp(), inAct(3));
const second = both(rtp(), inAct(4));
const crossing = leg('sip:ncf@');
const outside = at('a-node', 'bridge', 'b-node');

/** Speech and floor control between SDP, NAT and listener. */
export const mediaFaults: readonly Fault[] = [
  {
    what: 'one packet is lost before one member',
    of,
    edit: lose(nth(both(first, at('b-ue-1'), to('192.168.20.11')), (index) => index === 20)),
    fails: says.heard,
    because: /b-ue-1 received 34 of 35/,
  },
  {
    what: 'the first six are lost, one more than latching may eat',
    of,
    edit: lose(nth(both(first, at('a-ue-2'), to('192.168.10.12')), (index) => index < 6)),
    fails: says.heard,
    because: /a-ue-2 received 34 of 35/,
  },
  {
    what: 'one payload is altered for one member',
    of,
    edit: alterRtp(
      nth(both(first, at('b-ue-2'), to('192.168.20.12')), (index) => index === 30),
      (packet) => ({
        ...packet,
        payload: flipped(packet.payload),
      }),
    ),
    fails: says.heard,
    because: /b-ue-2/,
  },
  {
    what: 'the root edge alters what it relays between agencies',
    of,
    edit: alterRtp(both(first, everywhereOutside()), (packet) => ({ ...packet, payload: flipped(packet.payload) })),
    fails: says.heard,
    because: /b-ue-1/,
  },
  {
    what: 'one-way RTP: nothing of the remote agency comes back',
    of,
    edit: lose(both(second, at('a-edge', 'a-mcx', 'a-ue-1', 'a-ue-2', 'a-node', 'a-access'))),
    fails: says.heardNext,
    because: /received 0 of 35/,
  },
  {
    what: 'the talker sends 39 packets',
    of,
    edit: lose(everywhere(nth(both(first, at('a-ue-1')), (index) => index === 10))),
    fails: says.heard,
    because: /39 packets, not 40/,
  },
  {
    what: 'RTP has another SSRC than the floor was granted for',
    of,
    edit: alterRtp(first, (packet) => ({ ...packet, ssrc: (packet.ssrc ^ 1) >>> 0 })),
    fails: says.heard,
    because: /SSRC/,
  },
  {
    what: 'a member hears somebody who has not got the floor',
    of,
    edit: replace(
      nth(both(first, at('b-ue-1')), (index) => index === 20),
      (packet) => [packet, intruder(packet)],
    ),
    fails: says.heard,
    because: /b-ue-1 hears somebody else/,
  },
  {
    what: 'another member talks into the burst',
    of,
    edit: replace(
      nth(both(first, at('a-ue-2')), (index) => index === 5),
      (packet) => [packet, reply(packet)],
    ),
    fails: says.heard,
    because: /a-ue-2 sends speech too/,
  },
  {
    what: 'a payload type that no SDP names',
    of,
    edit: alterRtp(first, (packet) => ({ ...packet, payloadType: 97 })),
    fails: says.heard,
    because: /payload type 97/,
  },
  {
    what: 'the source port changes in the middle of the burst',
    of,
    edit: alter(
      nth(both(first, at('b-ue-2')), (index) => index >= 20),
      (packet) => withDatagram(packet, { srcPort: 30131 }),
    ),
    fails: says.heard,
    because: /30131/,
  },
  {
    what: 'RTP reaches a UE at another port than its SDP says',
    of,
    edit: alter(both(first, at('a-ue-2')), (packet) => withDatagram(packet, { dstPort: 41000 })),
    fails: says.heard,
    because: /41000/,
  },
  {
    what: 'the SDP that a-ue-1 is answered with has another address than its RTP goes to',
    of,
    edit: alterSdp(both(answer('INVITE', 200), leg('sip:pf@'), at('a-ue-1')), (sdp) =>
      withEndpoint(sdp, 0, '172.18.0.9', 30100),
    ),
    fails: says.heard,
    because: /172.18.0.9/,
  },
  {
    what: 'the SDP that b-ue-1 is offered has another port than its RTP comes from',
    of,
    edit: alterSdp(both(request('INVITE'), leg('sip:b-ue-1@'), at('b-ue-1')), (sdp) =>
      withEndpoint(sdp, 0, '172.18.0.3', 30130),
    ),
    fails: says.heard,
    because: /30130/,
  },
  {
    what: "the crossing offer carries the server's own address outside",
    of,
    edit: alterSdp(both(request('INVITE'), crossing, throughOutside('172.18.0.2')), (sdp) =>
      withOrigin(withEndpoint(withEndpoint(sdp, 0, '10.244.0.6', 20008), 1, '10.244.0.6', 20010), '10.244.0.6'),
    ),
    fails: says.translated,
    because: /10\.244\.0\.6/,
  },
  {
    what: "the crossing answer has the node's address with a port that nothing exposes",
    of,
    edit: alterSdp(
      both(answer('INVITE', 200), crossing, from('172.18.0.3'), at('b-node', 'bridge', 'a-node', 'a-edge')),
      (sdp) => withEndpoint(sdp, 0, '172.18.0.3', 20000),
    ),
    fails: says.translated,
    because: /20000/,
  },
  {
    what: 'RTP leaves its node with the source of the pod',
    of,
    edit: alter(both(first, from('172.18.0.2'), at('a-node', 'bridge', 'b-node', 'b-edge')), (packet) =>
      withDatagram(packet, { src: '10.244.0.5' }),
    ),
    fails: says.translated,
    because: /rtp/,
  },
  {
    what: 'one packet in the burst leaves its node with the source of the pod',
    of,
    edit: alter(
      nth(both(first, from('172.18.0.2', 30106), at('a-node', 'bridge', 'b-node', 'b-edge')), (index) => index === 25),
      (packet) => withDatagram(packet, { src: '10.244.0.5' }),
    ),
    fails: says.translated,
    because: /rtp/,
  },
  {
    what: 'floor control leaves its node with the source of the pod',
    of,
    edit: alter(
      both(
        floor('Floor Taken', 'Floor Idle', 'Floor Granted'),
        from('172.18.0.2'),
        at('a-node', 'bridge', 'b-node', 'b-edge'),
      ),
      (packet) => withDatagram(packet, { src: '10.244.0.5' }),
    ),
    fails: says.translated,
    because: /floor/,
  },
  {
    what: 'no floor control crosses',
    of: '@R3',
    edit: lose(
      both(floor('Floor Taken', 'Floor Idle', 'Floor Granted', 'Floor Request', 'Floor Release', 'Floor Ack'), outside),
    ),
    fails: says.translated,
    because: /floor/,
  },
];

/** Beyond the root edge. */
function everywhereOutside() {
  return at('a-node', 'bridge', 'b-node', 'b-edge', 'b-mcx', 'b-access', 'b-ue-1', 'b-ue-2');
}

function throughOutside(source: string) {
  return both(from(source), at('a-node', 'bridge', 'b-node', 'b-edge'));
}

/** Speech of somebody else by the same way. */
function intruder(packet: Parameters<typeof later>[0]) {
  const content = packet.datagram?.content;
  if (content?.protocol !== 'rtp') return packet;
  const bytes = packet.datagram?.payload.slice() ?? new Uint8Array();
  bytes[8] = (bytes[8] ?? 0) ^ 0xff;
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 0xff;
  return later(payload(packet, bytes), 3);
}

/** Speech of a listener by the way back. */
function reply(packet: Parameters<typeof later>[0]) {
  if (packet.datagram === undefined) return packet;
  const { src, dst, srcPort, dstPort, srcMac, dstMac } = packet.datagram;
  const back = {
    src: dst,
    dst: src,
    srcPort: dstPort,
    dstPort: srcPort,
    srcMac: dstMac ?? '',
    dstMac: srcMac ?? '',
    ttl: 64,
  };
  return withDatagram(intruder(packet), back);
}
