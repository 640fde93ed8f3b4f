import { classify } from '../capture/classify.ts';
import type { Content, Journey, Sighting, Timeline } from '../capture/timeline.ts';
import { Nat, type Tuple } from './nat.test-data.ts';
import type { Scene } from './question.ts';
import type { AgencyTopology, Topology } from './topology.ts';

/** Where a datagram arrived, and with which addresses. */
export interface Arrival extends Tuple {
  readonly place: string;
}

export interface StageOptions {
  readonly serverB?: string;
  readonly edgeB?: string;
  readonly cidrB?: string;
  /** A pod of cluster a with this address. */
  readonly bystanderA?: string;
  /** Pods are routed between clusters, nothing is masqueraded. */
  readonly routed?: boolean;
}

const bridgeMac = '02:00:00:00:ff:01';

/** Two clusters, their nodes' NAT, two access networks and the taps: datagrams in, a timeline out. */
export class Stage {
  readonly topology: Topology;
  readonly #options: StageOptions;
  readonly #nats = new Map<string, Nat>();
  #marker = 0;
  readonly #frames = new Map<string, number>();
  readonly #sightings: Sighting[] = [];
  readonly #journeys: Journey[] = [];
  #now = 1_000_000_000n;

  constructor(options: StageOptions = {}) {
    this.#options = options;
    this.topology = topologyOf(options);
  }

  get now(): bigint {
    return this.#now;
  }

  wait(ms: number): void {
    this.#now += BigInt(Math.round(ms * 1e6));
  }

  /** While a question waits, the act's marker is repeated on every tap. */
  silence(ms: number): void {
    this.wait(ms);
    this.mark(this.#marker);
  }

  /** A marker on every tap, as the fabric leaves them; when the first tap saw it. */
  mark(marker: number): bigint {
    this.#marker = marker;
    const at = this.#now + 20_000n;
    for (const { name, addresses } of this.topology.taps) {
      const sightings: Sighting[] = [];
      const journey = { id: this.#journeys.length, sightings };
      const tuple = { src: addresses[0] ?? '', srcPort: 9, dst: '224.0.0.123', dstPort: 9 };
      this.#see(
        name,
        journey,
        tuple,
        1,
        '02:00:00:00:00:09',
        bridgeMac,
        { protocol: 'marker', marker },
        new Uint8Array(0),
      );
    }
    return at;
  }

  /** Sends a datagram; undefined: it arrives nowhere. `hide` loses it behind the taps of the sender. */
  send(place: string, srcPort: number, dst: string, dstPort: number, payload: Uint8Array): Arrival | undefined {
    const src = this.#addressOf(place);
    const tuple = { src, srcPort, dst, dstPort };
    const journey = { id: this.#journeys.length, sightings: [] as Sighting[] };
    const content = classify({ ...tuple, payload });
    const see = (tap: string, at: Tuple, ttl: number, srcMac: string, dstMac: string) =>
      this.#see(tap, journey, at, ttl, srcMac, dstMac, content, payload);
    const agency = this.#agencyOf(place);
    if (dst === src) {
      see(`${place}-lo`, tuple, 64, '00:00:00:00:00:00', '00:00:00:00:00:00');
      return { ...tuple, place };
    }
    see(place, tuple, 64, hostMac(src), macOf(`${place}~`));
    if (place.includes('-ue-')) return this.#fromUe(agency, tuple, see);
    return this.#fromPod(agency, tuple, see);
  }

  #fromPod(agency: AgencyTopology, tuple: Tuple, see: See): Arrival | undefined {
    const nat = this.#nat(agency.node);
    const inside = nat.translate(tuple, (packet) => this.#egress(agency, packet));
    const local = this.#podAt(agency, inside.dst);
    if (local !== undefined) {
      see(local, inside, 63, macOf(`${local}~`), hostMac(inside.dst));
      return { ...inside, place: local };
    }
    see(`${agency.name}-node`, inside, 63, macOf(agency.node), this.#nextMac(inside.dst));
    return this.#onBridge(inside, 63, agency.node, see);
  }

  #fromUe(agency: AgencyTopology, tuple: Tuple, see: See): Arrival | undefined {
    const outside = this.#nat(agency.access).translate(tuple, (packet) => ({ ...packet, src: agency.access }));
    see(`${agency.name}-access`, outside, 63, macOf(agency.access), this.#nextMac(outside.dst));
    return this.#onBridge(outside, 63, agency.access, see);
  }

  #onBridge(tuple: Tuple, ttl: number, from: string, see: See): Arrival | undefined {
    see('bridge', tuple, ttl, macOf(from), this.#nextMac(tuple.dst));
    for (const agency of this.topology.agencies) {
      const routed = this.#options.routed === true && this.#podAt(agency, tuple.dst) !== undefined;
      if (tuple.dst === agency.node || routed) {
        see(`${agency.name}-node`, tuple, ttl, macOf(from), macOf(agency.node));
        const inside = this.#nat(agency.node).translate(tuple, (packet) => this.#ingress(agency, packet));
        const pod = this.#podAt(agency, inside.dst);
        if (pod === undefined) return undefined;
        see(pod, inside, ttl - 1, macOf(`${pod}~`), hostMac(inside.dst));
        return { ...inside, place: pod };
      }
      if (tuple.dst === agency.access) {
        see(`${agency.name}-access`, tuple, ttl, macOf(from), macOf(agency.access));
        if (!this.#nat(agency.access).knows(tuple)) return undefined;
        const inside = this.#nat(agency.access).translate(tuple, (packet) => packet);
        const ue = this.topology.ues.find(({ address }) => address === inside.dst)?.name ?? '';
        see(ue, inside, ttl - 1, macOf(`${ue}~`), hostMac(inside.dst));
        return { ...inside, place: ue };
      }
    }
    return undefined;
  }

  /** kube-proxy's ClusterIPs, then kindnetd's masquerade: by destination alone. */
  #egress(agency: AgencyTopology, packet: Tuple): Tuple {
    const service = { '10.96.0.10': agency.resolver, '10.96.0.20': agency.edge, '10.96.0.21': agency.server }[
      packet.dst
    ];
    if (service !== undefined) return { ...packet, dst: service };
    const own = packet.dst.startsWith(agency.podCidr.split('.', 2).join('.').concat('.'));
    return own || this.#options.routed === true ? packet : { ...packet, src: agency.node };
  }

  /** Node ports with externalTrafficPolicy Local: the source stays. */
  #ingress(agency: AgencyTopology, packet: Tuple): Tuple {
    const { dstPort } = packet;
    const base = agency.name === 'a' ? 30000 : 31000;
    if (dstPort === base + 60) return { ...packet, dst: agency.edge, dstPort: 5062 };
    if (dstPort === base + 70) return { ...packet, dst: agency.edge, dstPort: 5064 };
    if (dstPort === base + 61) return { ...packet, dst: agency.server, dstPort: 5060 };
    if (dstPort >= agency.mediaPorts[0] && dstPort <= agency.mediaPorts[1]) return { ...packet, dst: agency.edge };
    return packet;
  }

  #podAt(agency: AgencyTopology, address: string): string | undefined {
    const tap = this.topology.taps.find(
      (one) => one.kind === 'pod' && one.name.startsWith(agency.name) && one.addresses.includes(address),
    );
    return tap?.name;
  }

  #nextMac(address: string): string {
    return /^172\.18\./.test(address) ? macOf(address) : bridgeMac;
  }

