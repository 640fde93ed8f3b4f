import { describe, expect, test } from 'vitest';
import { Call, floor, rtp } from '../call.test-data.ts';
import { detectWaitingEdges } from './waiting-edges.ts';

const taken = floor('Floor Taken', []);

/** A call that stands; then `act`, and time enough for whatever was sent. */
function found(act: (call: Call) => void, wait = 500, border: 'edge' | 'server' = 'edge') {
  const call = new Call({ border });
  call.registerAll();
  call.set('a-ue-1');
  act(call);
  call.stage.wait(wait);
  call.keepAlive('a-ue-1');
  return detectWaitingEdges(call.stage.timeline());
}

/** What the server hands its edge for the crossing dialog: RTP at 20, floor control at 22. */
function hand(call: Call, count: number, payload: (n: number) => Uint8Array = () => taken, offset = 22): void {
  for (let n = 0; n < count; n++) call.stage.send('a-mcx', 20000 + offset, call.a.edge, 21000 + offset, payload(n));
}

const speech = (n: number) => rtp(96, 1, n, n, Uint8Array.of(n));
const keepAlive = (n: number) => rtp(96, 1, n, n, new Uint8Array(0));

describe('edges wait for each other', () => {
  test('when one keeps three packets back and neither sends anything', () => {
    expect(found((call) => hand(call, 3))).toMatchObject([
      { name: 'agency-treated-as-client', evidence: { length: 6 } },
    ]);
    expect(found((call) => hand(call, 2))).toEqual([]);
    expect(found((call) => hand(call, 3, speech, 20))).toHaveLength(1);
    const far = (call: Call) => {
      for (let n = 0; n < 3; n++) call.stage.send('b-mcx', 20022, call.b.edge, 21022, taken);
    };
    expect(found(far)).toHaveLength(1);
  });

  test('whichever of them keeps what', () => {
    const both = (call: Call) => {
      hand(call, 2);
      call.stage.send('b-mcx', 20022, call.b.edge, 21022, taken);
    };
    expect(found(both)).toHaveLength(1);
  });

  test.each<[string, (call: Call) => void]>([
    [
      'the edge sends to what the partner announced',
      (call) => call.stage.send('a-edge', 30122, call.b.node, 30122, taken),
    ],
    ['the partner’s edge does', (call) => call.stage.send('b-edge', 30122, call.a.node, 30122, taken)],
  ])('not when %s', (_what, send) => {
    expect(
      found((call) => {
        hand(call, 3);
        send(call);
      }),
    ).toEqual([]);
  });

  test('though the edge sends elsewhere', () => {
    const elsewhere = (call: Call) => {
      hand(call, 3);
      call.stage.send('a-edge', 30122, call.b.node, 30126, taken);
      call.stage.send('a-mcx', 20022, call.b.node, 30122, taken);
    };
    expect(found(elsewhere)).toHaveLength(1);
  });

  test('not for keep-alives, for another dialog’s ports, or for what no edge has got', () => {
    expect(found((call) => hand(call, 3, keepAlive, 20))).toEqual([]);
    expect(found((call) => hand(call, 3, () => taken, 30))).toEqual([]);
    expect(found((call) => hand(call, 3, () => Uint8Array.of(13, 10, 13, 10)))).toEqual([]);
  });

  test('not while the third may still be passed on', () => {
    expect(found((call) => hand(call, 3), 99)).toEqual([]);
    expect(found((call) => hand(call, 3), 101)).toHaveLength(1);
  });

  test('not where servers are their own border', () => {
    expect(found((call) => call.across('a', 2, taken), 500, 'server')).toEqual([]);
  });

  test('not before the partner has answered', () => {
    const call = new Call();
    call.registerAll();
    const leg = call.actor(call.crossing('a', 'a-ue-1'));
    leg.request('INVITE');
    leg.respond('INVITE', 180);
    hand(call, 3);
    call.stage.wait(500);
    call.keepAlive('a-ue-1');
    expect(detectWaitingEdges(call.stage.timeline())).toEqual([]);
  });
});
