import { describe, expect, test } from 'vitest';
import { Call } from '../call.test-data.ts';
import type { LegActor } from '../leg.test-data.ts';
import type { Scene } from '../question.ts';
import { callEnded, callRefused, legsComplete, membersInvited } from './call.ts';

function registered(): Call {
  const call = new Call();
  call.registerAll();
  return call;
}

/** The frames of an answer, each with what is in it. */
function told(scene: Scene, evidence: readonly { readonly tap: string; readonly frame: number }[]): string[] {
  return evidence.map(({ tap, frame }) => {
    const sighting = scene.timeline.sightings.find((one) => one.tap === tap && one.frame === frame);
    if (sighting?.content.protocol !== 'sip') return `${tap} ${sighting?.content.protocol}`;
    const { message } = sighting.content;
    return `${tap} ${message.kind === 'request' ? message.method : message.status}`;
  });
}

describe.each(['a-ue-1', 'b-ue-1'])('a call of %s', (caller) => {
  test('invites every other member, by its own name', () => {
    const call = registered();
    const scene = call.stage.scene(call.set(caller));
    const answer = membersInvited().ask(scene);
    expect(answer.state).toBe('yes');
    const others = call.stage.topology.ues.map(({ name }) => name).filter((name) => name !== caller);
    expect(told(scene, answer.evidence)).toEqual([caller, ...others].map((name) => `${name} INVITE`));
  });

  test('has all its legs complete, with frames at both ends of each', () => {
    const call = registered();
    const scene = call.stage.scene(call.set(caller));
    const answer = legsComplete().ask(scene);
    expect(answer.state).toBe('yes');
    expect(answer.evidence).toHaveLength(6 * call.legs.length);
    const shown = told(scene, answer.evidence);
    const own = caller.startsWith('a') ? 'a-mcx' : 'b-mcx';
    expect(shown.slice(0, 6)).toEqual([
      `${caller} INVITE`,
      `${own} INVITE`,
      `${own} 200`,
      `${caller} 200`,
      `${caller} ACK`,
      `${own} ACK`,
    ]);
    expect(shown.filter((one) => one.startsWith('b-mcx')).length).toBeGreaterThanOrEqual(3);
    expect(shown.some((one) => /edge|node|bridge/.test(one))).toBe(false);
  });

  test('is not yet answered when asked too early', () => {
    const call = registered();
    const from = call.stage.now;
    const scene = call.stage.scene(from, false);
    expect(membersInvited().ask(scene).state).toBe('open');
    expect(legsComplete().ask(scene).state).toBe('open');
    expect(callEnded().ask(scene).state).toBe('open');
    expect(legsComplete().ask({ ...scene, closed: true }).state).toBe('no');
  });

  test('ends with a BYE and its 200 on every leg', () => {
    const call = registered();
    call.set(caller);
    expect(callEnded().ask(call.stage.scene(call.stage.now, false)).state).toBe('open');
    const scene = call.stage.scene(call.hangUp());
    const answer = callEnded().ask(scene);
    expect(answer.state).toBe('yes');
    expect(answer.evidence).toHaveLength(4 * call.legs.length);
    expect(told(scene, answer.evidence.slice(0, 4))[0]).toBe(`${caller} BYE`);
  });
});

