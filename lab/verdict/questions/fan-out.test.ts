import { describe, expect, test } from 'vitest';
import { playHealthy } from '../failures.test-data.ts';
import { fanOutCrosses } from './fan-out.ts';

describe('how many dialogs the root agency begins with its partners', () => {
  const ask = (caller: string, expected: number, closed = true) =>
    fanOutCrosses('b', expected).ask(playHealthy(caller).call.stage.scene(0n, closed));

  test.each(['a-ue-1', 'b-ue-1'])('one for a partner with a group of its own, called by %s', (caller) => {
    expect(ask(caller, 1)).toMatchObject({
      state: 'yes',
      because: "1 INVITEs of the root agency's server cross to agency b",
    });
    expect(ask(caller, 1).evidence.map(({ tap }) => tap)).toEqual(['a-mcx']);
  });

  test('fewer than expected may still come, until the captures are closed; more is more', () => {
    expect(ask('a-ue-1', 2, false).state).toBe('open');
    expect(ask('a-ue-1', 2).state).toBe('no');
    expect(ask('a-ue-1', 0, false).state).toBe('no');
    const { call } = playHealthy('a-ue-1');
    expect(fanOutCrosses('c', 0).ask(call.stage.scene(0n, true)).state).toBe('yes');
  });
});
