import type { FabricSpec, ServiceSpec } from '../fabric.ts';

/**
 * The fabric that the contract is measured on: `a` and `b` with the same pod range (two pods of `b` have the addresses
 * of pods of `a`), `c` with one of its own and two nodes, and a subscriber's router `x`.
 */
export function contractSpec(egress: FabricSpec['egress']): FabricSpec {
  return {
    egress,
    clusters: [
      {
        name: 'a',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.96.0.0/16',
        nodes: ['172.18.0.2'],
        pods: [
          { name: 'a-one', address: '10.244.0.5' },
          { name: 'a-two', address: '10.244.0.6' },
          { name: 'a-three', address: '10.244.0.7' },
        ],
        services: [
          service('media', 'Local', '10.96.0.30', ['a-one'], samePorts(30100, 30112)),
          // The number that a Service of `b` has too; probe foreign-nodeport-number-is-flushed.
          service('same-number', 'Local', '10.96.0.31', ['a-two'], [node(5062, 30161)]),
        ],
      },
      {
        name: 'b',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.96.0.0/16',
        nodes: ['172.18.0.3'],
        pods: [
          { name: 'b-one', address: '10.244.0.25' },
          { name: 'b-two', address: '10.244.0.6' },
          { name: 'b-three', address: '10.244.0.5' },
          // Deleted by the probe deleted-pod-keeps-its-flow; the others leave it alone.
          { name: 'b-four', address: '10.244.0.26' },
        ],
        services: [
          service('spread', 'Cluster', '10.96.0.40', ['b-one'], [node(5060, 30160)]),
          service('near', 'Local', '10.96.0.41', ['b-one'], [node(5062, 30161)]),
          service('alone', 'Local', '10.96.0.42', ['b-one'], [node(5063, 30165)]),
          service('media', 'Local', '10.96.0.43', ['b-one'], samePorts(30100, 30105)),
          service('media-spread', 'Cluster', '10.96.0.44', ['b-one'], samePorts(30110, 30112)),
        ],
      },
      {
        name: 'c',
        podCidr: '10.30.0.0/16',
        serviceCidr: '10.96.0.0/16',
        nodes: ['172.18.0.4', '172.18.0.5'],
        pods: [
          { name: 'c-one', address: '10.30.0.5' },
          { name: 'c-two', address: '10.30.1.5', node: 1 },
        ],
        services: [
          service('near', 'Local', '10.96.0.50', ['c-two'], [node(5060, 32160)]),
          service('spread', 'Cluster', '10.96.0.51', ['c-two'], [node(5061, 32161)]),
          service('both', 'Cluster', '10.96.0.52', ['c-one', 'c-two'], [{ port: 5062, targetPort: 5062 }]),
        ],
      },
    ],
    accesses: [{ name: 'x', address: '172.18.0.10', hosts: [{ name: 'x-ue-1', address: '192.168.10.11' }] }],
  };
}

export function service(
  name: string,
  externalTrafficPolicy: 'Local' | 'Cluster',
  clusterIp: string,
  endpoints: readonly string[],
  ports: ServiceSpec['ports'],
): ServiceSpec {
  return { name, clusterIp, externalTrafficPolicy, endpoints, ports };
}

function node(port: number, nodePort: number): ServiceSpec['ports'][number] {
  return { port, targetPort: port, nodePort };
}

function samePorts(first: number, last: number): ServiceSpec['ports'] {
  return Array.from({ length: last - first + 1 }, (_, index) => node(first + index, first + index));
}
