import { describe, expect, test } from 'vitest';
import { contractSpec, service } from '../contract/spec.ts';
import type { ServiceSpec } from '../fabric.ts';
import { type NodeView, serviceChainNames, serviceChains } from './service-rules.ts';

const clusters = contractSpec('preserve').clusters;
const view = (cluster: 'a' | 'c', nodeIndex = 0): NodeView => {
  const found = clusters.find(({ name }) => name === cluster);
  if (found === undefined) throw new Error(`no ${cluster}`);
  return { cluster: found, nodeIndex };
};
const port = [{ port: 5060, targetPort: 5062, nodePort: 30060 }];

/** Lines of one chain. */
function chain(name: string, lines: readonly string[]): string[] {
  const start = lines.indexOf(`chain ${name} {`);
  return start < 0 ? [] : lines.slice(start + 1, lines.indexOf('}', start));
}

function rulesOf(
  policy: 'Local' | 'Cluster',
  endpoints: string[],
  where = view('a'),
  ports: ServiceSpec['ports'] = port,
) {
  return serviceChains(where, [service('edge', policy, '10.96.0.20', endpoints, ports)]);
}

describe('Services as kube-proxy makes them', () => {
  test('an address inside, a number outside', () => {
    expect(chain('dispatch', rulesOf('Local', ['a-one']))).toEqual([
      'ip daddr 10.96.0.20 udp dport 5060 goto svc-edge-udp-5060',
      'fib daddr type local udp dport 30060 goto ext-edge-udp-5060',
    ]);
  });

  test('KUBE-SEP: translation to the pod, and the mark for the pod itself', () => {
    expect(chain('sep-edge-udp-5060-0', rulesOf('Local', ['a-one']))).toEqual([
      'ip saddr 10.244.0.5 meta mark set meta mark or 0x4000',
      'meta l4proto udp dnat to 10.244.0.5:5062',
    ]);
  });

  test('KUBE-EXT of the policy Cluster marks everything', () => {
    expect(chain('ext-edge-udp-5060', rulesOf('Cluster', ['a-one']))).toEqual([
      'meta mark set meta mark or 0x4000',
      'goto svc-edge-udp-5060',
    ]);
  });

  test('KUBE-EXT of the policy Local: short circuits for pods and the node, local endpoints for the rest', () => {
    expect(chain('ext-edge-udp-5060', rulesOf('Local', ['a-one']))).toEqual([
      'ip saddr 10.244.0.0/16 goto svc-edge-udp-5060',
      'fib saddr type local meta mark set meta mark or 0x4000 goto svc-edge-udp-5060',
      'goto svl-edge-udp-5060',
    ]);
  });

  test('the policy Local drops where no pod is, and only there', () => {
    const first = rulesOf('Local', ['c-two'], view('c', 0));
    const second = rulesOf('Local', ['c-two'], view('c', 1));
    expect(chain('ext-edge-udp-5060', first).at(-1)).toBe('drop');
    expect(chain('ext-edge-udp-5060', second).at(-1)).toBe('goto svl-edge-udp-5060');
    expect(chain('svl-edge-udp-5060', second)).toEqual(['goto sep-edge-udp-5060-0']);
  });

  test('several endpoints: one of them by chance, of the node alone where the policy is Local', () => {
    const lines = rulesOf('Local', ['c-one', 'c-two'], view('c', 1));
    expect(chain('svc-edge-udp-5060', lines).at(-1)).toBe(
      'numgen random mod 2 vmap { 0 : goto sep-edge-udp-5060-0, 1 : goto sep-edge-udp-5060-1 }',
    );
    expect(chain('svl-edge-udp-5060', lines)).toEqual(['goto sep-edge-udp-5060-1']);
  });

  test('without endpoints it refuses, inside and outside, and translates nothing', () => {
    const lines = rulesOf('Local', []);
    expect(chain('rejects', lines)).toEqual([
      'ip daddr 10.96.0.20 udp dport 5060 reject',
      'fib daddr type local udp dport 30060 reject',
    ]);
    expect(chain('dispatch', lines)).toEqual([]);
    expect(lines.join()).not.toContain('dnat');
  });

  test('TCP is TCP, and a port without NodePort is reachable inside alone', () => {
    const lines = rulesOf('Cluster', ['a-one'], view('a'), [{ port: 53, targetPort: 5353, protocol: 'TCP' }]);
    expect(chain('dispatch', lines)).toEqual(['ip daddr 10.96.0.20 tcp dport 53 goto svc-edge-tcp-53']);
    expect(lines).toContain('meta l4proto tcp dnat to 10.244.0.5:5353');
    expect(lines.join()).not.toContain('ext-');
  });

  test('neighbours that keep their number share rules, and others do not', () => {
    const media = [30100, 30101, 30102].map((number) => ({ port: number, targetPort: number, nodePort: number }));
    const shared = rulesOf('Local', ['a-one'], view('a'), [...port, ...media, { port: 30103, targetPort: 30103 }]);
    expect(chain('dispatch', shared).slice(2)).toEqual([
      'ip daddr 10.96.0.20 udp dport 30100-30102 goto svc-edge-udp-30100',
      'fib daddr type local udp dport 30100-30102 goto ext-edge-udp-30100',
      'ip daddr 10.96.0.20 udp dport 30103 goto svc-edge-udp-30103',
    ]);
    expect(chain('sep-edge-udp-30100-0', shared)).toContain('meta l4proto udp dnat to 10.244.0.5');
    expect(chain('rejects', rulesOf('Local', [], view('a'), media))).toEqual([
      'ip daddr 10.96.0.20 udp dport 30100-30102 reject',
      'fib daddr type local udp dport 30100-30102 reject',
    ]);
    const apart: ServiceSpec['ports'][] = [
      [
        { port: 1, targetPort: 1 },
        { port: 3, targetPort: 3 },
      ],
      [
        { port: 1, targetPort: 1 },
        { port: 2, targetPort: 2, protocol: 'TCP' },
      ],
      [
        { port: 1, targetPort: 1 },
        { port: 2, targetPort: 7 },
      ],
      [
        { port: 1, targetPort: 1, nodePort: 30001 },
        { port: 2, targetPort: 2, nodePort: 30002 },
      ],
    ];
    for (const ports of apart)
      expect(chain('dispatch', rulesOf('Local', ['a-one'], view('a'), ports)).join()).not.toContain('dport 1-');
  });

  test('the names are the names of the chains', () => {
    for (const policy of ['Local', 'Cluster'] as const) {
      for (const endpoints of [[], ['c-one'], ['c-two'], ['c-one', 'c-two']]) {
        for (const nodeIndex of [0, 1]) {
          const services = [service('edge', policy, '10.96.0.20', endpoints, [...port, { port: 1, targetPort: 1 }])];
          const made = serviceChains(view('c', nodeIndex), services).flatMap(
            (line) => /^chain (\S+) \{$/.exec(line)?.[1] ?? [],
          );
          const named = [...serviceChainNames(view('c', nodeIndex), services), 'dispatch', 'rejects'];
          expect(named.toSorted()).toEqual(made.toSorted());
        }
      }
    }
  });

  test('a name that nft does not take becomes one that it takes', () => {
    const lines = serviceChains(view('a'), [service('edge.mcx/x', 'Cluster', '10.96.0.20', ['a-one'], port)]);
    expect(lines).toContain('chain svc-edge_mcx_x-udp-5060 {');
  });
});
