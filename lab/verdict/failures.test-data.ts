import { encodeDns } from '../wire/dns/codec.ts';
import type { DnsRecord } from '../wire/dns/message.ts';
import { queryOf } from '../wire/dns/query.ts';
import { Call, type CallOptions, floor } from './call.test-data.ts';
import type { LegActor } from './leg.test-data.ts';

export interface Played {
  readonly call: Call;
  readonly from: bigint;
}

/** A working call with everything in it: names, floor, both directions of speech, the end. */
export function playHealthy(caller = 'a-ue-1', options: CallOptions = {}): Played {
  const call = new Call(options);
  call.registerAll();
  lookup(call, 'a-mcx', 'edge.mcx.svc.cluster.local', 'A', [{ type: 'A', address: '10.96.0.20' }]);
  lookup(call, 'a-mcx', 'edge.mcx.svc.cluster.local', 'AAAA', []);
  lookup(call, 'a-mcx', 'ic.b.mcx.test.svc.cluster.local', 'NAPTR', [], 3);
  lookup(call, 'a-mcx', 'ic.b.mcx.test', 'NAPTR', [], 3);
  const srv = { type: 'SRV', priority: 10, weight: 50, port: 31070, target: 'node-b.mcx.test' } as const;
  lookup(call, 'a-mcx', '_sip._udp.ic.b.mcx.test', 'SRV', [srv]);
  lookup(call, 'a-mcx', 'node-b.mcx.test', 'A', [{ type: 'A', address: call.b.node }]);
  const from = call.set(caller);
  call.grant(caller);
  call.burst(caller, 10);
  call.idle();
  const answerer = caller.startsWith('a') ? 'b-ue-2' : 'a-ue-2';
  call.grant(answerer);
  call.burst(answerer, 10);
  call.hangUp();
  return close({ call, from });
}

/** The end marker comes a while after the last packet. */
function close(played: Played): Played {
  played.call.stage.silence(1200);
  played.call.stage.mark(65535);
  return played;
}

type RecordData = DnsRecord extends infer R ? (R extends DnsRecord ? Omit<R, 'name' | 'ttl'> : never) : never;

let nextId = 1;

/** A question of a pod and the answer of its cluster's resolver; `rcode` undefined: none. */
export function lookup(
  call: Call,
  place: string,
  name: string,
  type: string,
  data: readonly RecordData[],
  rcode?: number,
): void {
  const id = nextId++ & 0xffff;
  const question = queryOf(id, name, type);
  const at = call.stage.send(place, 40000 + id, '10.96.0.10', 53, encodeDns(question));
  if (at === undefined || (rcode === undefined && data.length === 0 && type !== 'AAAA')) return;
  const answers = data.map((one): DnsRecord => ({ name, ttl: 5, ...one }));
  const answer = encodeDns({ ...question, response: true, rcode: rcode ?? 0, answers });
  call.stage.send(at.place, at.dstPort, at.src, at.srcPort, answer);
}

/** F1: the partner's names are unknown to the calling side's server. `none`: the resolver keeps silent. */
export function playUnresolved(caller = 'a-ue-1', answer: 'NXDOMAIN' | 'SERVFAIL' | 'none' = 'NXDOMAIN'): Played {
  const call = new Call();
  call.registerAll();
  const [own, far] = caller.startsWith('a') ? ['a', 'b'] : ['b', 'a'];
  const server = `${own}-mcx`;
  lookup(call, server, 'edge.mcx.svc.cluster.local', 'A', [{ type: 'A', address: '10.96.0.20' }]);
  const from = call.stage.now;
  const leg = call.actor(call.callersLeg(caller));
  leg.request('INVITE');
  const rcode = { NXDOMAIN: 3, SERVFAIL: 2, none: undefined }[answer];
  const domain = `ic.${far}.mcx.test`;
  for (const suffix of ['.svc.cluster.local', '']) {
    lookup(call, server, `${domain}${suffix}`, 'NAPTR', [], rcode);
    lookup(call, server, `_sip._udp.${domain}${suffix}`, 'SRV', [], rcode);
    lookup(call, server, `${domain}${suffix}`, 'A', [], rcode);
  }
  // Where nobody answers, the server is done with asking when it goes on with the call.
  call.stage.wait(answer === 'none' ? 1100 : 20);
  if (own === 'a') {
    call.actor(call.memberLeg('a-ue-2', caller)).complete();
    leg.respond('INVITE', 200);
    leg.request('ACK');
    call.grant(caller);
    call.burst(caller, 5);
  } else {
    leg.respond('INVITE', 404);
    leg.request('ACK');
  }
  return close({ call, from });
}

