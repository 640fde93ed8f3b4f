import { encodeFloor } from '../wire/floor/codec.ts';
import type { FloorMessage } from '../wire/floor/message.ts';
import { encodeRtp } from '../wire/rtp/codec.ts';
import { type Hop, LegActor, type LegPlan, register } from './leg.test-data.ts';
import { type Arrival, Stage, type StageOptions } from './stage.test-data.ts';
import type { AgencyTopology } from './topology.ts';

export interface CallOptions extends StageOptions {
  /** Who is the endpoint of what crosses: the edges, or the servers themselves. */
  readonly border?: 'edge' | 'server';
}

/** A member's ports on its way: exposed and inside at the edge, and at the server; floor control is RTP + 2 everywhere. */
interface Member {
  readonly ue: string;
  readonly agency: AgencyTopology;
  readonly exposed: number;
  readonly inside: number;
  readonly server: number;
  readonly flow: Arrival;
  latch: Map<number, Arrival>;
}

/** A campaign call in topology T2, played on a stage as two working agencies would. */
export class Call {
  readonly stage: Stage;
  readonly legs: LegActor[] = [];
  readonly #border: 'edge' | 'server';
  readonly #members = new Map<string, Member>();
  #sequence = 0;

  constructor({ border = 'edge', ...options }: CallOptions = {}) {
    this.stage = new Stage(options);
    this.#border = border;
    this.stage.mark(0);
  }

  get a(): AgencyTopology {
    return this.#agency('a');
  }

  get b(): AgencyTopology {
    return this.#agency('b');
  }

  registerAll(): void {
    for (const [i, ue] of this.stage.topology.ues.entries()) {
      const agency = this.#agency(ue.agency);
      const n = 4 * (i % 2);
      const flow = register(this.stage, ue.name);
      const ports = { exposed: 30100 + n, inside: 21000 + n, server: 20000 + n };
      this.#members.set(ue.name, { ue: ue.name, agency, ...ports, flow, latch: new Map() });
    }
  }

  /** All legs of a call that this UE begins, complete; answers the time when it began. */
  set(caller: string): bigint {
    const from = this.stage.now;
    const own = this.member(caller).agency;
    this.#add(this.callersLeg(caller)).complete();
    if (own === this.b) this.#add(this.crossing('b', caller)).complete();
    this.#fanOut(this.a, caller);
    this.#add(this.crossing('a', caller)).complete();
    this.#fanOut(this.b, caller);
    for (const { ue } of this.#members.values()) this.keepAlive(ue);
    return from;
  }

  #fanOut(agency: AgencyTopology, caller: string): void {
    for (const { ue } of this.stage.topology.ues
      .filter((one) => one.agency === agency.name)
      .map(({ name }) => this.member(name))) {
      if (ue !== caller) this.#add(this.memberLeg(ue, caller)).complete();
    }
  }

