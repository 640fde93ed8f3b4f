import { describe, expect, test } from 'vitest';
import { forget, inputGuard, type NodeNat, natRoutes, natRules } from './nat-rules.ts';

const nat = (egress: NodeNat['egress']): NodeNat => ({
  egress,
  pods: ['10.244.0.5', '10.244.0.6'],
  podCidr: '10.244.0.0/16',
  foreign: [
    { address: '10.244.0.6', via: '172.18.0.3' },
    { address: '10.244.0.25', via: '172.18.0.3' },
    { address: '10.30.0.5', via: '172.18.0.4' },
    { address: '10.30.0.5', via: '172.18.0.9' },
  ],
});

const translations = (text: string) => text.split('\n').filter((line) => /masquerade|snat to/.test(line));

describe('the table of a node', () => {
  test('leaves the egress to the CNI where it is as the CNI makes it', () => {
    expect(translations(natRules(nat('preserve')))).toEqual([]);
  });

  test('gives each destination another port, to the lab’s pods alone, before the CNI does', () => {
    const text = natRules(nat('symmetric'));
    expect(translations(text)).toEqual([
      'ip saddr { 10.244.0.5, 10.244.0.6 } ip daddr != 10.244.0.0/16 meta l4proto udp masquerade fully-random',
    ]);
    expect(text).toContain('hook postrouting priority srcnat - 10');
  });

  test('keeps the source of what is routed on purpose', () => {
    expect(translations(natRules(nat('none')))).toEqual([
      'ip saddr { 10.244.0.5, 10.244.0.6 } ip daddr { 10.244.0.6, 10.244.0.25, 10.30.0.5 } snat to ip saddr',
    ]);
  });

  test('is whole without a pod, and replaces what was there', () => {
    for (const egress of ['preserve', 'symmetric', 'none'] as const) {
      const text = natRules({ ...nat(egress), pods: [] });
      expect(translations(text)).toEqual([]);
      expect(text.startsWith('table ip mcx_lab\ndelete table ip mcx_lab\ntable ip mcx_lab {')).toBe(true);
    }
  });

  test('does not track markers', () => {
    expect(natRules(nat('preserve')).match(/224\.0\.0\.0\/24 notrack/g)).toHaveLength(2);
  });

  test('guards the input of one interface, or of none', () => {
    expect(inputGuard(true, 'ens3')).toBe(
      'flush chain ip mcx_lab guard\nadd rule ip mcx_lab guard iifname "ens3" meta l4proto udp ct state new drop',
    );
    expect(inputGuard(false, 'ens3')).toBe('flush chain ip mcx_lab guard');
  });
});

describe('routes to foreign pods', () => {
  test('only on purpose, the first cluster that has an address, and never to one of the own pods', () => {
    expect(natRoutes(nat('none'))).toEqual([
      'ip route flush proto 99',
      'ip route replace 10.244.0.25/32 via 172.18.0.3 proto 99',
      'ip route replace 10.30.0.5/32 via 172.18.0.4 proto 99',
    ]);
  });

  test('of an earlier world go', () => {
    expect(natRoutes(nat('preserve'))).toEqual(['ip route flush proto 99']);
  });
});

test('translations are forgotten from both ends, and none to forget is no error', () => {
  expect(forget(['10.0.0.1'])).toEqual([
    'conntrack -D -p udp --orig-src 10.0.0.1 >/dev/null 2>&1 || :',
    'conntrack -D -p udp --reply-src 10.0.0.1 >/dev/null 2>&1 || :',
  ]);
});
