import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call } from '../call.test-data.ts';
import { type Flight, later, refusal, timelineOf } from '../flights.test-data.ts';
import type { Scene } from '../question.ts';
import { Stage } from '../stage.test-data.ts';
import { allRingBut, answers, nextEdgeReached, nodeRefuses } from './rollout.ts';

const members = ['a-ue-2', 'b-ue-1', 'b-ue-2'];

/** A call of a-ue-1 whose members have got their INVITEs; `act` says what each does then. */
function called(act: (leg: ReturnType<Call['actor']>, ue: string) => void) {
  const call = new Call();
  call.registerAll();
  const from = call.stage.now;
  call.actor(call.callersLeg('a-ue-1')).request('INVITE');
  for (const ue of members) {
    const leg = call.actor(call.memberLeg(ue, 'a-ue-1'));
    leg.request('INVITE');
    act(leg, ue);
  }
  return { call, from };
}

describe('ringing', () => {
  test('is what every member but the caller does', () => {
    const played = called((leg) => leg.respond('INVITE', 180));
    const answer = ask(played, allRingBut('a-ue-1'), false);
    expect(answer.state).toBe('yes');
    expect(taps(played, answer)).toEqual(members);
    expect(ask(played, allRingBut('b-ue-1'), false)).toMatchObject({ state: 'open', because: 'a-ue-1 does not ring' });
  });

  test('is a 180 that leaves the UE itself', () => {
    const trying = called((leg, ue) => leg.respond('INVITE', ue === 'b-ue-1' ? 100 : 180));
    expect(ask(trying, allRingBut('a-ue-1'))).toMatchObject({ state: 'no', because: 'b-ue-1 does not ring' });
    const edge = called((leg, ue) => leg.respond('INVITE', 180, ue === 'b-ue-1' ? 0 : 1));
    expect(ask(edge, allRingBut('a-ue-1'))).toMatchObject({ state: 'no', because: 'b-ue-1 does not ring' });
  });

  test('of the act before is not of this one', () => {
    const { call } = called((leg) => leg.respond('INVITE', 180));
    expect(ask({ call, from: call.stage.now }, allRingBut('a-ue-1'), false).state).toBe('open');
  });
});

describe('an answer', () => {
  test('is the 200 to the INVITE that leaves this UE in this act', () => {
    const played = called((leg, ue) => leg.respond('INVITE', ue === 'b-ue-2' ? 200 : 180));
    const answer = ask(played, answers('b-ue-2'), false);
    expect(answer).toMatchObject({ state: 'yes', because: 'b-ue-2 answers' });
    expect(taps(played, answer)).toEqual(['b-ue-2']);
    expect(ask(played, answers('b-ue-1'), false)).toMatchObject({ state: 'open', because: 'b-ue-1 does not answer' });
    expect(ask(played, answers('c-ue-1')).state).toBe('no');
    expect(ask({ ...played, from: played.call.stage.now }, answers('b-ue-2')).state).toBe('no');
  });

  test('is none to another request', () => {
    const played = called(() => {});
    for (const leg of played.call.legs) {
      leg.request('BYE', undefined, 2);
      leg.respond('BYE', 200, undefined, 0, 2);
    }
    expect(ask(played, answers('b-ue-1')).state).toBe('no');
  });
});

/** These packets, in the act that began at 100 ms. */
function sceneOf(flights: readonly Flight[], edgeNext?: string): Scene {
  const { topology } = new Stage({ bystanderA: '10.244.0.9' });
  const agencies = topology.agencies.map((agency) => {
    return agency.name === 'a' && edgeNext !== undefined ? { ...agency, edgeNext } : agency;
  });
  const timeline = timelineOf([...flights, later(900)]);
  return { timeline, topology: { ...topology, agencies }, fromNs: 100_000_000n, toNs: 800_000_000n, closed: false };
}

describe('a node refuses', () => {
  const early = '172.18.0.2:5064 > 172.18.0.3:31070';
  const ask = (flight: Flight) => nodeRefuses('b').ask(sceneOf([flight]));

  test('by ICMP port unreachable about the port of its edge', () => {
    expect(ask(refusal(200, 'b-node', early))).toEqual({
      state: 'yes',
      because: 'the node of agency b refuses what comes for port 31070',
      evidence: [{ tap: 'b-node', frame: 1 }],
    });
  });

  test.each<[string, Flight]>([
    ['on another tap', refusal(200, 'bridge', early)],
    ['by the other node', refusal(200, 'b-node', '172.18.0.3:31070 > 172.18.0.2:5064')],
    ['about another port', refusal(200, 'b-node', '172.18.0.2:5064 > 172.18.0.3:31071')],
    ['host unreachable', refusal(200, 'b-node', early, { code: 1 })],
    ['time exceeded', refusal(200, 'b-node', early, { type: 11 })],
    ['in the act before', refusal(50, 'b-node', early)],
    ['in the act behind', refusal(850, 'b-node', early)],
    [
      'without a quote',
      { ...refusal(200, 'b-node', early), carries: { protocol: 'icmp', type: 3, code: 3, quoted: undefined } },
    ],
    ['as something else', { ...refusal(200, 'b-node', early), carries: 'no ICMP' }],
  ])('not %s', (_what, flight) => {
    expect(ask(flight)).toMatchObject({ state: 'open', because: 'the node of agency b refuses nothing' });
  });

  test('not where there is no such agency', () => {
    expect(nodeRefuses('c').ask(sceneOf([refusal(200, 'b-node', early)])).state).toBe('open');
  });
});

describe('the next edge', () => {
  const hops = [
    'b-node 172.18.0.3:30120 > 172.18.0.2:30120',
    'a-node 172.18.0.3:30120 > 172.18.0.2:30120',
    'a-bystander 172.18.0.3:30120 > 10.244.0.9:30120',
  ];
  const flight: Flight = { ms: 200, carries: 'noise', hops };
  const reached = (one: Flight, edgeNext?: string, agency = 'a') =>
    nextEdgeReached(agency).ask(sceneOf([one], edgeNext));

  test('is reached by what a partner sends, in this act', () => {
    expect(reached(flight, '10.244.0.9')).toEqual({
      state: 'yes',
      because: 'other of a partner reaches a-bystander',
      evidence: ['b-node', 'a-node', 'a-bystander'].map((tap) => ({ tap, frame: 1 })),
    });
    expect(reached({ ...flight, ms: 50 }, '10.244.0.9').state).toBe('open');
  });

  test('not by what its own node sends, nor by what comes to another pod', () => {
    const own = hops.map((hop) => hop.replaceAll('172.18.0.3', '172.18.0.2'));
    expect(reached({ ...flight, hops: own }, '10.244.0.9')).toMatchObject({
      state: 'open',
      because: 'nothing of a partner reaches the next edge of agency a',
    });
    expect(reached(flight, '10.244.0.5').state).toBe('open');
    expect(reached(flight).state).toBe('open');
    expect(reached(flight, '10.244.0.9', 'c').state).toBe('open');
  });
});
