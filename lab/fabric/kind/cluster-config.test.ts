import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ClusterSpec } from '../fabric.ts';
import { clusterName, configFile, digestOf, type KindCluster, kindCluster } from './cluster-config.ts';

const cluster: KindCluster = {
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  nodes: 2,
  proxyMode: 'nftables',
  nodeImage: 'kindest/node:v1.33.1',
};

describe('the file for kind', () => {
  test('has ranges, mode and nodes, each with the digest', () => {
    const digest = digestOf(cluster);
    expect(parse(configFile('mcx-lab-a-1', cluster))).toEqual({
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      name: 'mcx-lab-a-1',
      networking: {
        ipFamily: 'ipv4',
        podSubnet: '10.244.0.0/16',
        serviceSubnet: '10.96.0.0/16',
        kubeProxyMode: 'nftables',
      },
      nodes: [
        { role: 'control-plane', labels: { 'mcx-lab/configuration': digest } },
        { role: 'worker', labels: { 'mcx-lab/configuration': digest } },
      ],
    });
  });

  test('a digest that looks like a number is a label all the same', () => {
    const { nodes } = parse(configFile('x', cluster)) as { nodes: { labels: Record<string, unknown> }[] };
    expect(typeof nodes[0]?.labels['mcx-lab/configuration']).toBe('string');
  });
});

describe('the name', () => {
  test('is of the configuration: the same again, another for each difference', () => {
    expect(clusterName('a', cluster)).toBe(clusterName('a', { ...cluster }));
    expect(clusterName('a', cluster)).toMatch(/^mcx-lab-a-[0-9a-f]{8}$/);
    const others: Partial<KindCluster>[] = [
      { podCidr: '10.30.0.0/16' },
      { serviceCidr: '10.97.0.0/16' },
      { nodes: 1 },
      { proxyMode: 'iptables' },
      { nodeImage: 'kindest/node:v1.34.0' },
    ];
    const digests = others.map((other) => digestOf({ ...cluster, ...other }));
    expect(new Set([...digests, digestOf(cluster)]).size).toBe(others.length + 1);
    const { nodeImage: _, ...own } = cluster;
    expect(digestOf(own)).not.toBe(digestOf(cluster));
  });

  test('does not depend on pods or Services: worlds change, clusters stay', () => {
    const spec: ClusterSpec = {
      name: 'a',
      podCidr: cluster.podCidr,
      serviceCidr: cluster.serviceCidr,
      nodes: ['172.18.0.2', '172.18.0.3'],
      pods: [],
      services: [],
    };
    const options = { proxyMode: cluster.proxyMode, nodeImage: 'kindest/node:v1.33.1' };
    expect(kindCluster(spec, options)).toEqual(cluster);
    const richer = { ...spec, pods: [{ name: 'a-edge', address: '10.244.0.5' }] };
    expect(kindCluster(richer, options)).toEqual(cluster);
  });
});
