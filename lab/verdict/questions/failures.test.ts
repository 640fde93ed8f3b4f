import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call } from '../call.test-data.ts';
import {
  lookup,
  type Played,
  playAckDiscarded,
  playAdmitted,
  playHealthy,
  playPrivateAddress,
  playRefused,
  playRepaired,
  playUnresolved,
} from '../failures.test-data.ts';
import { ackDiscarded, acknowledgedOnce, sessionDies } from './acknowledgement.ts';
import { callRefused, membersInvited } from './call.ts';
import { crossingDialogComplete } from './crossing.ts';
import { clusterNamesResolve, nameUnresolved, noSipLeavesFor, partnerResolves } from './names.ts';
import { type Fate, nodeAddressWithPodPort, privateAddressInSdp } from './private-address.ts';
import { admittedAsClient, crossingInviteRefused, refusalAcknowledged, registrationAccepted } from './refusal.ts';
import { noSymptom, symptomIs } from './symptom.ts';

const distinct = { cidrB: '10.30.0.0/16', serverB: '10.30.0.26', edgeB: '10.30.0.25' };

describe('F1', () => {
  test.each([
    ['a-ue-1', 'a', 'NXDOMAIN'],
    ['b-ue-1', 'b', 'SERVFAIL'],
    ['a-ue-1', 'a', 'none'],
  ] as const)('called by %s: agency %s gets %s', (caller, agency, rcode) => {
    const played = playUnresolved(caller, rcode);
    const answer = ask(played, nameUnresolved(agency));
    expect(answer.state).toBe('yes');
    expect(answer.because).toContain(rcode === 'none' ? 'has no answer' : rcode);
    expect(taps(played, answer)[0]).toBe(`${agency}-mcx`);
    expect(ask(played, noSipLeavesFor(agency)).state).toBe('yes');
    expect(ask(played, clusterNamesResolve(agency)).state).toBe('yes');
    expect(ask(played, symptomIs('name-unresolved')).state).toBe('yes');
    expect(ask(played, noSymptom()).state).toBe('no');
  });

  test('the local members get the call, or the caller gets a final error', () => {
    expect(ask(playUnresolved('a-ue-1'), membersInvited({ agency: 'a' })).state).toBe('yes');
    expect(ask(playUnresolved('b-ue-1'), callRefused([404])).state).toBe('yes');
  });

  test('a name that resolves, search suffixes and AAAA notwithstanding', () => {
    const played = { ...playHealthy(), from: 0n };
    expect(ask(played, nameUnresolved('a'))).toMatchObject({
      state: 'no',
      because: '_sip._udp.ic.b.mcx.test SRV is answered',
    });
    expect(ask(played, partnerResolves('a')).state).toBe('yes');
    expect(ask(played, noSipLeavesFor('a')).state).toBe('no');
  });

  test('nobody has asked yet', () => {
    const call = new Call();
    call.registerAll();
    const played = { call, from: call.stage.now };
    expect(ask(played, nameUnresolved('a'), false).state).toBe('open');
    expect(ask(played, clusterNamesResolve('a'), false).state).toBe('open');
    expect(ask(played, noSipLeavesFor('a'), false).state).toBe('open');
    lookup(call, 'a-mcx', '_sip._udp.ic.b.mcx.test', 'SRV', []);
    expect(ask(played, nameUnresolved('a'), false).state).toBe('open');
    expect(ask(played, nameUnresolved('c')).state).toBe('no');
  });
});

