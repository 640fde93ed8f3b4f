import type { McpttInfo } from '../wire/mcx-info/mcptt-info.ts';
import { encodeMcpttInfo, mcpttInfoType } from '../wire/mcx-info/mcptt-info-write.ts';
import { encodeSip } from '../wire/sip/encode.ts';
import type { SipHeader } from '../wire/sip/message.ts';
import { encodeMultipart } from '../wire/sip/multipart.ts';
import { toBytes } from '../wire/sip/text.ts';
import type { Arrival, Stage } from './stage.test-data.ts';

/** RTP port and floor port (RTP + 2) at an address. */
export interface Media {
  readonly address: string;
  readonly rtp: number;
}

/** One datagram on the way of a request, and what the SDP says on this hop in each direction. */
export interface Hop {
  readonly place: string;
  readonly port: number;
  readonly dst: string;
  readonly dstPort: number;
  readonly offer: Media;
  readonly answer: Media;
  /** The Contact and identity of the request on this hop, where they differ from the leg's. */
  readonly plain?: boolean;
}

export interface LegPlan {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly hops: readonly Hop[];
  readonly info: McpttInfo;
  readonly isfocus: boolean;
  readonly asserted?: string;
}

function sdp({ address, rtp }: Media): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${rtp} RTP/AVP 96`,
    'i=speech',
    'a=rtpmap:96 AMR-WB/16000',
    `m=application ${rtp + 2} udp MCPTT`,
    'a=fmtp:MCPTT mc_queueing;mc_implicit_request',
    '',
  ].join('\r\n');
}

/** The SIP of one leg over its hops, acted step by step. */
export class LegActor {
  readonly #stage: Stage;
  readonly #plan: LegPlan;
  readonly #arrivals: (Arrival | undefined)[] = [];

  constructor(stage: Stage, plan: LegPlan) {
    this.#stage = stage;
    this.#plan = plan;
  }

  /** The request over the first `upTo` hops. */
  request(method: string, upTo = this.#plan.hops.length, cseq = 1): void {
    for (const [i, hop] of this.#plan.hops.slice(0, upTo).entries()) this.requestOn(method, i, hop, cseq);
  }

  /** The request on one hop alone; `branchOf` names the method whose transaction it belongs to. */
  requestOn(method: string, i: number, hop = this.#plan.hops[i], cseq = 1, branchOf = method): void {
    if (hop === undefined) throw new Error(`no hop ${i}`);
    const invite = method === 'INVITE';
    const body = invite ? this.#offer(hop) : new Uint8Array(0);
    const type = invite ? [{ name: 'Content-Type', value: 'multipart/mixed;boundary=mcx' }] : [];
    const headers = [
      ...this.#headers(method, i, cseq, branchOf, invite ? '' : ';tag=t'),
      ...this.#identity(hop),
      ...type,
    ];
    const uri = `sip:${this.#plan.to}`;
    const bytes = encodeSip({ kind: 'request', method, uri, headers, body });
    this.#arrivals[i] = this.#stage.send(hop.place, hop.port, hop.dst, hop.dstPort, bytes);
  }

  /** The answer back over the hops, from `from` (the last one) to the first. */
  respond(method: string, status: number, from = this.#plan.hops.length - 1, to = 0, cseq = 1): void {
    for (let i = from; i >= to; i--) {
      const arrival = this.#arrivals[i];
      const hop = this.#plan.hops[i];
      if (arrival === undefined || hop === undefined) throw new Error(`the request never arrived on hop ${i}`);
      const answers = method === 'INVITE' && status === 200;
      const type = answers ? [{ name: 'Content-Type', value: 'application/sdp' }] : [];
      const target = answers ? [{ name: 'Contact', value: `<sip:${this.#plan.to}>` }] : [];
      const headers = [...this.#headers(method, i, cseq, method, ';tag=t'), ...target, ...type];
      const body = answers ? toBytes(sdp(hop.answer)) : new Uint8Array(0);
      const bytes = encodeSip({ kind: 'response', status, reason: 'x', headers, body });
      this.#stage.send(arrival.place, arrival.dstPort, arrival.src, arrival.srcPort, bytes);
    }
  }

  /** A request of the called side, over the same hops backwards; it begins `from` and ends at hop `to`. */
  backwards(method: string, from = this.#plan.hops.length - 1, to = 0, cseq = 1): void {
    for (let i = from; i >= to; i--) {
      const arrival = this.#arrivals[i];
      if (arrival === undefined) throw new Error(`nothing to turn round on hop ${i}`);
      const headers = this.#headers(method, i, cseq, `${method}-back`, ';tag=t');
      const bytes = encodeSip({
        kind: 'request',
        method,
        uri: `sip:${this.#plan.from}`,
        headers,
        body: new Uint8Array(0),
      });
      this.#stage.send(arrival.place, arrival.dstPort, arrival.src, arrival.srcPort, bytes);
    }
  }

  /** The answer to such a request, from hop `from` outwards to the called side. */
  respondBackwards(method: string, status: number, from = 0, cseq = 1): void {
    for (const [i, hop] of this.#plan.hops.entries()) {
      if (i < from) continue;
      const headers = this.#headers(method, i, cseq, `${method}-back`, ';tag=t');
      const bytes = encodeSip({ kind: 'response', status, reason: 'x', headers, body: new Uint8Array(0) });
      this.#stage.send(hop.place, hop.port, hop.dst, hop.dstPort, bytes);
    }
  }

  complete(): void {
    this.request('INVITE');
    this.respond('INVITE', 200);
    this.request('ACK');
  }

  end(): void {
    this.request('BYE', undefined, 2);
    this.respond('BYE', 200, undefined, 0, 2);
  }

  #headers(method: string, i: number, cseq: number, branchOf: string, toTag: string): SipHeader[] {
    const { id, from, to } = this.#plan;
    const entries: [string, string][] = [
      ['Via', `SIP/2.0/UDP hop${i};branch=z9hG4bK-${id}-${branchOf}-${i};rport`],
      ['From', `<sip:${from}>;tag=f`],
      ['To', `<sip:${to}>${toTag}`],
      ['Call-ID', id],
      ['CSeq', `${cseq} ${method}`],
    ];
    return entries.map(([name, value]) => ({ name, value }));
  }

  #identity(hop: Hop): SipHeader[] {
    const { isfocus, asserted, from } = this.#plan;
    const contact = `<sip:${from}>;+g.3gpp.mcptt${isfocus && hop.plain !== true ? ';isfocus' : ''}`;
    const identity = asserted === undefined ? [] : [{ name: 'P-Asserted-Identity', value: `<sip:${asserted}>` }];
    return [{ name: 'Contact', value: contact }, ...identity];
  }

  #offer(hop: Hop): Uint8Array {
    const part = (type: string, body: Uint8Array) => ({ headers: [{ name: 'Content-Type', value: type }], body });
    const parts = [
      part('application/sdp', toBytes(sdp(hop.offer))),
      part(mcpttInfoType, encodeMcpttInfo(this.#plan.info)),
    ];
    return encodeMultipart(parts, 'mcx');
  }
}

