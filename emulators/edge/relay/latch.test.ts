import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announced, type Latch, maxHeld, maxHeldMs, newLatch, received, reopened, sending } from './latch.ts';

const ue = { host: '172.18.0.10', port: 40_000 };
const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (list: readonly Uint8Array[]) => list.map((one) => new TextDecoder().decode(one));
const latch = (more: Partial<Latch> = {}): Latch => ({ ...newLatch('latch', [ue.host], true), ...more });

describe('latching', () => {
  test('the first packet from an allowed address is the remote, for good', () => {
    const first = received(latch(), ue, 0);
    expect(first).toMatchObject({ accepted: true, latch: { remote: ue } });
    const elsewhere = received(first.latch, { ...ue, port: 1 }, 1);
    expect(elsewhere).toMatchObject({ accepted: false, latch: { remote: ue } });
    expect(received(first.latch, ue, 2).accepted).toBe(true);
  });

  test('a stranger changes nothing', () => {
    const open = latch();
    expect(received(open, { host: '172.18.0.66', port: 40_000 }, 0)).toEqual({
      latch: open,
      accepted: false,
      flushed: [],
    });
  });

  test('whoever sends whatever: only the first allowed source is ever accepted', () => {
    const source = fc.record({
      host: fc.constantFrom(ue.host, '10.0.0.1', '172.18.0.3'),
      port: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(source), (sources) => {
        let state = latch();
        const accepted = sources.filter((one, i) => {
          const result = received(state, one, i);
          state = result.latch;
          return result.accepted;
        });
        const first = sources.find(({ host }) => host === ue.host);
        expect(accepted).toEqual(sources.filter((one) => one.host === first?.host && one.port === first.port));
      }),
    );
  });

  test('SDP of a client moves nothing; a new description lets it latch once more', () => {
    const closed = received(latch(), ue, 0).latch;
    expect(announced(closed, { host: '192.168.10.11', port: 1 }, 0).latch).toBe(closed);
    const again = received(reopened(closed), { ...ue, port: 5 }, 0);
    expect(again).toMatchObject({ accepted: true, latch: { remote: { port: 5 } } });
  });
});

describe('holding until the latch', () => {
  test('in order, and once', () => {
    let state = latch();
    for (const text of ['taken', 'idle']) state = sending(state, bytes(text), 0).latch;
    const first = received(state, ue, 10);
    expect(texts(first.flushed)).toEqual(['taken', 'idle']);
    expect(received(first.latch, ue, 11).flushed).toEqual([]);
    expect(sending(first.latch, bytes('x'), 12).to).toEqual(ue);
  });

  test('a stranger’s packet lets nothing out', () => {
    const state = sending(latch(), bytes('taken'), 0).latch;
    expect(received(state, { host: '10.0.0.1', port: 1 }, 1).flushed).toEqual([]);
  });

  test('so many at most, the newest; so long at most', () => {
    let state = latch();
    for (let i = 0; i < maxHeld + 3; i += 1) state = sending(state, bytes(String(i)), i).latch;
    expect(state.held).toHaveLength(maxHeld);
    expect(texts(received(state, ue, 100).flushed)[0]).toBe('3');
    expect(received(state, ue, maxHeldMs + maxHeld + 3).flushed).toEqual([]);
    const later = sending(state, bytes('fresh'), maxHeldMs * 2).latch;
    expect(later.held).toHaveLength(1);
  });

  test('speech is not held', () => {
    const result = sending(latch({ holds: false }), bytes('speech'), 0);
    expect([result.to, result.latch.held]).toEqual([undefined, []]);
  });
});

describe('announced', () => {
  const nodes = ['172.18.0.3', '172.18.0.4'];
  const at = { host: '172.18.0.3', port: 30_100 };

  test('sends where SDP says, takes from any port of the nodes, and is moved by SDP alone', () => {
    const { latch: told } = announced(newLatch('announced', nodes, true), at, 0);
    const heard = received(told, { host: '172.18.0.4', port: 7 }, 1);
    expect(heard).toMatchObject({ accepted: true, latch: { remote: at } });
    expect(sending(heard.latch, bytes('x'), 2).to).toEqual(at);
    expect(received(told, { host: '172.18.0.5', port: 30_100 }, 1).accepted).toBe(false);
    expect(reopened(told).remote).toEqual(at);
    expect(announced(told, { ...at, port: 9 }, 3).latch.remote?.port).toBe(9);
  });

  test('from any source, where addresses say nothing', () => {
    const open = announced(newLatch('announced', 'any', false), ue, 0).latch;
    expect(received(open, { host: '10.244.0.1', port: 9 }, 1)).toMatchObject({ accepted: true, latch: { remote: ue } });
  });

  test('what waited for the SDP goes with it', () => {
    const state = sending(newLatch('announced', nodes, true), bytes('taken'), 0).latch;
    expect(texts(announced(state, at, 1).flushed)).toEqual(['taken']);
  });
});