/** F2: the servers are their own border, SDP shows their pods' addresses; the root's server tells the partner who talks. */
export function playPrivateAddress(caller = 'a-ue-1', options: CallOptions = {}): Played {
  const call = new Call({ border: 'server', ...options });
  call.registerAll();
  const from = call.set(caller);
  for (let i = 0; i < 3; i++) {
    call.across('a', 2, taken(caller));
    call.stage.wait(100);
    call.keepAlive(caller);
  }
  return close({ call, from });
}

function taken(caller: string): Uint8Array {
  return floor('Floor Taken', [{ id: "Granted Party's Identity", uri: `sip:${caller}@a.mcx.test` }]);
}

/** F3: as F2, and both servers put the source of the SIP in place of the SDP's address, port kept. */
export function playRepaired(caller = 'a-ue-1'): Played {
  const call = new Call({ border: 'server' });
  call.registerAll();
  const from = call.set(caller);
  const payload = taken(caller);
  for (let i = 0; i < 3; i++) {
    call.stage.send('a-mcx', 20022, call.b.node, 20022, payload);
    const quoted = { src: call.a.server, srcPort: 20022, dst: call.b.node, dstPort: 20022 };
    if (i === 0) call.stage.unreachable('a-mcx', call.b.node, quoted);
    call.stage.wait(100);
    call.keepAlive(caller);
  }
  return close({ call, from });
}

/** F4: the other edge takes the crossing INVITE for an unregistered client's and refuses it. */
export function playRefused(caller = 'a-ue-1'): Played {
  const call = new Call();
  call.registerAll();
  const from = call.stage.now;
  const own = caller.startsWith('a') ? 'a' : 'b';
  const first = call.actor(call.callersLeg(caller));
  first.request('INVITE');
  const crossing = call.actor(call.crossing(own, caller));
  crossing.request('INVITE', 2);
  crossing.respond('INVITE', 403, 1, 0);
  crossing.requestOn('ACK', 1, undefined, 1, 'INVITE');
  crossing.requestOn('ACK', 0, undefined, 1, 'INVITE');
  first.respond('INVITE', 480);
  return close({ call, from });
}

/** F4's outline: the other edge admits the INVITE as an originating client's, and `isfocus` is lost. */
export function playAdmitted(): Played {
  const call = new Call();
  call.registerAll();
  const from = call.stage.now;
  call.actor(call.callersLeg('a-ue-1')).request('INVITE');
  const plan = call.crossing('a', 'a-ue-1');
  const hops = plan.hops.map((hop, i) => (i === 2 ? { ...hop, plain: true } : hop));
  call.actor({ ...plan, hops }).complete();
  return close({ call, from });
}

/** F5: the root agency's edge knows transactions alone: ACKs end there, the 200 is repeated, the BYE meets 481. */
export function playAckDiscarded(caller = 'a-ue-1'): Played {
  const call = new Call();
  call.registerAll();
  const from = call.stage.now;
  call.actor(call.callersLeg(caller)).complete();
  const crossings: { readonly leg: LegActor; readonly reach: number }[] = [];
  if (caller.startsWith('b')) crossings.push({ leg: call.actor(call.crossing('b', caller)), reach: 2 });
  crossings.push({ leg: call.actor(call.crossing('a', caller)), reach: 1 });
  for (const { leg, reach } of crossings) {
    leg.request('INVITE');
    leg.respond('INVITE', 200);
    leg.request('ACK', reach);
  }
  call.grant(caller);
  let interval = 100;
  for (let i = 0; i < 10; i++) {
    call.stage.wait(interval);
    interval = Math.min(800, 2 * interval);
    for (const { leg, reach } of crossings) {
      leg.respond('INVITE', 200);
      leg.request('ACK', reach);
    }
  }
  call.stage.wait(6400);
  for (const { leg, reach } of crossings) {
    leg.backwards('BYE', 2, reach);
    leg.respondBackwards('BYE', 481, reach);
  }
  return close({ call, from });
}

/** F4's outline: both edges wait for the other's first packet; what the root's server hands its edge stays there. */
export function playWaiting(): Played {
  const call = new Call();
  call.registerAll();
  const from = call.set('a-ue-1');
  for (let i = 0; i < 5; i++) {
    call.stage.send('a-mcx', 20022, call.a.edge, 21022, taken('a-ue-1'));
    call.stage.wait(50);
  }
  return close({ call, from });
}