/** REGISTER and its 200: UE, edge, server. */
export function register(stage: Stage, ue: string): Arrival {
  const agency = stage.topology.agencies.find(({ name }) => ue.startsWith(name));
  if (agency === undefined) throw new Error(`no agency of ${ue}`);
  const none = { address: '0.0.0.0', rtp: 0 };
  const plan: LegPlan = {
    id: `register-${ue}`,
    from: `${ue}@${agency.domain}`,
    to: `${ue}@${agency.domain}`,
    hops: [
      { place: ue, port: 5060, dst: agency.node, dstPort: agency.clientPort, offer: none, answer: none },
      { place: `${agency.name}-edge`, port: 5060, dst: '10.96.0.21', dstPort: 5060, offer: none, answer: none },
    ],
    info: {},
    isfocus: false,
  };
  const headers = [
    { name: 'Via', value: 'SIP/2.0/UDP x;branch=z9hG4bK-r;rport' },
    { name: 'From', value: `<sip:${plan.from}>;tag=f` },
    { name: 'To', value: `<sip:${plan.to}>` },
    { name: 'Call-ID', value: plan.id },
    { name: 'CSeq', value: '1 REGISTER' },
  ];
  const none0 = new Uint8Array(0);
  const request = encodeSip({ kind: 'request', method: 'REGISTER', uri: `sip:${agency.domain}`, headers, body: none0 });
  const ok = encodeSip({ kind: 'response', status: 200, reason: 'OK', headers, body: none0 });
  const arrivals = plan.hops.map((hop) => stage.send(hop.place, hop.port, hop.dst, hop.dstPort, request));
  for (const at of arrivals.reverse()) if (at) stage.send(at.place, at.dstPort, at.src, at.srcPort, ok);
  const [first] = arrivals.reverse();
  if (first === undefined) throw new Error(`${ue} cannot register`);
  return first;
}
