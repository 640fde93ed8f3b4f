import { describe, expect, test } from 'vitest';
import { contractSpec, service } from '../contract/spec.ts';
import type { FabricSpec } from '../fabric.ts';
import { planFabric } from './plan.ts';
import type { Step } from './porter/steps.ts';
import { inputGuard, replaceServices, rules } from './rules.ts';
import { sysctls, udpTimeouts } from './sysctls.ts';

function plan(egress: FabricSpec['egress']) {
  const made = planFabric(contractSpec(egress), '');
  const place = (name: string) => {
    const found = made.places.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };
  return { made, place };
}

function postrouting(egress: FabricSpec['egress'], node = 'a-node'): string[] {
  const { made, place } = plan(egress);
  const lines = rules(made, place(node), [])?.split('\n') ?? [];
  const start = lines.findIndex((line) => line.startsWith('chain postrouting'));
  return lines.slice(start + 1, lines.indexOf('}', start));
}

describe('the table of a node', () => {
  test('kube-proxy first, then kindnetd by destination alone', () => {
    expect(postrouting('preserve')).toEqual([
      'meta mark and 0x4000 == 0x4000 meta mark set meta mark xor 0x4000 masquerade fully-random',
      'fib daddr type local return',
      'ip daddr 10.244.0.0/16 return',
      'masquerade',
    ]);
  });

  test('a symmetric egress differs in the last rule alone', () => {
    expect(postrouting('symmetric')).toEqual([...postrouting('preserve').slice(0, -1), 'masquerade fully-random']);
  });

  test('routed on purpose spares the other clusters, each range once', () => {
    expect(postrouting('none').slice(2, -1)).toEqual(['ip daddr 10.244.0.0/16 return', 'ip daddr 10.30.0.0/16 return']);
    expect(postrouting('none', 'c-node').slice(2, -1)).toEqual([
      'ip daddr 10.30.0.0/16 return',
      'ip daddr 10.244.0.0/16 return',
    ]);
  });

  test('pods and subscribers translate nothing', () => {
    const { made, place } = plan('preserve');
    expect(rules(made, place('a-one'), [])).toBeUndefined();
    expect(rules(made, place('x-ue-1'), [])).toBeUndefined();
  });

  test('an access router rewrites by outgoing interface; the bridge as Docker does', () => {
    const { made, place } = plan('preserve');
    expect(rules(made, place('x-access'), [])).toContain('oifname "eth0" masquerade');
    expect(rules(made, place('bridge'), [])).toContain('ip saddr 172.18.0.0/16 oifname != "br0" masquerade');
  });

  test('markers leave no entry anywhere', () => {
    const { made, place } = plan('preserve');
    for (const name of ['a-node', 'x-access', 'bridge']) {
      const text = rules(made, place(name), []) ?? '';
      expect(text.match(/priority raw; ip daddr 224\.0\.0\.0\/24 notrack/g)).toHaveLength(2);
    }
  });

  test('Services are replaced in one transaction, referrers before the chains they refer to', () => {
    const [cluster] = contractSpec('preserve').clusters;
    if (cluster === undefined) throw new Error('no cluster');
    const before = [service('edge', 'Local', '10.96.0.20', ['a-one'], [{ port: 1, targetPort: 1, nodePort: 30001 }])];
    const lines = replaceServices({ cluster, nodeIndex: 0 }, before, []).split('\n');
    expect(
      lines.filter((line) => line.startsWith('delete')).map((line) => line.split(' ').at(-1)?.slice(0, 3)),
    ).toEqual(['ext', 'svc', 'svl', 'sep']);
    expect(lines.findLastIndex((line) => line.startsWith('flush'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('delete')),
    );
    expect(lines.join('\n')).not.toContain('masquerade');
  });

  test('the guard of the input is empty until it is wanted', () => {
    expect(inputGuard(false)).toBe('flush chain ip lab guard');
    expect(inputGuard(true)).toContain('ct state new drop');
  });
});

describe('settings of the kernel', () => {
  const { place } = plan('preserve');
  const settings = (name: string) => textOf(sysctls(place(name)));

  test('nodes and routers forward and look back strictly; pods do neither; the host does not look', () => {
    for (const name of ['a-node', 'x-access']) {
      expect(settings(name)).toContain('/proc/sys/net/ipv4/ip_forward = 1');
      expect(settings(name)).toContain('/proc/sys/net/ipv4/conf/*/rp_filter = 1');
    }
    expect(settings('a-one')).toContain('/proc/sys/net/ipv4/ip_forward = 0');
    expect(settings('bridge')).toContain('/proc/sys/net/ipv4/conf/*/rp_filter = 0');
  });

  test('there is no IPv6 anywhere', () => {
    for (const name of ['a-node', 'a-one', 'bridge', 'x-access', 'x-ue-1']) {
      expect(settings(name)).toContain('/proc/sys/net/ipv6/conf/all/disable_ipv6 = 1');
    }
  });

  test("a node starts with the kernel's own lifetimes, whatever the machine has", () => {
    expect(sysctls(place('a-node'))).toEqual(expect.arrayContaining(udpTimeouts({ unrepliedS: 30, assuredS: 120 })));
    expect(textOf(udpTimeouts({ unrepliedS: 3, assuredS: 6 }))).toEqual([
      '/proc/sys/net/netfilter/nf_conntrack_udp_timeout = 3',
      '/proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream = 6',
    ]);
  });
});

function textOf(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => (step.verb === 'write' ? [`${step.path} = ${step.value}`] : []));
}
