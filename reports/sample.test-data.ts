import { Buffer } from 'node:buffer';
import type { Content, Journey, Sighting, Timeline } from '../lab/capture/timeline.ts';
import { blueprintOf } from '../lab/run/blueprint/blueprint.ts';
import { configurationSchema } from '../lab/run/settings/configuration.ts';
import type { Topology } from '../lab/verdict/topology.ts';
import type { DnsRecord } from '../lab/wire/dns/message.ts';
import { queryOf } from '../lab/wire/dns/query.ts';
import type { FloorField, FloorMessageName } from '../lab/wire/floor/message.ts';
import { decodeSip } from '../lab/wire/sip/decode.ts';

export const topology: Topology = blueprintOf(configurationSchema.parse({}), 1).topology;

/** One tap's view of a datagram: `a-edge 10.244.0.5:5064 172.18.0.3:31070`. */
export type View = string;

/** A timeline written by hand: datagrams with what each tap saw of them. */
export class Story {
  readonly #journeys: Journey[] = [];
  readonly #frames = new Map<string, number>();

  send(atMs: number, content: Content, payload: string, ...views: readonly View[]): this {
    const sightings: Sighting[] = [];
    const journey: Journey = { id: this.#journeys.length, sightings };
    for (const [i, view] of views.entries()) {
      const [tap = '', from = '', to = ''] = view.split(' ');
      const [src = '', srcPort] = from.split(':');
      const [dst = '', dstPort] = to.split(':');
      const frame = (this.#frames.get(tap) ?? 0) + 1;
      this.#frames.set(tap, frame);
      sightings.push({
        tap,
        frame,
        timeNs: 1_795_000_000_000_000_000n + BigInt(Math.round(atMs * 1_000_000)) + BigInt(i * 20_000),
        src,
        dst,
        srcPort: Number(srcPort ?? 0),
        dstPort: Number(dstPort ?? 0),
        ttl: 64,
        ipId: this.#journeys.length,
        srcMac: '',
        dstMac: '',
        content,
        payload: new Uint8Array(Buffer.from(payload, 'latin1')),
        journey,
      });
    }
    this.#journeys.push(journey);
    return this;
  }

  sip(atMs: number, start: string, callId: string, cseq: string, ...views: readonly View[]): this {
    const head = start.startsWith('SIP/') ? start : `${start} SIP/2.0`;
    const headers = [
      `Via: SIP/2.0/UDP h;branch=z9hG4bK${callId}`,
      'From: <sip:x@a>;tag=f',
      'To: <sip:y@b>',
      `Call-ID: ${callId}`,
      `CSeq: ${cseq}`,
    ];
    const text = [head, ...headers, '', ''].join('\r\n');
    const message = decodeSip(new Uint8Array(Buffer.from(text, 'latin1'))).value;
    if (message === undefined) throw new Error(`no SIP message: ${start}`);
    return this.send(atMs, { protocol: 'sip', message }, text, ...views);
  }

  floor(atMs: number, name: FloorMessageName, fields: readonly FloorField[], ...views: readonly View[]): this {
    const messages = [{ name, ackRequired: false, ssrc: 1, fields }];
    return this.send(atMs, { protocol: 'floor', messages }, `${name} ${JSON.stringify(fields)}`, ...views);
  }

  /** So many packets, one every 20 ms. */
  rtp(atMs: number, ssrc: number, count: number, ...views: readonly View[]): this {
    for (let i = 0; i < count; i += 1) {
      const packet = {
        marker: i === 0,
        payloadType: 96,
        sequenceNumber: i,
        timestamp: i * 320,
        ssrc,
        csrcs: [],
        payload: new Uint8Array(33).fill(i),
        padding: 0,
      };
      this.send(atMs + 20 * i, { protocol: 'rtp', packet }, `rtp ${ssrc} ${i}`, ...views);
    }
    return this;
  }

  dns(
    atMs: number,
    name: string,
    type: string,
    rcode: number,
    answers: readonly DnsRecord[],
    ...asked: readonly View[]
  ): this {
    const query = queryOf(this.#journeys.length, name, type);
    const back = asked.map((view) => view.replace(/ (\S+) (\S+)$/, ' $2 $1')).reverse();
    this.send(atMs, { protocol: 'dns', message: query }, `q ${name} ${type}`, ...asked);
    return this.send(
      atMs + 1,
      { protocol: 'dns', message: { ...query, response: true, rcode, answers } },
      'a',
      ...back,
    );
  }

  marker(atMs: number, marker: number): this {
    return this.send(atMs, { protocol: 'marker', marker }, 'marker', 'a-edge 10.244.0.5:9 127.0.0.1:9');
  }

  /** `closed` cuts nothing: all datagrams in time order. */
  timeline(): Timeline {
    const sightings = this.#journeys.flatMap((journey) => journey.sightings);
    sightings.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
    const journeys = [...this.#journeys].sort((a, b) =>
      Number((a.sightings[0]?.timeNs ?? 0n) - (b.sightings[0]?.timeNs ?? 0n)),
    );
    const taps = [...this.#frames].map(([tap, frames]) => ({
      tap,
      path: `${tap}.pcapng`,
      drops: 0,
      truncated: false,
      frames,
    }));
    return { taps, sightings, journeys };
  }
}

/** From a UE of agency a to its edge and back: through the access router's NAT and the node's. */
export function fromUe(ue: string, host: string, port: number, nodePort: number, podPort: number): View[] {
  const outside = `172.18.0.10:${port} 172.18.0.2:${nodePort}`;
  return [
    `${ue} ${host}:${port} 172.18.0.2:${nodePort}`,
    `a-access ${outside}`,
    `bridge ${outside}`,
    `a-node ${outside}`,
    `a-edge 172.18.0.10:${port} 10.244.0.5:${podPort}`,
  ];
}

/** From edge to edge: source translated by one node, destination by the other. */
export function acrossToB(port: number, nodePort: number, podPort: number): View[] {
  const wire = `172.18.0.2:${port} 172.18.0.3:${nodePort}`;
  return [
    `a-edge 10.244.0.5:${port} 172.18.0.3:${nodePort}`,
    `a-node ${wire}`,
    `bridge ${wire}`,
    `b-node ${wire}`,
    `b-edge 172.18.0.2:${port} 10.244.0.25:${podPort}`,
  ];
}

/** The same way back: the reply's addresses are translated back. */
export function reversed(views: readonly View[]): View[] {
  return views.map((view) => view.replace(/ (\S+) (\S+)$/, ' $2 $1')).reverse();
}

export function inside(from: string, source: string, to: string, destination: string): View[] {
  return [`${from} ${source} ${destination}`, `${to} ${source} ${destination}`];
}

/** A call from a-ue-1 across to b-ue-1, with a talk burst, a repeated 200 and a packet that nobody wanted. */
export function sampleCall(): Timeline {
  const ue = fromUe('a-ue-1', '192.168.10.11', 5060, 30060, 5062);
  const floorWay = fromUe('a-ue-1', '192.168.10.11', 40002, 30102, 30102);
  const rtpWay = fromUe('a-ue-1', '192.168.10.11', 40000, 30100, 30100);
  const across = acrossToB(5064, 31070, 5064);
  const toServer = inside('a-edge', '10.244.0.5:5060', 'a-mcx', '10.244.0.6:5060');
  const toB = inside('b-edge', '10.244.0.25:5060', 'b-mcx', '10.244.0.26:5060');
  const asked = inside('a-mcx', '10.244.0.6:41000', 'a-dns', '10.244.0.7:53');
  const naptr: DnsRecord = {
    name: 'ic.b.mcx.test',
    ttl: 5,
    type: 'NAPTR',
    order: 10,
    preference: 10,
    flags: 's',
    services: 'SIP+D2U',
    regexp: '',
    replacement: '_sip._udp.ic.b.mcx.test',
  };
  const talker: FloorField = { id: "Granted Party's Identity", uri: 'sip:a-ue-1@a.mcx.test' };
  const story = new Story()
    .marker(0, 0)
    .sip(10, 'REGISTER sip:a.mcx.test', 'reg1', '1 REGISTER', ...ue)
    .sip(12, 'REGISTER sip:a.mcx.test', 'reg1', '1 REGISTER', ...toServer)
    .sip(15, 'SIP/2.0 200 OK', 'reg1', '1 REGISTER', ...reversed(toServer))
    .sip(17, 'SIP/2.0 200 OK', 'reg1', '1 REGISTER', ...reversed(ue))
    .marker(50, 1)
    .sip(60, 'INVITE sip:pf@a.mcx.test', 'call1', '1 INVITE', ...ue)
    .sip(61, 'SIP/2.0 100 Trying', 'call1', '1 INVITE', ...reversed(ue))
    .sip(62, 'INVITE sip:pf@a.mcx.test', 'call1', '1 INVITE', ...toServer)
    .dns(64, 'ic.b.mcx.test', 'NAPTR', 0, [naptr], ...asked)
    .dns(65, 'nowhere.mcx.test', 'A', 3, [], ...asked)
    .sip(68, 'INVITE sip:ncf@ic.b.mcx.test', 'cross1', '1 INVITE', ...reversed(toServer))
    .sip(70, 'INVITE sip:ncf@ic.b.mcx.test', 'cross1', '1 INVITE', ...across)
    .sip(72, 'INVITE sip:ncf@ic.b.mcx.test', 'cross1', '1 INVITE', ...toB)
    .sip(90, 'SIP/2.0 200 OK', 'cross1', '1 INVITE', ...reversed(toB))
    .sip(92, 'SIP/2.0 200 OK', 'cross1', '1 INVITE', ...reversed(across));
  for (const repeat of [200, 400, 800, 1600])
    story.sip(repeat, 'SIP/2.0 200 OK', 'cross1', '1 INVITE', ...reversed(across));
  return story
    .sip(95, 'ACK sip:ncf@172.18.0.3:31070', 'cross1', '1 ACK', ...across)
    .sip(98, 'SIP/2.0 200 OK', 'call1', '1 INVITE', ...reversed(ue))
    .sip(99, 'ACK sip:cf@172.18.0.2:30060', 'call1', '1 ACK', ...ue)
    .floor(110, 'Floor Granted', [{ id: 'Duration', seconds: 30 }], ...reversed(floorWay))
    .rtp(120, 0xdecafbad, 50, ...rtpWay)
    .rtp(121, 0xdecafbad, 50, ...acrossToB(30104, 30106, 30106))
    .floor(1130, 'Floor Release', [], ...floorWay)
    .floor(1135, 'Floor Idle', [], ...reversed(floorWay))
    .floor(1300, 'Floor Taken', [talker], ...reversed(floorWay))
    .send(
      1400,
      { protocol: 'other' },
      'lost',
      'a-mcx 10.244.0.6:20002 10.244.0.26:20002',
      'a-node 10.244.0.6:20002 10.244.0.26:20002',
    )
    .floor(
      1410,
      'Floor Taken',
      [talker],
      'a-mcx 10.244.0.6:20002 172.18.0.3:20002',
      'a-node 172.18.0.2:20002 172.18.0.3:20002',
      'b-node 172.18.0.2:20002 172.18.0.3:20002',
    )
    .send(
      1411,
      {
        protocol: 'icmp',
        type: 3,
        code: 3,
        quoted: { src: '172.18.0.2', srcPort: 20002, dst: '172.18.0.3', dstPort: 20002 },
      },
      'icmp',
      'b-node 172.18.0.3 172.18.0.2',
      'a-node 172.18.0.3 172.18.0.2',
      'a-mcx 172.18.0.3 10.244.0.6',
    )
    .floor(
      1500,
      'Floor Taken',
      [],
      'a-mcx 10.244.0.6:20002 10.244.0.6:20002',
      'a-mcx-lo 10.244.0.6:20002 10.244.0.6:20002',
    )
    .sip(1700, 'SIP/2.0 403 Forbidden', 'refused', '1 INVITE', ...reversed(across))
    .sip(1800, 'BYE sip:x', 'call1', '2 BYE', ...ue)
    .marker(1900, 65_535)
    .timeline();
}
