import { describe, expect, test, vi } from 'vitest';
import { synchronised, syncState } from './proxy-sync.ts';

const metrics = (queued: number, synced: number): string =>
  [
    '# TYPE kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds gauge',
    `kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} ${queued}`,
    'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv6"} 9e+09',
    `kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} ${synced}`,
    'kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv6"} 1',
  ].join('\n');

describe('what kube-proxy says of itself', () => {
  test('by family, IPv4', () => {
    expect(syncState(metrics(1.7954354961767576e9, 1.7954354962340093e9))).toEqual({
      queued: 1795435496.1767576,
      synced: 1795435496.2340093,
    });
  });

  test('without families, as older versions', () => {
    const text = metrics(1, 2)
      .replaceAll('{ip_family="IPv4"}', '')
      .replaceAll(/.*IPv6.*\n?/g, '');
    expect(syncState(text)).toEqual({ queued: 1, synced: 2 });
  });

  test('nothing', () => {
    expect(syncState('')).toBeUndefined();
    expect(syncState('404 page not found')).toBeUndefined();
  });
});

describe('a change of Services', () => {
  test('is over when kube-proxy has heard of it and put it in force', async () => {
    const answers = [metrics(1, 2), metrics(1, 2), metrics(3, 2), metrics(3, 4), metrics(5, 4), metrics(5, 6)];
    let asked = 0;
    const get = vi.fn(async () => answers[Math.min(asked++, answers.length - 1)] ?? '');
    const change = vi.fn(async () => {});
    await synchronised([{ get }], change);
    expect(change).toHaveBeenCalledOnce();
    // One look before, one for each answer, and a second one that is as calm as the first.
    expect(asked).toBe(answers.length + 1);
  });

  test('that no node hears of ends after a second', async () => {
    const started = Date.now();
    await synchronised([{ get: async () => metrics(1, 2) }], async () => {});
    expect(Date.now() - started).toBeGreaterThan(900);
    expect(Date.now() - started).toBeLessThan(5000);
  });

  test('is waited for blindly where kube-proxy says nothing', async () => {
    const started = Date.now();
    await synchronised([{ get: () => Promise.reject(new Error('refused')) }], async () => {});
    expect(Date.now() - started).toBeGreaterThan(1400);
  });

  test('that fails is not waited for', async () => {
    const get = vi.fn(async () => metrics(1, 2));
    await expect(synchronised([{ get }], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(get).toHaveBeenCalledOnce();
  });
});
