import type { ClusterSpec, FabricSpec } from '../../fabric.ts';

function cluster(name: string, node: string, first: number, nodePort: number): ClusterSpec {
  return {
    name,
    podCidr: '10.244.0.0/16',
    serviceCidr: '10.96.0.0/16',
    nodes: [node],
    pods: ['edge', 'mcx'].map((pod, index) => ({ name: `${name}-${pod}`, address: `10.244.0.${first + index}` })),
    services: [
      {
        name: 'edge',
        clusterIp: '10.96.0.20',
        externalTrafficPolicy: 'Local',
        ports: [{ port: 5060, targetPort: 5062, nodePort }],
        endpoints: [`${name}-edge`],
      },
    ],
  };
}

/** Two clusters and a subscriber: what most tests of this room need. */
export const trialSpec: FabricSpec = {
  clusters: [cluster('a', '172.18.0.2', 5, 30060), cluster('b', '172.18.0.3', 25, 31060)],
  accesses: [{ name: 'a', address: '172.18.0.10', hosts: [{ name: 'a-ue-1', address: '192.168.10.11' }] }],
  egress: 'preserve',
};
