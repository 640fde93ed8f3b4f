import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call } from '../call.test-data.ts';
import type { LegActor, LegPlan } from '../leg.test-data.ts';
import { admittedAsClient, crossingInviteRefused, refusalAcknowledged, registrationAccepted } from './refusal.ts';

/** The root agency's crossing INVITE, acted step by step. */
function crossing(act: (leg: LegActor, call: Call) => void, change: Partial<LegPlan> = {}) {
  const call = new Call();
  call.registerAll();
  const from = call.stage.now;
  act(call.actor({ ...call.crossing('a', 'a-ue-1'), ...change }), call);
  return { call, from };
}

const refused = (status: number) => (leg: LegActor) => {
  leg.request('INVITE', 2);
  leg.respond('INVITE', status, 1, 0);
};

describe('a refused INVITE', () => {
  test('is known when what the edge might have passed on would have been seen', () => {
    const played = crossing(refused(403));
    expect(ask(played, crossingInviteRefused(), false)).toMatchObject({
      state: 'open',
      because: 'no edge answers 403',
      evidence: [{ tap: 'b-edge' }],
    });
    played.call.stage.silence(150);
    expect(ask(played, crossingInviteRefused(), false)).toMatchObject({
      state: 'yes',
      because: 'b-edge answers 403, nothing reaches b-mcx',
    });
    expect(ask(played, crossingInviteRefused(480), false).state).toBe('open');
  });

  test('is refused by the edge itself, not by the server behind it', () => {
    const played = crossing((leg, call) => {
      leg.request('INVITE');
      leg.respond('INVITE', 403);
      call.stage.silence(150);
    });
    expect(ask(played, crossingInviteRefused(), false)).toMatchObject({
      state: 'no',
      because: 'the INVITE reaches b-mcx',
      evidence: [{ tap: 'b-edge' }, { tap: 'b-mcx' }],
    });
  });

  test('is one that crosses: at its own edge an INVITE is at home', () => {
    const call = new Call();
    call.registerAll();
    const from = call.stage.now;
    const leg = call.actor(call.callersLeg('a-ue-1'));
    leg.request('INVITE', 1);
    leg.respond('INVITE', 403, 0);
    call.stage.silence(150);
    const miss = { state: 'open', because: "no INVITE reaches another agency's edge" };
    expect(ask({ call, from }, crossingInviteRefused(), false)).toMatchObject(miss);
    expect(ask({ call, from }, refusalAcknowledged(), false)).toMatchObject({
      state: 'open',
      because: 'no refusal is acknowledged',
    });
  });
});

describe('the ACK of a refusal', () => {
  const acknowledged = (act: (leg: LegActor) => void) => {
    const played = crossing((leg) => {
      refused(403)(leg);
      act(leg);
    });
    return { played, answer: ask(played, refusalAcknowledged(), false) };
  };

  test('is of the same transaction and reaches the edge that refused', () => {
    const { played, answer } = acknowledged((leg) => leg.requestOn('ACK', 1, undefined, 1, 'INVITE'));
    expect(answer).toMatchObject({ state: 'yes', because: 'b-edge gets the ACK of its refusal' });
    expect(taps(played, answer)).toEqual(['b-edge', 'b-edge', 'b-edge']);
  });

  test.each<[string, (leg: LegActor) => void]>([
    ['has a branch of its own', (leg) => leg.requestOn('ACK', 1)],
    ['ends on the way', (leg) => leg.requestOn('ACK', 0, undefined, 1, 'INVITE')],
    ['is another method', (leg) => leg.requestOn('BYE', 1, undefined, 1, 'INVITE')],
    ['never came', () => {}],
  ])('is none that %s', (_what, act) => {
    expect(acknowledged(act).answer).toMatchObject({
      state: 'open',
      because: 'no refusal is acknowledged',
      evidence: [{ tap: 'b-edge' }],
    });
  });

  test('is none of a 200', () => {
    for (const [status, state] of [
      [299, 'open'],
      [300, 'yes'],
      [699, 'yes'],
    ] as const) {
      const played = crossing((leg) => {
        refused(status)(leg);
        leg.requestOn('ACK', 1, undefined, 1, 'INVITE');
      });
      expect(ask(played, refusalAcknowledged(), false).state).toBe(state);
    }
  });
});

describe('a registration', () => {
  const registers = (status: number, act = (leg: LegActor) => leg.respond('REGISTER', status)) => {
    const call = new Call();
    const hops = [
      { place: 'a-ue-1', port: 5060, dst: call.a.node, dstPort: call.a.clientPort },
      { place: 'a-edge', port: 5060, dst: '10.96.0.21', dstPort: 5060 },
    ];
    const none = { address: '0.0.0.0', rtp: 0 };
    const plan = { id: 'reg', from: 'a-ue-1@a.mcx.test', to: 'a-ue-1@a.mcx.test', info: {}, isfocus: false };
    const leg = call.actor({ ...plan, hops: hops.map((hop) => ({ ...hop, offer: none, answer: none })) });
    leg.request('REGISTER');
    act(leg);
    return { call, from: 0n };
  };

  test('is accepted by the edge of its agency', () => {
    const played = registers(200);
    const answer = ask(played, registrationAccepted('a'), false);
    expect(answer).toMatchObject({ state: 'yes', because: 'a-edge accepts a REGISTER' });
    expect(taps(played, answer)).toEqual(['a-edge', 'a-edge']);
    expect(ask(played, registrationAccepted('b'), false)).toMatchObject({
      state: 'open',
      because: 'b-edge has accepted no REGISTER',
    });
    expect(ask(played, registrationAccepted('c'), false)).toMatchObject({
      state: 'open',
      because: 'no tap at the edge of agency c',
    });
  });

  test('is not accepted by 401, nor by a 200 that never leaves the edge', () => {
    expect(ask(registers(401), registrationAccepted('a'), false).state).toBe('open');
    expect(
      ask(
        registers(200, (leg) => leg.respond('REGISTER', 200, 1, 1)),
        registrationAccepted('a'),
        false,
      ).state,
    ).toBe('open');
  });
});

describe('an INVITE that is admitted as a client’s', () => {
  test('had isfocus at the edge and has it no more at the server', () => {
    const without = crossing((leg) => leg.request('INVITE'), { isfocus: false });
    expect(ask(without, admittedAsClient(), false)).toMatchObject({
      state: 'open',
      because: "no INVITE with isfocus passes another agency's edge",
    });
    const still = crossing((leg) => leg.request('INVITE'));
    expect(ask(still, admittedAsClient(), false)).toMatchObject({ state: 'no', because: 'isfocus reaches b-mcx' });
    const stays = crossing((leg) => leg.request('INVITE', 2));
    expect(ask(stays, admittedAsClient(), false)).toMatchObject({ state: 'open', evidence: [{ tap: 'b-edge' }] });
  });
});
