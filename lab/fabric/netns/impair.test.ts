import { describe, expect, test } from 'vitest';
import { lossRules, queueing } from './impair.ts';

describe('impairments', () => {
  test('loss is a share of a million, in both directions, and spares markers', () => {
    const rules = lossRules('v-a-ue-1', { loss: 0.015 });
    expect(rules.match(/ip daddr != 224\.0\.0\.0\/24 numgen random mod 1000000 < 15000 drop/g)).toHaveLength(2);
    expect(rules).toContain('hook ingress device "v-a-ue-1"');
    expect(rules).toContain('hook egress device "v-a-ue-1"');
  });

  test('a cut link loses everything, whatever else it was to lose', () => {
    expect(lossRules('v', { cut: true, loss: 0.1 })).toMatch(/224\.0\.0\.0\/24 drop/);
    expect(lossRules('v', { cut: true, loss: 0.1 })).not.toContain('numgen');
  });

  test.each([undefined, {}, { loss: 0 }, { cut: false }, { delayMs: 5 }])(
    '%j only takes old rules away',
    (impairment) => {
      expect(lossRules('v', impairment).split('\n')).toEqual(['table netdev v', 'delete table netdev v']);
    },
  );

  test('a rate is shaped by tbf with a burst of at least a frame', () => {
    expect(queueing({ rateBitsPerSecond: 64_000 })?.join(' ')).toBe('tbf rate 64000bit burst 1600 latency 200ms');
    expect(queueing({ rateBitsPerSecond: 8_000_000 })?.join(' ')).toContain('burst 10000');
  });

  test('delay and jitter are for netem, which then does the rate too', () => {
    expect(queueing({ delayMs: 30 })?.join(' ')).toBe('netem delay 30ms');
    expect(queueing({ delayMs: 30, jitterMs: 5, rateBitsPerSecond: 64_000 })?.join(' ')).toBe(
      'netem delay 30ms 5ms rate 64000bit',
    );
    expect(queueing({ jitterMs: 5 })?.join(' ')).toBe('netem delay 0ms 5ms');
  });

  test('without rate and delay packets just leave', () => {
    expect(queueing(undefined)).toBeUndefined();
    expect(queueing({ loss: 0.5, cut: true })).toBeUndefined();
  });
});
