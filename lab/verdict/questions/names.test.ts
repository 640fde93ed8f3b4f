import { describe, expect, test } from 'vitest';
import type { Timeline } from '../../capture/timeline.ts';
import { encodeDns } from '../../wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../../wire/dns/message.ts';
import { queryOf } from '../../wire/dns/query.ts';
import { type Flight, later, sip, timelineOf } from '../flights.test-data.ts';
import type { Answer, Question, Scene } from '../question.ts';
import { Stage } from '../stage.test-data.ts';
import type { Topology } from '../topology.ts';
import { clusterNamesResolve, nameUnresolved, noSipLeavesFor, partnerResolves } from './names.ts';

const { topology } = new Stage();

/** An act from 100 ms to 5 s, whose taps have all been read up to some moment. */
function put(
  question: Question,
  flights: readonly Flight[],
  { closed = false, until = 900, change = {} }: { closed?: boolean; until?: number; change?: Partial<Topology> } = {},
): Answer {
  const taps = new Set(flights.flatMap(({ hops }) => hops.map((hop) => hop.split(' ')[0] ?? '')));
  const timeline: Timeline = timelineOf([...flights, ...[...taps].map((tap) => later(until, tap))]);
  const scene: Scene = {
    timeline,
    topology: { ...topology, ...change },
    fromNs: 100_000_000n,
    toNs: 5_000_000_000n,
    closed,
  };
  return question.ask(scene);
}

const srv = '_sip._udp.ic.b.mcx.test';

/** A question of the server's pod, as its own tap sees it. */
function asks(ms: number, name: string, type = 'SRV', id = 7, more: Partial<Flight> = {}): Flight {
  return { ms, carries: encodeDns(queryOf(id, name, type)), hops: ['a-mcx 10.244.0.6:40000 > 10.96.0.10:53'], ...more };
}

function gets(ms: number, name: string, change: Partial<DnsMessage> & { type?: string; hop?: string } = {}): Flight {
  const { type = 'SRV', hop = 'a-mcx 10.244.0.7:53 > 10.244.0.6:40000', ...message } = change;
  return { ms, ttl: 63, carries: encodeDns({ ...queryOf(7, name, type), response: true, ...message }), hops: [hop] };
}

const record = (port = 31070, target = 'node-b.mcx.test'): DnsRecord => {
  return { name: srv, ttl: 5, type: 'SRV', priority: 10, weight: 50, port, target };
};
const address = (value = '172.18.0.3', name = 'node-b.mcx.test'): DnsRecord => ({
  name,
  ttl: 5,
  type: 'A',
  address: value,
});
const refused = gets(210, srv, { rcode: 3 });

describe('a name of the partner is unresolved', () => {
  const question = nameUnresolved('a');

  test('when its questions have no answer of use', () => {
    expect(put(question, [asks(200, srv), refused])).toEqual({
      state: 'yes',
      because: `${srv} SRV is answered NXDOMAIN`,
      evidence: [
        { tap: 'a-mcx', frame: 1 },
        { tap: 'a-mcx', frame: 2 },
      ],
    });
    expect(put(question, [asks(200, srv), gets(210, srv, { answers: [record()] })])).toMatchObject({
      state: 'no',
      because: `${srv} SRV is answered`,
      evidence: [{ frame: 1 }, { frame: 2 }],
    });
  });

  test.each<[string, Flight]>([
    ['has another number', gets(210, srv, { id: 8, answers: [record()] })],
    ['came before the question', gets(190, srv, { answers: [record()] })],
    ['goes to another port', gets(210, srv, { answers: [record()], hop: 'a-mcx 10.244.0.7:53 > 10.244.0.6:40001' })],
    ['reaches another pod', gets(210, srv, { answers: [record()], hop: 'a-edge 10.244.0.7:53 > 10.244.0.5:40000' })],
    ['is a question too', gets(210, srv, { response: false, answers: [record()] })],
    ['is of another type', gets(210, srv, { answers: [address('172.18.0.3', srv)] })],
    ['is an error with a record', gets(210, srv, { rcode: 2, answers: [record()] })],
    ['is no DNS', { ms: 210, carries: 'noise', hops: ['a-mcx 10.244.0.7:9 > 10.244.0.6:40000'] }],
  ])('and an answer that %s is none', (_what, answer) => {
    expect(put(question, [asks(200, srv), answer]).state).toBe('yes');
  });

  test.each<[string, Flight]>([
    ['in another act', asks(50, srv)],
    ['of the resolver itself', asks(200, srv, 'SRV', 7, { hops: ['a-dns 10.244.0.7:40000 > 192.0.2.53:53'] })],
    ['of a pod of the other agency', asks(200, srv, 'SRV', 7, { hops: ['b-mcx 10.244.0.26:40000 > 10.96.0.10:53'] })],
    ['that a node passes on', asks(200, srv, 'SRV', 7, { hops: ['a-node 172.18.0.2:40000 > 192.0.2.53:53'] })],
    ['for something else', asks(200, 'ic.bb.mcx.test')],
    ['for the agency’s own name', asks(200, 'ic.a.mcx.test')],
    ['for a name that only ends like it', asks(200, 'xic.b.mcx.test')],
    ['without a name', { ...asks(200, srv), carries: encodeDns({ ...queryOf(7, srv, 'SRV'), questions: [] }) }],
  ])('not by a question %s', (_what, asked) => {
    expect(put(question, [asked])).toMatchObject({
      state: 'open',
      because: "no pod of agency a asks for a partner's name",
    });
  });

  test('not before an answer could have come', () => {
    expect(put(question, [asks(200, srv)], { until: 299.99 })).toMatchObject({
      state: 'open',
      because: `${srv} has no answer yet`,
      evidence: [{ tap: 'a-mcx', frame: 1 }],
    });
    expect(put(question, [asks(200, srv)], { until: 300 }).state).toBe('yes');
    expect(put(question, [asks(200, srv)], { until: 250, closed: true })).toMatchObject({
      state: 'yes',
      because: `${srv} SRV has no answer`,
    });
  });

  test('is told by the name itself, and else by one with a search suffix', () => {
    const long = `${srv}.svc.cluster.local`;
    const both = [asks(200, long), asks(250, srv, 'SRV', 9)];
    expect(put(question, both)).toMatchObject({ state: 'yes', because: `${srv} SRV has no answer` });
    expect(put(question, [asks(200, long)])).toMatchObject({ because: `${long} SRV has no answer` });
    expect(put(question, [asks(200, 'IC.B.mcx.TEST', 'A')])).toMatchObject({
      because: 'IC.B.mcx.TEST A has no answer',
    });
  });
});