describe('F2', () => {
  const cases: readonly (readonly [Fate, () => Played, readonly string[]])[] = [
    ['leaked', () => playPrivateAddress('a-ue-1'), ['a-mcx', 'a-mcx', 'a-node']],
    ['leaked', () => playPrivateAddress('b-ue-1'), ['a-mcx', 'a-mcx', 'a-node']],
    ['masqueraded', () => playPrivateAddress('a-ue-1', distinct), ['a-mcx', 'a-mcx', 'a-node']],
    ['bystander', () => playPrivateAddress('a-ue-1', { bystanderA: '10.244.0.26' }), ['a-mcx', 'a-mcx', 'a-bystander']],
    ['self', () => playPrivateAddress('a-ue-1', { serverB: '10.244.0.6' }), ['a-mcx', 'a-mcx-lo']],
  ];

  test.each(cases)('%s', (fate, play, shown) => {
    const played = play();
    const answer = ask(played, privateAddressInSdp(fate));
    expect(answer.state).toBe('yes');
    expect(taps(played, answer)).toEqual(shown);
    for (const other of ['leaked', 'masqueraded', 'bystander', 'self'] as const) {
      if (other !== fate) expect(ask(played, privateAddressInSdp(other)).state).toBe('no');
    }
    expect(ask(played, crossingDialogComplete()).state).toBe('yes');
  });

  test('the same servers, routed on purpose: the packet arrives, and that is a no', () => {
    const played = playPrivateAddress('a-ue-1', { routed: true, ...distinct });
    const answer = ask(played, privateAddressInSdp('leaked'), false);
    expect(answer).toMatchObject({ state: 'no', because: expect.stringContaining('arrives') });
    expect(taps(played, answer)).toEqual(['a-mcx', 'a-mcx', 'b-mcx']);
  });

  test('edges in between: nothing goes to an address that does not answer', () => {
    const played = playHealthy();
    for (const fate of ['leaked', 'masqueraded', 'bystander', 'self'] as const) {
      expect(ask(played, privateAddressInSdp(fate)).state).toBe('no');
    }
  });

  test('a packet that was just sent may still arrive, and where it arrives may not be read yet', () => {
    const call = new Call({ border: 'server' });
    call.registerAll();
    const from = call.set('a-ue-1');
    expect(ask({ call, from }, privateAddressInSdp('leaked'), false)).toMatchObject({
      state: 'open',
      because: 'nothing is sent to the address of that SDP',
    });
    call.across('a', 2, new Uint8Array([13, 10, 13, 10]));
    expect(ask({ call, from }, privateAddressInSdp('leaked'), false).state).toBe('open');
    call.stage.wait(150);
    call.keepAlive('a-ue-1');
    expect(ask({ call, from }, privateAddressInSdp('leaked'), false).state).toBe('open');
    call.stage.silence(0);
    expect(ask({ call, from }, privateAddressInSdp('leaked'), false).state).toBe('yes');
  });

  test('before any SDP crosses', () => {
    const call = new Call({ border: 'server' });
    const played = { call, from: 0n };
    expect(ask(played, privateAddressInSdp('leaked'), false).state).toBe('open');
    expect(ask(played, nodeAddressWithPodPort(), false).state).toBe('open');
  });

  test('the symptom, with and without its consequence', () => {
    const stray = playPrivateAddress('a-ue-1', { bystanderA: '10.244.0.26' });
    expect(ask(stray, symptomIs('private-address-in-sdp', 'wrong-pod')).state).toBe('yes');
    expect(ask(stray, symptomIs('ack-discarded'))).toMatchObject({
      state: 'no',
      because: 'the symptom is private-address-in-sdp',
    });
    const leak = playPrivateAddress();
    expect(ask(leak, symptomIs('private-address-in-sdp', 'wrong-pod'))).toMatchObject({
      state: 'no',
      because: 'private-address-in-sdp without wrong-pod',
    });
    expect(ask(leak, noSymptom(), false).state).toBe('open');
  });
});

describe('F3', () => {
  test.each(['a-ue-1', 'b-ue-1'])('called by %s: the packet ends at the far node', (caller) => {
    const played = playRepaired(caller);
    const answer = ask(played, nodeAddressWithPodPort());
    expect(answer.state).toBe('yes');
    expect(taps(played, answer)).toEqual(['a-mcx', 'a-mcx', 'b-node', 'a-mcx']);
    const { sightings } = played.call.stage.timeline();
    const last = answer.evidence.at(-1);
    expect(sightings.find(({ tap, frame }) => tap === last?.tap && frame === last.frame)?.content.protocol).toBe(
      'icmp',
    );
    expect(ask(played, privateAddressInSdp('leaked')).state).toBe('no');
  });

  test('packets for exposed ports arrive', () => {
    expect(ask(playHealthy(), nodeAddressWithPodPort())).toMatchObject({
      state: 'no',
      because: expect.stringContaining('arrives'),
    });
  });
});

