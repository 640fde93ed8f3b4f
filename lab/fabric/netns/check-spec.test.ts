import { describe, expect, test } from 'vitest';
import { contractSpec } from '../contract/spec.ts';
import type { ClusterSpec, FabricSpec } from '../fabric.ts';
import { checkSpec } from './check-spec.ts';
import { trialSpec } from './trial/spec.ts';

const [a, b] = trialSpec.clusters;
if (a === undefined || b === undefined) throw new Error('two clusters');
const withA = (change: Partial<ClusterSpec>): FabricSpec => ({ ...trialSpec, clusters: [{ ...a, ...change }, b] });
const firstPod = a.pods[0] ?? { name: '', address: '' };
const firstService = a.services[0];
if (firstService === undefined) throw new Error('a Service');

describe('a specification', () => {
  test.each(['preserve', 'symmetric', 'none'] as const)('of the contract (%s) and of the trials is right', (egress) => {
    expect(() => checkSpec(contractSpec(egress))).not.toThrow();
    expect(() => checkSpec({ ...trialSpec, egress })).not.toThrow();
  });

  test.each<[string, FabricSpec]>([
    ['address on the bridge used twice: 172.18.0.3', withA({ nodes: ['172.18.0.3'] })],
    ['address on the bridge used twice: 172.18.0.1', withA({ nodes: ['172.18.0.1'] })],
    ['10.0.0.1 is not on the bridge', withA({ nodes: ['10.0.0.1'] })],
    ['cluster a has no node', withA({ nodes: [] })],
    ['place used twice: b-edge', withA({ pods: [{ ...firstPod, name: 'b-edge' }], services: [] })],
    ['no address range', withA({ podCidr: '10.244.0.0' })],
    ['no address range', withA({ serviceCidr: 'x/16' })],
    ['pod a-edge: 10.30.0.5 is not in 10.244.0.0/16', withA({ pods: [{ ...firstPod, address: '10.30.0.5' }] })],
    ['pod a-edge: the cluster has no node 1', withA({ pods: [{ ...firstPod, node: 1 }] })],
    ['pod address of cluster a used twice', withA({ pods: [firstPod, { ...firstPod, name: 'a-other' }] })],
    [
      '/24 of a node of cluster a',
      withA({
        nodes: ['172.18.0.2', '172.18.0.4'],
        pods: [firstPod, { name: 'a-far', address: '10.244.0.9', node: 1 }],
      }),
    ],
    [
      'Service edge: there is no pod b-edge in cluster a',
      withA({ services: [{ ...firstService, endpoints: ['b-edge'] }] }),
    ],
    ['Service edge: 10.97.0.1 is not in', withA({ services: [{ ...firstService, clusterIp: '10.97.0.1' }] })],
    ['Service of cluster a used twice', withA({ services: [firstService, firstService] })],
    [
      'nowhere is no address',
      { ...trialSpec, accesses: [{ name: 'a', address: '172.18.0.10', hosts: [{ name: 'u', address: 'nowhere' }] }] },
    ],
  ])('is refused: %s', (message, spec) => {
    expect(() => checkSpec(spec)).toThrow(message);
  });
});