  #add(plan: LegPlan): LegActor {
    const leg = new LegActor(this.stage, plan);
    this.legs.push(leg);
    return leg;
  }

  actor(plan: LegPlan): LegActor {
    return this.#add(plan);
  }

  callersLeg(caller: string): LegPlan {
    const { agency, exposed, inside, server } = this.member(caller);
    const hops: Hop[] = [
      {
        place: caller,
        port: 5060,
        dst: agency.node,
        dstPort: agency.clientPort,
        offer: { address: this.#ueAddress(caller), rtp: 40000 },
        answer: { address: agency.node, rtp: exposed },
      },
      {
        place: `${agency.name}-edge`,
        port: 5060,
        dst: '10.96.0.21',
        dstPort: 5060,
        offer: { address: agency.edge, rtp: inside },
        answer: { address: agency.server, rtp: server },
      },
    ];
    const info = { sessionType: 'prearranged', requestUri: 'sip:campaign@a.mcx.test' };
    return {
      id: `call-${caller}`,
      from: `${caller}@${agency.domain}`,
      to: `pf@${agency.domain}`,
      hops,
      info,
      isfocus: false,
    };
  }

  memberLeg(ue: string, caller: string): LegPlan {
    const { agency, exposed, inside, server, flow } = this.member(ue);
    const hops: Hop[] = [
      {
        place: `${agency.name}-mcx`,
        port: 5060,
        dst: '10.96.0.20',
        dstPort: 5060,
        offer: { address: agency.server, rtp: server },
        answer: { address: agency.edge, rtp: inside },
      },
      {
        place: `${agency.name}-edge`,
        port: 5062,
        dst: flow.src,
        dstPort: flow.srcPort,
        offer: { address: agency.node, rtp: exposed },
        answer: { address: this.#ueAddress(ue), rtp: 40000 },
      },
    ];
    const info = { requestUri: `sip:${ue}@${agency.domain}`, callingUserId: this.#mcpttId(caller) };
    const from = `cf@${agency.interconnectDomain}`;
    return { id: `invite-${ue}`, from, to: `${ue}@${agency.domain}`, hops, info, isfocus: true, asserted: from };
  }

  /** From this agency's server to the other's: over both edges, or directly. */
  crossing(name: 'a' | 'b', caller: string): LegPlan {
    const [own, far] = name === 'a' ? [this.a, this.b] : [this.b, this.a];
    const rtp = name === 'a' ? 20 : 24;
    const inner = {
      offer: { address: own.server, rtp: 20000 + rtp },
      answer: { address: far.server, rtp: 20000 + rtp },
    };
    const hops: Hop[] =
      this.#border === 'server'
        ? [{ place: `${own.name}-mcx`, port: 5060, dst: far.node, dstPort: far.interconnectPort - 9, ...inner }]
        : [
            {
              place: `${own.name}-mcx`,
              port: 5060,
              dst: '10.96.0.20',
              dstPort: 5060,
              offer: inner.offer,
              answer: { address: own.edge, rtp: 21000 + rtp },
            },
            {
              place: `${own.name}-edge`,
              port: 5064,
              dst: far.node,
              dstPort: far.interconnectPort,
              offer: { address: own.node, rtp: 30100 + rtp },
              answer: { address: far.node, rtp: 30100 + rtp },
            },
            {
              place: `${far.name}-edge`,
              port: 5060,
              dst: '10.96.0.21',
              dstPort: 5060,
              offer: { address: far.edge, rtp: 21000 + rtp },
              answer: inner.answer,
            },
          ];
    const info = {
      requestUri: name === 'a' ? 'sip:team@b.mcx.test' : 'sip:campaign@a.mcx.test',
      callingUserId: this.#mcpttId(caller),
    };
    const from = `${name === 'a' ? 'cf' : 'pf'}@${own.interconnectDomain}`;
    const to = `${name === 'a' ? 'ncf' : 'cf'}@${far.interconnectDomain}`;
    return { id: `crossing-${name}`, from, to, hops, info, isfocus: name === 'a', asserted: from };
  }

  /** RFC 6263: an RTP packet without payload opens the way, and the edge passes it on to the server. */
  keepAlive(ue: string): void {
    this.up(ue, 0, rtp(126, 1, ue.charCodeAt(0), this.#sequence++, new Uint8Array(0)));
  }

  /** From a UE to its server; offset 2 is floor control. */
  up(ue: string, offset: number, payload: Uint8Array): void {
    const { agency, exposed, inside, server, latch } = this.member(ue);
    const arrival = this.stage.send(ue, 40000 + offset, agency.node, exposed + offset, payload);
    if (arrival !== undefined) latch.set(offset, arrival);
    this.stage.send(`${agency.name}-edge`, inside + offset, agency.server, server + offset, payload);
  }

  /** From its server to a UE, after that UE has opened the way. */
  down(ue: string, offset: number, payload: Uint8Array): void {
    const { agency, exposed, inside, server, latch } = this.member(ue);
    if (!latch.has(offset)) this.up(ue, offset, new Uint8Array([13, 10, 13, 10]));
    const at = latch.get(offset);
    this.stage.send(`${agency.name}-mcx`, server + offset, agency.edge, inside + offset, payload);
    if (at) this.stage.send(`${agency.name}-edge`, exposed + offset, at.src, at.srcPort, payload);
  }

  /** From this agency's server to the partner's, on the dialog that the root agency began. */
  across(name: 'a' | 'b', offset: number, payload: Uint8Array): void {
    const [own, far] = name === 'a' ? [this.a, this.b] : [this.b, this.a];
    const rtpPort = 20 + offset;
    if (this.#border === 'server') {
      this.stage.send(`${own.name}-mcx`, 20000 + rtpPort, far.server, 20000 + rtpPort, payload);
      return;
    }
    this.stage.send(`${own.name}-mcx`, 20000 + rtpPort, own.edge, 21000 + rtpPort, payload);
    this.stage.send(`${own.name}-edge`, 30100 + rtpPort, far.node, 30100 + rtpPort, payload);
    this.stage.send(`${far.name}-edge`, 21000 + rtpPort, far.server, 20000 + rtpPort, payload);
  }

  /** Granted to the talker, Taken to everybody else; over the crossing where the talker is not the listener's neighbour. */
  grant(talker: string): void {
    const uri = this.#mcpttId(talker);
    const from = this.member(talker).agency.name === 'a' ? 'a' : 'b';
    this.down(talker, 2, floor('Floor Granted', [{ id: 'Duration', seconds: 30 }]));
    const taken = floor('Floor Taken', [
      { id: "Granted Party's Identity", uri },
      { id: 'SSRC', ssrc: this.#sequence++ },
    ]);
    this.across(from, 2, taken);
    for (const { ue } of this.#others(talker)) this.down(ue, 2, taken);
  }

  /** So many packets, each on its way to everybody, and the release; `lose` says which never arrive anywhere. */
  burst(talker: string, count: number, lose: (ue: string, index: number) => boolean = () => false): bigint {
    const began = this.stage.now;
    const from = this.member(talker).agency.name === 'a' ? 'a' : 'b';
    for (let i = 0; i < count; i++) {
      const packet = rtp(
        96,
        0x1000 + began.toString().length,
        100 + i,
        this.#sequence++,
        Buffer.from(`${talker} ${began} ${i}`),
      );
      this.up(talker, 0, packet);
      this.across(from, 0, packet);
      for (const { ue } of this.#others(talker)) if (!lose(ue, i)) this.down(ue, 0, packet);
      this.stage.wait(20);
    }
    this.up(talker, 2, floor('Floor Release', []));
    return began;
  }

  idle(): void {
    const message = floor('Floor Idle', [{ id: 'Message Sequence Number', sequence: this.#sequence++ }]);
    this.across('a', 2, message);
    for (const { ue } of this.#members.values()) this.down(ue, 2, message);
  }

  hangUp(): bigint {
    const began = this.stage.now;
    for (const leg of this.legs) leg.end();
    return began;
  }

  member(ue: string): Member {
    const member = this.#members.get(ue);
    if (member === undefined) throw new Error(`${ue} is not registered`);
    return member;
  }

  #others(talker: string): Member[] {
    return [...this.#members.values()].filter(({ ue }) => ue !== talker);
  }

  #agency(name: string): AgencyTopology {
    const agency = this.stage.topology.agencies.find((one) => one.name === name);
    if (agency === undefined) throw new Error(`no agency ${name}`);
    return agency;
  }

  #ueAddress(ue: string): string {
    return this.stage.topology.ues.find(({ name }) => name === ue)?.address ?? '';
  }

  #mcpttId(ue: string): string {
    return this.stage.topology.ues.find(({ name }) => name === ue)?.mcpttId ?? '';
  }
}

export function floor(name: FloorMessage['name'], fields: FloorMessage['fields']): Uint8Array {
  return encodeFloor([{ name, ackRequired: false, ssrc: 1, fields }]);
}

export function rtp(
  payloadType: number,
  ssrc: number,
  sequenceNumber: number,
  timestamp: number,
  payload: Uint8Array,
): Uint8Array {
  return encodeRtp({ marker: false, payloadType, sequenceNumber, timestamp, ssrc, csrcs: [], payload, padding: 0 });
}