describe('F4', () => {
  test.each([
    ['a-ue-1', 'b-edge'],
    ['b-ue-1', 'a-edge'],
  ])('called by %s: %s refuses', (caller, edge) => {
    const played = playRefused(caller);
    const answer = ask(played, crossingInviteRefused(403));
    expect(answer.state).toBe('yes');
    expect(taps(played, answer)).toEqual([edge, edge]);
    expect(taps(played, ask(played, refusalAcknowledged()))).toEqual([edge, edge, edge]);
    for (const agency of ['a', 'b']) expect(ask(played, registrationAccepted(agency)).state).toBe('yes');
    expect(ask(played, crossingInviteRefused(404)).state).toBe('no');
    expect(ask(played, symptomIs('agency-treated-as-client')).state).toBe('yes');
  });

  test('an INVITE that reaches the server was not refused', () => {
    const played = playHealthy();
    expect(ask(played, crossingInviteRefused(403), false)).toMatchObject({
      state: 'no',
      because: 'the INVITE reaches b-mcx',
    });
    expect(ask(played, refusalAcknowledged()).state).toBe('no');
    expect(ask(played, admittedAsClient())).toMatchObject({ state: 'no', because: 'isfocus reaches b-mcx' });
  });

  test('admitted: isfocus is lost on the way', () => {
    const played = playAdmitted();
    const answer = ask(played, admittedAsClient());
    expect(answer.state).toBe('yes');
    expect(taps(played, answer)).toEqual(['b-edge', 'b-mcx']);
  });

  test('nothing has happened yet', () => {
    const call = new Call();
    const played = { call, from: 0n };
    for (const question of [
      crossingInviteRefused(),
      refusalAcknowledged(),
      admittedAsClient(),
      registrationAccepted('a'),
      noSymptom(),
    ]) {
      expect(ask(played, question, false).state).toBe('open');
    }
  });
});

describe('F5 and R5', () => {
  test.each([
    ['a-ue-1', 1],
    ['b-ue-1', 2],
  ])('called by %s: %i ACKs end at the root agency’s edge, and the sessions die', (caller, legs) => {
    const played = playAckDiscarded(caller);
    const answer = ask(played, ackDiscarded());
    expect(answer.state).toBe('yes');
    expect(answer.because).toContain('the ACK ends at a-edge, the 200 is repeated 10 times');
    expect(answer.evidence).toHaveLength(5 * legs);
    expect(taps(played, answer)).toContain('a-edge');
    expect(ask(played, sessionDies()).state).toBe('yes');
    expect(ask(played, acknowledgedOnce()).state).toBe('no');
    expect(ask(played, symptomIs('ack-discarded', 'session-given-up')).state).toBe('yes');
  });

  test.each(['a-ue-1', 'b-ue-1'])('called by %s, the path anchored: each ACK once at every pod', (caller) => {
    const played = playHealthy(caller);
    const answer = ask(played, acknowledgedOnce());
    expect(answer.state).toBe('yes');
    expect(new Set(taps(played, answer))).toEqual(new Set(['a-mcx', 'a-edge', 'b-edge', 'b-mcx']));
    expect(ask(played, ackDiscarded())).toMatchObject({
      state: 'no',
      because: expect.stringContaining('leaves a-edge'),
    });
    expect(ask(played, sessionDies()).state).toBe('no');
    expect(ask(played, noSymptom()).state).toBe('yes');
  });

  test('too early to say that no 200 is repeated', () => {
    const call = new Call();
    call.registerAll();
    const from = call.set('a-ue-1');
    expect(ask({ call, from }, acknowledgedOnce(), false).state).toBe('open');
    call.stage.wait(250);
    call.keepAlive('a-ue-1');
    expect(ask({ call, from }, acknowledgedOnce(), false).state).toBe('yes');
  });

  test('a late ACK, a repeated 200, and one repetition too few', () => {
    const late = new Call();
    late.registerAll();
    const leg = late.actor(late.crossing('a', 'a-ue-1'));
    leg.request('INVITE');
    leg.respond('INVITE', 200);
    late.stage.wait(150);
    leg.request('ACK');
    expect(ask({ call: late, from: 0n }, acknowledgedOnce(), false)).toMatchObject({
      state: 'no',
      because: expect.stringContaining('the ACK takes 150 ms'),
    });
    leg.respond('INVITE', 200);
    expect(ask({ call: late, from: 0n }, acknowledgedOnce(), false)).toMatchObject({
      state: 'no',
      because: expect.stringContaining('the 200 is sent 2 times'),
    });
    const few = new Call();
    few.registerAll();
    const cut = few.actor(few.crossing('a', 'a-ue-1'));
    cut.request('INVITE');
    cut.respond('INVITE', 200);
    cut.request('ACK', 1);
    cut.respond('INVITE', 200);
    expect(ask({ call: few, from: 0n }, ackDiscarded(), false)).toMatchObject({
      state: 'open',
      because: expect.stringContaining('1 repeated'),
    });
  });
});
