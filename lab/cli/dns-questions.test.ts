import { describe, expect, test } from 'vitest';
import { namesOf, questionsFor } from './dns-questions.ts';

const meta = (name: string, namespace: string, labels?: Record<string, string>) => ({
  metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
});
const slice = (service: string, ...addresses: string[]) => ({
  ...meta(`${service}-x`, 'mcx', { 'kubernetes.io/service-name': service }),
  endpoints: addresses.map((address) => ({ addresses: [address] })),
});
const cluster = namesOf(
  {
    items: [
      {
        ...meta('kubernetes', 'default'),
        spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', protocol: 'TCP', port: 443 }] },
      },
      { ...meta('edge', 'mcx'), spec: { clusterIP: 'None' } },
      { ...meta('many', 'mcx'), spec: { clusterIP: 'None' } },
      { ...meta('outside', 'team'), spec: {} },
      { ...meta('odd', 'odd'), spec: { clusterIP: '10.96.0.7', ports: [{ protocol: 'SCTP', port: 1 }] } },
    ],
  },
  { items: [slice('edge', '10.244.0.5'), slice('many', '10.244.0.6', '10.244.0.7')] },
  { items: ['default', 'mcx', 'team', 'odd', 'kube-system'].map((name) => ({ metadata: { name } })) },
);

describe('what the resolver can know of a cluster', () => {
  test('Services with an address of their own, headless ones with one endpoint', () => {
    expect(cluster.services).toEqual([
      {
        name: 'kubernetes.default.svc.cluster.local',
        address: '10.96.0.1',
        ports: [{ name: 'https', protocol: 'TCP', port: 443 }],
      },
      { name: 'edge.mcx.svc.cluster.local', address: '10.244.0.5' },
      { name: 'odd.odd.svc.cluster.local', address: '10.96.0.7', ports: [] },
    ]);
  });
  test('namespaces that show in no Service', () => expect(cluster.bare).toEqual(['team', 'kube-system']));
});

describe('what is asked', () => {
  const asked = (zones: string[]) => questionsFor(cluster, zones).map(({ type, name }) => `${type} ${name}`);

  test('about every Service with an address, and nothing twice', () => {
    const questions = questionsFor(cluster, []).map((question) => JSON.stringify(question));
    expect(new Set(questions).size).toBe(questions.length);
    for (const question of [
      'A kubernetes.default.svc.cluster.local',
      'SRV _https._tcp.kubernetes.default.svc.cluster.local',
      'PTR 1.0.96.10.in-addr.arpa',
      'PTR 7.0.96.10.in-addr.arpa',
    ])
      expect(asked([])).toContain(question);
    expect(asked([])).not.toContain('PTR 5.0.244.10.in-addr.arpa');
  });

  test('about the zones that the cluster serves, and no name that an upstream would answer for', () => {
    expect(asked(['mcx.test'])).toContain('NAPTR ic.b.mcx.test');
    expect(asked([])).not.toContain('NAPTR ic.b.mcx.test');
    expect(asked(['mcx.test']).filter((question) => /example|testx|refused/.test(question))).toEqual([]);
  });

  test('no name in a namespace that only CoreDNS can know of', () => {
    expect(asked([]).filter((question) => question.includes('.kube-system.'))).toEqual([]);
  });
});