describe('what is missing is told', () => {
  test('a member that nobody invites', () => {
    const call = registered();
    const from = call.stage.now;
    call.actor(call.callersLeg('a-ue-1')).complete();
    call.actor(call.memberLeg('a-ue-2', 'a-ue-1')).complete();
    const scene = call.stage.scene(from);
    expect(membersInvited().ask(scene)).toMatchObject({ state: 'no', because: 'b-ue-1 has received no INVITE' });
    expect(legsComplete().ask(scene)).toMatchObject({ state: 'no', because: 'no leg has reached b-ue-1' });
    expect(membersInvited({ agency: 'a' }).ask(scene).state).toBe('yes');
    expect(legsComplete({ agency: 'a' }).ask(scene).state).toBe('yes');
  });

  test('an INVITE for somebody else', () => {
    const call = registered();
    const from = call.stage.now;
    call.actor(call.callersLeg('a-ue-1')).complete();
    const plan = call.memberLeg('a-ue-2', 'a-ue-1');
    call.actor({ ...plan, info: { ...plan.info, requestUri: 'sip:stranger@x' } }).complete();
    const answer = membersInvited({ agency: 'a' }).ask(call.stage.scene(from));
    expect(answer).toMatchObject({ state: 'no', because: expect.stringContaining('sip:stranger@x') });
    expect(answer.evidence[0]?.tap).toBe('a-ue-2');
  });

  test.each([
    ['the INVITE does not arrive', (leg: LegActor) => leg.request('INVITE', 1)],
    ['there is no 200', (leg: LegActor) => leg.request('INVITE')],
    [
      'the 200 does not arrive',
      (leg: LegActor) => {
        leg.request('INVITE');
        leg.respond('INVITE', 200, 2, 1);
      },
    ],
    [
      'there is no ACK',
      (leg: LegActor) => {
        leg.request('INVITE');
        leg.respond('INVITE', 200);
      },
    ],
    [
      'the ACK does not arrive',
      (leg: LegActor) => {
        leg.request('INVITE');
        leg.respond('INVITE', 200);
        leg.request('ACK', 2);
      },
    ],
  ])('on the crossing leg: %s', (because, act) => {
    const call = registered();
    const from = call.set('a-ue-1');
    const again = { ...call.crossing('a', 'a-ue-1'), id: 'another' };
    act(call.actor(again));
    const open = legsComplete().ask(call.stage.scene(from, false));
    expect(open.state).toBe('open');
    expect(open.because).toContain(because);
    expect(open.evidence.length).toBeGreaterThan(0);
  });

  test('a leg that is refused is a no at once', () => {
    const call = registered();
    const from = call.set('a-ue-1');
    const leg = call.actor({ ...call.memberLeg('b-ue-2', 'a-ue-1'), id: 'another' });
    leg.request('INVITE');
    leg.respond('INVITE', 486);
    expect(legsComplete().ask(call.stage.scene(from, false))).toMatchObject({
      state: 'no',
      because: expect.stringContaining('486'),
    });
  });

  test('a BYE that is refused, and one without an answer', () => {
    const call = registered();
    call.set('a-ue-1');
    const from = call.stage.now;
    for (const leg of call.legs.slice(1)) leg.end();
    const [leg] = call.legs;
    leg?.request('BYE', undefined, 2);
    expect(callEnded().ask(call.stage.scene(from, false))).toMatchObject({
      state: 'open',
      because: expect.stringContaining('no 200'),
    });
    leg?.respond('BYE', 481, undefined, 0, 2);
    expect(callEnded().ask(call.stage.scene(from, false))).toMatchObject({
      state: 'no',
      because: expect.stringContaining('refused'),
    });
  });

  test('a BYE of an earlier act does not count', () => {
    const call = registered();
    call.set('a-ue-1');
    call.hangUp();
    expect(callEnded().ask(call.stage.scene(call.stage.now, false)).state).toBe('open');
  });
});

describe('callRefused', () => {
  test('a final error, wanted or not', () => {
    const call = registered();
    const from = call.stage.now;
    const leg = call.actor(call.callersLeg('b-ue-1'));
    leg.request('INVITE');
    leg.respond('INVITE', 404);
    const scene = call.stage.scene(from, false);
    expect(callRefused().ask(scene)).toMatchObject({ state: 'yes', because: expect.stringContaining('404') });
    expect(callRefused([404, 480]).ask(scene).state).toBe('yes');
    expect(callRefused([480]).ask(scene).state).toBe('no');
  });

  test('no answer yet, and a 200', () => {
    const call = registered();
    const from = call.stage.now;
    const leg = call.actor(call.callersLeg('b-ue-1'));
    leg.request('INVITE');
    expect(callRefused().ask(call.stage.scene(from, false)).state).toBe('open');
    leg.respond('INVITE', 200);
    expect(callRefused().ask(call.stage.scene(from, false)).state).toBe('no');
  });
});