describe('names of the cluster resolve', () => {
  const name = 'edge.mcx.svc.cluster.local';
  const found: DnsRecord = { name, ttl: 5, type: 'A', address: '10.96.0.20' };

  test('when one is answered with an address, at any time of the capture', () => {
    const flights = [asks(10, name, 'A'), gets(20, name, { type: 'A', answers: [found] })];
    expect(put(clusterNamesResolve('a'), flights)).toMatchObject({
      state: 'yes',
      because: `${name} is answered`,
      evidence: [{ frame: 1 }, { frame: 2 }],
    });
    expect(put(clusterNamesResolve('b'), flights).state).toBe('open');
    expect(put(clusterNamesResolve('c'), flights)).toMatchObject({ state: 'open', because: 'there is no agency c' });
  });

  test('not by another name, or without one', () => {
    const other = 'edge.cluster.local.mcx.test';
    const miss = 'no name under cluster.local is answered in agency a';
    expect(
      put(clusterNamesResolve('a'), [
        asks(10, other, 'A'),
        gets(20, other, { type: 'A', answers: [{ ...found, name: other }] }),
      ]),
    ).toMatchObject({ state: 'open', because: miss });
    expect(put(clusterNamesResolve('a'), [asks(10, name, 'A'), gets(20, name, { type: 'A', rcode: 3 })])).toMatchObject(
      {
        state: 'open',
        because: miss,
        evidence: [{ tap: 'a-mcx', frame: 1 }],
      },
    );
  });
});

describe('no SIP leaves for the partner', () => {
  const invite = sip('INVITE sip:pf@a.mcx.test SIP/2.0');
  const final = sip('SIP/2.0 404 Not Found', { toTag: 't' });
  const called: Flight = {
    ms: 200,
    carries: invite,
    hops: ['a-ue-1 192.168.10.11:5060 > 172.18.0.2:30060', 'a-node 172.18.0.10:5060 > 172.18.0.2:30060'],
  };
  const ended: Flight = { ms: 300, ttl: 62, carries: final, hops: ['a-ue-1 172.18.0.2:30060 > 192.168.10.11:5060'] };
  const question = noSipLeavesFor('a');

  test('while the caller’s own SIP is seen at the node, up to its final answer', () => {
    expect(put(question, [called, ended])).toEqual({
      state: 'yes',
      because: '1 SIP packets at a-node, none for a partner',
      evidence: [
        { tap: 'a-node', frame: 1 },
        { tap: 'a-ue-1', frame: 2 },
      ],
    });
    for (const status of ['200 OK', '699 x'])
      expect(put(question, [called, { ...ended, carries: sip(`SIP/2.0 ${status}`, { toTag: 't' }) }]).state).toBe(
        'yes',
      );
  });

  test('but none of it is proved while the call goes on', () => {
    const ringing = { ...ended, carries: sip('SIP/2.0 180 Ringing', { toTag: 't' }) };
    const miss = { state: 'open', because: "the caller's INVITE has no final answer yet" };
    expect(put(question, [called, ringing])).toMatchObject({ ...miss, evidence: [{ tap: 'a-node', frame: 1 }] });
    expect(put(question, [{ ...called, ms: 50 }, ended])).toMatchObject(miss);
    expect(put(question, [called, { ...ended, carries: sip('SIP/2.0 404 x', { cseq: '1 BYE' }) }])).toMatchObject(miss);
    expect(put(noSipLeavesFor('b'), [called, ended])).toMatchObject(miss);
  });

  test('nor when the node shows nothing of it: its tap may be blind', () => {
    const [atUe = ''] = called.hops;
    expect(put(question, [{ ...called, hops: [atUe] }, ended])).toMatchObject({
      state: 'open',
      because: "the tap a-node has not even seen the caller's INVITE",
      evidence: [{ tap: 'a-ue-1', frame: 2 }],
    });
    const other = {
      ...called,
      ms: 210,
      carries: sip('INVITE sip:x SIP/2.0', { callId: 'other' }),
      hops: called.hops.slice(1),
    };
    expect(put(question, [{ ...called, hops: [atUe] }, other, ended]).state).toBe('open');
  });

  test('one packet for it is a no', () => {
    const leak: Flight = {
      ms: 250,
      carries: sip('OPTIONS sip:b SIP/2.0'),
      hops: ['a-node 172.18.0.2:5060 > 172.18.0.3:31070'],
    };
    expect(put(question, [called, leak, ended])).toMatchObject({
      state: 'no',
      because: 'SIP for 172.18.0.3 leaves the node',
      evidence: [{ tap: 'a-node', frame: 2 }],
    });
    expect(put(question, [called, { ...leak, ms: 50 }, ended]).state).toBe('yes');
    expect(put(question, [called, { ...leak, hops: ['bridge 172.18.0.2:5060 > 172.18.0.3:31070'] }, ended]).state).toBe(
      'yes',
    );
    expect(put(question, [called, { ...leak, carries: 'no SIP' }, ended]).state).toBe('yes');
    expect(put(noSipLeavesFor('c'), [called, ended])).toMatchObject({ because: 'no tap at the node of agency c' });
  });
});

