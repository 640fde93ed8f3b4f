import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Timeline } from '../../../capture/timeline.ts';
import type { Topology } from '../../../verdict/topology.ts';
import { encodeSip } from '../../../wire/sip/encode.ts';
import { withHeader } from '../../../wire/sip/headers.ts';
import type { SipRequest } from '../../../wire/sip/message.ts';
import type { CastAct } from '../director.ts';
import { disguised } from './replay.ts';
import { exposedMediaPorts } from './spray.ts';
import { sending, strangerMediaPort, word } from './words.ts';

/** Each datagram is sent so often: receivers are hurt by numbers, acts cost the sender. */
const times = 4;
const garbageKinds = 10;
const nothingSeen: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:x',
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP x;branch=z9hG4bKx' },
    { name: 'From', value: '<sip:x>;tag=x' },
    { name: 'To', value: '<sip:x>' },
    { name: 'Call-ID', value: 'x' },
    { name: 'CSeq', value: '1 INVITE' },
  ],
  body: new Uint8Array(),
};

/**
 * So many datagrams, evenly over all exposed ports, SIP and media: noise, SIP cut short or with bytes changed, RTP and floor
 * control whose lengths lie, and SIP without a fault that begins something new each time.
 */
export function garbage(topology: Topology, host: string, count: number): (seen: Timeline) => readonly CastAct[] {
  return (seen) => {
    const sample = sampleOf(seen);
    const targets = [
      ...topology.agencies.flatMap(({ node, clientPort, interconnectPort }) =>
        [clientPort, interconnectPort].map((port) => ({ host: node, port })),
      ),
      ...exposedMediaPorts(topology),
    ];
    const each = Math.ceil(count / times / targets.length);
    return targets.flatMap((to, index) =>
      Array.from({ length: each }, (_, n) => {
        const name = `${host} ${to.host}:${to.port} ${n}`;
        // What becomes of it must not be told of the genuine call: a Call-ID of its own.
        const bytes = garbageOf(index + n, disguised(sample, word(name)), noise(name, 512));
        return sending(host, { fromPort: strangerMediaPort, to, bytes, times });
      }),
    );
  };
}

/** Any genuine request with a body. */
function sampleOf(seen: Timeline): SipRequest {
  for (const { content } of seen.sightings) {
    if (content.protocol !== 'sip' || content.message.kind !== 'request' || content.message.body.length === 0) continue;
    return content.message;
  }
  return nothingSeen;
}

/** `random` has 512 bytes. */
export function garbageOf(kind: number, request: SipRequest, random: Uint8Array): Uint8Array {
  const [a = 0, b = 0] = random;
  const sip = encodeSip(request);
  switch (kind % garbageKinds) {
    case 0:
      return random.slice(0, 1 + a);
    case 1:
      return sip.slice(0, 1 + ((a * 256 + b) % sip.length));
    case 2:
      return sip.map((byte, index) => (random[index % random.length] === 7 ? byte ^ 0x15 : byte));
    case 3:
      // A header line that does not end within any sensible length.
      return Buffer.concat([Buffer.from('OPTIONS sip:x SIP/2.0\r\nVia: '), Buffer.alloc(1300, 0x2c)]);
    case 4:
      // RFC 3550 5.1: fifteen contributing sources and an extension, in a packet that has room for none.
      return Buffer.concat([Buffer.from([0x9f, 0x60]), random.slice(0, 12)]);
    case 5:
      // The last byte says how much padding there is: more than the packet is long.
      return Buffer.concat([Buffer.from([0xa0, 0x60]), random.slice(0, 30), Buffer.from([0xff])]);
    case 6:
      // TS 24.380 8.1.2: an RTCP APP packet of the name MCPT that claims 65535 words.
      return Buffer.concat([
        Buffer.from([0x80 | (a & 31), 204, 0xff, 0xff, ...random.slice(0, 4)]),
        Buffer.from('MCPT'),
      ]);
    case 8:
      // Nothing is wrong with it but who sends it: memory for each would be memory for whoever likes.
      return sip;
    case 9:
      return encodeSip(registering(request));
    default:
      // Fields whose lengths lead beyond the end.
      return floorLike(random.slice(0, 20), a & 31);
  }
}

/** Everybody may register who can authenticate: no edge can tell from the source. */
function registering(request: SipRequest): SipRequest {
  return withHeader({ ...request, method: 'REGISTER', body: new Uint8Array() }, 'CSeq', '1 REGISTER');
}

function floorLike(fields: Uint8Array, subtype: number): Uint8Array {
  const words = 2 + fields.length / 4;
  return Buffer.concat([Buffer.from([0x80 | subtype, 204, 0, words, 1, 2, 3, 4]), Buffer.from('MCPT'), fields]);
}

function noise(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, n) =>
    createHash('sha256').update(`${seed} ${n}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