  #nat(address: string): Nat {
    const nat = this.#nats.get(address) ?? new Nat();
    this.#nats.set(address, nat);
    return nat;
  }

  #addressOf(place: string): string {
    const tap = this.topology.taps.find(({ name }) => name === place);
    if (tap?.addresses[0] === undefined) throw new Error(`no place ${place}`);
    return tap.addresses[0];
  }

  #agencyOf(place: string): AgencyTopology {
    const agency = this.topology.agencies.find(({ name }) => place.startsWith(`${name}-`));
    if (agency === undefined) throw new Error(`no agency of ${place}`);
    return agency;
  }

  /** An ICMP error of a node's kernel about a packet that ended there, as the sender's pod sees it. */
  unreachable(place: string, from: string, quoted: Tuple): void {
    const journey = { id: this.#journeys.length, sightings: [] as Sighting[] };
    const tuple = { src: from, srcPort: 0, dst: quoted.src, dstPort: 0 };
    const content: Content = { protocol: 'icmp', type: 3, code: 3, quoted };
    this.#see(place, journey, tuple, 62, macOf(`${place}~`), hostMac(quoted.src), content, new Uint8Array(0));
  }

  #see(
    tap: string,
    journey: { readonly id: number; readonly sightings: Sighting[] },
    { src, srcPort, dst, dstPort }: Tuple,
    ttl: number,
    srcMac: string,
    dstMac: string,
    content: Content,
    payload: Uint8Array,
  ): void {
    const frame = (this.#frames.get(tap) ?? 0) + 1;
    this.#frames.set(tap, frame);
    this.#now += 20_000n;
    const where = { tap, frame, timeNs: this.#now, src, srcPort, dst, dstPort, ttl, ipId: 0, srcMac, dstMac };
    const sighting: Sighting = { ...where, content, payload, journey };
    if (journey.sightings.length === 0) this.#journeys.push(journey);
    journey.sightings.push(sighting);
    this.#sightings.push(sighting);
  }

  timeline(): Timeline {
    const taps = this.topology.taps.map(({ name }) => ({
      tap: name,
      path: `${name}.pcapng`,
      drops: 0,
      truncated: false,
      frames: this.#frames.get(name) ?? 0,
    }));
    return { taps, sightings: [...this.#sightings], journeys: [...this.#journeys] };
  }

  /** All taps merged into one nameless file, without markers. */
  merged(): Timeline {
    const frames = new Map(this.#sightings.map((sighting, i) => [sighting, i + 1]));
    const journeys = this.#journeys
      .filter(({ sightings }) => sightings[0]?.content.protocol !== 'marker')
      .map(({ id, sightings }) => {
        const journey: { id: number; sightings: Sighting[] } = { id, sightings: [] };
        for (const one of sightings) journey.sightings.push({ ...one, tap: 'x', frame: frames.get(one) ?? 0, journey });
        return journey;
      });
    const sightings = journeys.flatMap((journey) => journey.sightings).sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
    return {
      taps: [{ tap: 'x', path: 'x', drops: undefined, truncated: false, frames: sightings.length }],
      sightings,
      journeys,
    };
  }

  scene(fromNs: bigint, closed = true, toNs?: bigint): Scene {
    return { timeline: this.timeline(), topology: this.topology, fromNs, toNs, closed };
  }
}

type See = (tap: string, at: Tuple, ttl: number, srcMac: string, dstMac: string) => void;

/** Container networks make it of the address: two clusters' pods of one address share it. */
function hostMac(address: string): string {
  return `0a:58:${address
    .split('.')
    .map((n) => Number(n).toString(16).padStart(2, '0'))
    .join(':')}`;
}

function macOf(name: string): string {
  let hash = 7;
  for (const c of name) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) % 0xffffffff;
  return `02:00:${hash.toString(16).padStart(8, '0').match(/../g)?.join(':')}`;
}

function topologyOf({
  serverB = '10.244.0.26',
  edgeB = '10.244.0.25',
  cidrB = '10.244.0.0/16',
  bystanderA,
}: StageOptions): Topology {
  const agency = (name: 'a' | 'b', edge: string, server: string, podCidr: string): AgencyTopology => ({
    name,
    role: name === 'a' ? 'root' : 'remote',
    domain: `${name}.mcx.test`,
    interconnectDomain: `ic.${name}.mcx.test`,
    node: name === 'a' ? '172.18.0.2' : '172.18.0.3',
    access: name === 'a' ? '172.18.0.10' : '172.18.0.11',
    podCidr,
    edge,
    server,
    resolver: edge.replace(/\d+$/, (last) => String(Number(last) + 2)),
    bystanders: name === 'a' && bystanderA !== undefined ? { 'a-bystander': bystanderA } : {},
    clientPort: name === 'a' ? 30060 : 31060,
    interconnectPort: name === 'a' ? 30070 : 31070,
    mediaPorts: [30100, 30131],
  });
  const agencies = [agency('a', '10.244.0.5', '10.244.0.6', '10.244.0.0/16'), agency('b', edgeB, serverB, cidrB)];
  const ues = agencies.flatMap(({ name }, i) =>
    [1, 2].map((n) => ({
      name: `${name}-ue-${n}`,
      agency: name,
      mcpttId: `sip:${name}-ue-${n}@${name}.mcx.test`,
      address: `192.168.${10 * (i + 1)}.1${n}`,
    })),
  );
  const tap = (name: string, kind: Topology['taps'][number]['kind'], address: string) => ({
    name,
    place: name.replace(/-lo$/, ''),
    kind,
    addresses: [address],
  });
  const taps = agencies.flatMap((one) => [
    tap(`${one.name}-node`, 'node', one.node),
    tap(`${one.name}-access`, 'access', one.access),
    tap(`${one.name}-edge`, 'pod', one.edge),
    tap(`${one.name}-mcx`, 'pod', one.server),
    tap(`${one.name}-mcx-lo`, 'pod-lo', one.server),
    tap(`${one.name}-dns`, 'pod', one.resolver),
    ...Object.entries(one.bystanders).map(([name, address]) => tap(name, 'pod', address)),
    ...ues.filter(({ agency: a }) => a === one.name).map((ue) => tap(ue.name, 'ue', ue.address)),
  ]);
  return {
    t1Ms: 100,
    campaign: 'sip:campaign@a.mcx.test',
    agencies,
    ues,
    taps: [...taps, tap('bridge', 'bridge', '172.18.0.1')],
  };
}
