import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call } from '../call.test-data.ts';
import type { LegActor } from '../leg.test-data.ts';
import { ackDiscarded, acknowledgedOnce, sessionDies } from './acknowledgement.ts';

/** A crossing dialog of the root agency, acted step by step; T1 is 100 ms on this stage. */
function crossing(act: (leg: LegActor, call: Call) => void) {
  const call = new Call();
  call.registerAll();
  const from = call.stage.now;
  act(call.actor(call.crossing('a', 'a-ue-1')), call);
  return { call, from };
}

describe('an ACK that is discarded', () => {
  const ended = (repetitions: number, reach: number) =>
    crossing((leg) => {
      leg.request('INVITE');
      leg.respond('INVITE', 200);
      leg.request('ACK', reach);
      for (let i = 0; i < repetitions; i++) leg.respond('INVITE', 200);
    });

  test('at the far edge is told of that edge', () => {
    const played = ended(3, 2);
    const answer = ask(played, ackDiscarded('far-edge'), false);
    expect(answer).toMatchObject({
      state: 'yes',
      because: 'a-mcx to b-mcx: the ACK ends at b-edge, the 200 is repeated 3 times',
    });
    expect(taps(played, answer)).toEqual(['b-mcx', 'a-mcx', 'b-edge', 'b-mcx', 'b-mcx']);
    expect(ask(played, ackDiscarded(), false)).toMatchObject({
      state: 'no',
      because: 'a-mcx to b-mcx: the ACK leaves a-edge',
    });
    expect(taps(played, ask(played, ackDiscarded(), false))).toEqual(['a-mcx', 'a-edge', 'a-edge']);
  });

  test('is known by three repetitions of the 200, two may be an accident', () => {
    expect(ask(ended(3, 1), ackDiscarded(), false).state).toBe('yes');
    const two = ended(2, 1);
    const answer = ask(two, ackDiscarded(), false);
    expect(answer).toMatchObject({ state: 'open', because: 'a-mcx to b-mcx: 2 repeated 200s' });
    expect(taps(two, answer)).toEqual(['a-mcx', 'a-edge']);
  });

  test('is none while what repeats the 200 has not got there', () => {
    const before = crossing((leg) => {
      leg.request('INVITE');
      for (let i = 0; i < 4; i++) leg.respond('INVITE', 200);
      leg.request('ACK', 1);
    });
    expect(ask(before, ackDiscarded(), false)).toMatchObject({
      state: 'open',
      because: expect.stringContaining('0 re'),
    });
    const unsent = crossing((leg) => {
      leg.request('INVITE');
      for (let i = 0; i < 4; i++) leg.respond('INVITE', 200);
    });
    expect(ask(unsent, ackDiscarded(), false)).toMatchObject({
      state: 'open',
      because: 'a-mcx to b-mcx: no ACK at a-edge',
    });
    expect(ask(ended(3, 1), ackDiscarded('far-edge'), false)).toMatchObject({
      state: 'open',
      because: 'a-mcx to b-mcx: no ACK at b-edge',
    });
  });

  test('is none of a dialog that has no 200, or no called side', () => {
    const ringing = crossing((leg) => {
      leg.request('INVITE');
      leg.respond('INVITE', 180);
    });
    expect(ask(ringing, ackDiscarded(), false)).toMatchObject({
      state: 'open',
      because: 'no crossing dialog has a 200 yet',
    });
    const edgeAnswers = crossing((leg) => {
      leg.request('INVITE', 2);
      leg.respond('INVITE', 200, 1);
      leg.request('ACK', 2);
    });
    expect(ask(edgeAnswers, ackDiscarded('far-edge'), false)).toMatchObject({
      state: 'open',
      because: 'a-mcx to nobody: no ACK at an edge',
    });
  });
});