describe('the partner resolves', () => {
  const question = partnerResolves('a');
  const asked = asks(200, srv);
  const told = (...answers: DnsRecord[]) => gets(210, srv, { answers });

  test('by SRV to its node port and by A to its node', () => {
    const host = [
      asks(220, 'node-b.mcx.test', 'A', 8),
      gets(230, 'node-b.mcx.test', { type: 'A', id: 8, answers: [address()] }),
    ];
    expect(put(question, [asked, told(record()), ...host])).toEqual({
      state: 'yes',
      because: `${srv} is node-b.mcx.test:31070, 172.18.0.3`,
      evidence: [1, 2, 4].map((frame) => ({ tap: 'a-mcx', frame })),
    });
  });

  test('by an address that comes with the SRV', () => {
    expect(put(question, [asked, told(record(), address())]).state).toBe('yes');
    expect(put(question, [asked, gets(210, srv, { answers: [record()], additionals: [address()] })]).state).toBe('yes');
  });

  test('to another port or another address it is a no', () => {
    expect(put(question, [asked, told(record(30070), address())])).toMatchObject({
      state: 'no',
      because: 'SRV says port 30070, the partner exposes 31070',
      evidence: [{ tap: 'a-mcx', frame: 2 }],
    });
    expect(put(question, [asked, told(record(), address('172.18.0.4'))])).toMatchObject({
      state: 'no',
      because: `${srv} is node-b.mcx.test:31070, 172.18.0.4, and the partner is at 172.18.0.3`,
    });
  });

  test('to the pod itself where pods are routed between clusters', () => {
    const agencies = topology.agencies.map((one) =>
      one.name === 'b' ? { ...one, interconnectAddress: '10.30.0.25' } : one,
    );
    expect(put(question, [asked, told(record(), address('10.30.0.25'))], { change: { agencies } }).state).toBe('yes');
    expect(put(question, [asked, told(record(), address())], { change: { agencies } }).state).toBe('no');
  });

  test('not yet while the target has no address', () => {
    const miss = {
      state: 'open',
      because: 'node-b.mcx.test has no address yet',
      evidence: [{ frame: 1 }, { frame: 2 }],
    };
    expect(put(question, [asked, told(record())])).toMatchObject(miss);
    expect(put(question, [asked, told(record(), address('172.18.0.3', 'node-c.mcx.test'))])).toMatchObject(miss);
    const six: DnsRecord = { name: 'node-b.mcx.test', ttl: 5, type: 'AAAA', address: 'fd00::3' };
    expect(put(question, [asked, told(record(), six)])).toMatchObject(miss);
  });

  test('not by another name, another type or no answer', () => {
    const miss = { state: 'open', because: 'no SRV of a partner is answered in agency a' };
    expect(put(question, [asked])).toMatchObject(miss);
    expect(put(question, [asked, gets(210, srv, { rcode: 3 })])).toMatchObject(miss);
    const other = '_sip._udp.ic.c.mcx.test';
    expect(put(question, [asks(200, other), gets(210, other, { answers: [record(), address()] })])).toMatchObject(miss);
    const naptr = { name: 'ic.b.mcx.test', ttl: 5, type: 'A', address: '172.18.0.3' } as const;
    expect(
      put(question, [
        asks(200, 'ic.b.mcx.test', 'A'),
        gets(210, 'ic.b.mcx.test', { type: 'A', answers: [naptr, record()] }),
      ]),
    ).toMatchObject(miss);
    expect(put(partnerResolves('c'), [asked, told(record(), address())])).toMatchObject({
      because: 'there is no agency c',
    });
  });
});