describe('a session that dies', () => {
  const dies = (ms: number, status?: number) =>
    crossing((leg, call) => {
      leg.request('INVITE');
      leg.respond('INVITE', 200);
      // From the 200 at the server to its BYE, so many packets in between.
      call.stage.wait(ms);
      leg.backwards('BYE', 2, 1);
      if (status !== undefined) leg.respondBackwards('BYE', status, 1);
    });

  test('is given up 64·T1 after the 200, and the BYE is answered 481', () => {
    const played = dies(6400, 481);
    const answer = ask(played, sessionDies(), false);
    expect(answer).toMatchObject({
      state: 'yes',
      because: expect.stringMatching(/BYE 6400 ms after the 200, answered 481/),
    });
    expect(taps(played, answer)).toEqual(['b-mcx', 'b-mcx', 'b-mcx']);
    expect(ask(dies(6000, 481), sessionDies(), false).state).toBe('yes');
  });

  test('sooner than that it was ended by somebody', () => {
    expect(ask(dies(5990, 481), sessionDies(), false)).toMatchObject({
      state: 'no',
      because: expect.stringMatching(/: BYE after 599\d ms/),
    });
  });

  test('is not known as long as nobody answers the BYE, or otherwise', () => {
    for (const played of [dies(6400), dies(6400, 200)]) {
      const answer = ask(played, sessionDies(), false);
      expect(answer).toMatchObject({ state: 'open', because: 'a-mcx to b-mcx: the BYE has no 481' });
      expect(taps(played, answer)).toEqual(['b-mcx', 'b-mcx']);
    }
  });

  test('is not one that nobody gave up, nor one that the caller ended', () => {
    const unanswered = { state: 'open', because: 'nobody has given a crossing dialog up' };
    const ended = crossing((leg, call) => {
      leg.complete();
      call.stage.wait(6400);
      leg.end();
    });
    expect(ask(ended, sessionDies(), false)).toMatchObject(unanswered);
    const neverOk = crossing((leg, call) => {
      leg.request('INVITE');
      leg.respond('INVITE', 180);
      call.stage.wait(6400);
      leg.backwards('BYE');
      leg.respondBackwards('BYE', 481);
    });
    expect(ask(neverOk, sessionDies(), false)).toMatchObject(unanswered);
  });

  test('may be the second of two dialogs', () => {
    const { call, from } = dies(6400, 481);
    const healthy = new Call();
    healthy.registerAll();
    const first = healthy.actor({ ...healthy.crossing('a', 'a-ue-1'), id: 'first' });
    first.complete();
    const second = healthy.actor(healthy.crossing('a', 'a-ue-1'));
    second.request('INVITE');
    second.respond('INVITE', 200);
    healthy.stage.wait(6400);
    second.backwards('BYE', 2, 1);
    second.respondBackwards('BYE', 481, 1);
    expect(ask({ call: healthy, from }, sessionDies(), false).state).toBe('yes');
    expect(ask({ call, from }, sessionDies(), false).state).toBe('yes');
  });
});

describe('an ACK that passes once', () => {
  test('passes each pod once on both sides, and is told with every one', () => {
    const played = crossing((leg) => leg.complete());
    const answer = ask(played, acknowledgedOnce());
    expect(answer).toMatchObject({ state: 'yes', because: 'a-mcx to b-mcx: one 200, one ACK' });
    const way = ['a-mcx', 'a-edge', 'b-edge', 'b-mcx'];
    expect(taps(played, answer).slice(0, 2)).toEqual(['b-mcx', 'a-mcx']);
    expect(taps(played, answer).slice(2).sort()).toEqual([...way, ...way.slice(1, 3)].sort());
  });

  test('is not one that passes a pod twice', () => {
    for (const reach of [1, 2, 3]) {
      const played = crossing((leg) => {
        leg.complete();
        leg.request('ACK', reach);
      });
      const answer = ask(played, acknowledgedOnce(), false);
      expect(answer).toMatchObject({ state: 'no', because: expect.stringMatching(/the ACK passes .* twice/) });
      expect(new Set(taps(played, answer)).size).toBe(1);
      expect(answer.evidence).toHaveLength(2);
    }
  });

  test('is within T1 of the 200', () => {
    const acked = (ms: number) =>
      crossing((leg, call) => {
        leg.request('INVITE');
        leg.respond('INVITE', 200);
        call.stage.wait(ms);
        leg.request('ACK');
      });
    // The way of the ACK itself takes less than a millisecond here.
    expect(ask(acked(99), acknowledgedOnce()).state).toBe('yes');
    expect(ask(acked(100), acknowledgedOnce()).state).toBe('no');
  });

  test('has not arrived where it ends on the way', () => {
    for (const act of [
      (leg: LegActor) => leg.request('INVITE'),
      (leg: LegActor) => {
        leg.request('INVITE');
        leg.respond('INVITE', 200);
      },
      (leg: LegActor) => {
        leg.request('INVITE');
        leg.respond('INVITE', 200);
        leg.request('ACK', 2);
      },
    ]) {
      expect(ask(crossing(act), acknowledgedOnce(), false)).toMatchObject({
        state: 'open',
        because: 'a-mcx to b-mcx: the ACK has not arrived',
      });
    }
  });

  test('is watched for two more T1, in which the 200 would come again', () => {
    const played = crossing((leg) => leg.complete());
    const { call } = played;
    expect(ask(played, acknowledgedOnce(), false)).toMatchObject({
      state: 'open',
      because: expect.stringContaining('too early'),
    });
    call.stage.wait(199);
    call.keepAlive('a-ue-1');
    const last = call.stage.timeline().sightings.at(-1);
    expect(ask(played, acknowledgedOnce(), false).state).toBe('open');
    call.stage.wait(2);
    call.keepAlive('a-ue-1');
    expect(last).toBeDefined();
    expect(ask(played, acknowledgedOnce(), false).state).toBe('yes');
  });

  test('of a dialog that an earlier act ended is none of this one', () => {
    const { call } = crossing((leg) => leg.complete());
    expect(ask({ call, from: call.stage.now + 1n }, acknowledgedOnce())).toMatchObject({
      state: 'no',
      because: 'no dialog crosses between agencies',
    });
  });
});
