import type { ProbeSocket } from '../probe/client.ts';
import { arrival } from './egress.ts';
import { normal, type ProbeGroup } from './probe.ts';
import type { Site, Target } from './site.ts';

/**
 * What a server behind a Service sees, and as whom it speaks itself. Its sockets: 5060 behind the policy Cluster, 5062
 * behind Local.
 */
export const nodePorts: ProbeGroup = {
  name: 'node-ports',
  egress: 'preserve',
  probes: () => {
    let spread: ProbeSocket;
    let near: ProbeSocket;
    let client: ProbeSocket;
    const from = async (site: Site, place: string, port: number, to: Target, sink: ProbeSocket): Promise<string> => {
      const socket = await site.socket(place, port);
      const seen = await site.carry(socket, to, sink);
      await socket.close();
      return normal(site, seen, port, ['a-node', 'b-node', 'b-one', 'b-two']);
    };
    return [
      {
        id: 'nodeport-cluster-source-is-gateway-and-random',
        expected: 'gateway:random, answered from b-node:30160',
        source: 'kind-measured 1, probe 6',
        measure: async (site) => {
          spread = await site.socket('b-one', 5060);
          near = await site.socket('b-one', 5062);
          client = await site.socket('a-one', 5070);
          const seen = await site.carry(client, [site.address('b-node'), 30160], spread);
          const back = seen && (await site.carry(spread, [seen.address, seen.port], client));
          return `${normal(site, seen, 5070, ['b-one'])}, answered from ${normal(site, back, 30160, ['b-node'])}`;
        },
      },
      {
        id: 'nodeport-local-keeps-source',
        expected: 'a-node:5072',
        source: 'kind-measured 1, probe 7',
        measure: (site) => from(site, 'a-one', 5072, [site.address('b-node'), 30161], near),
      },
      {
        id: 'nodeport-local-own-pod-keeps-source',
        expected: 'b-two:5073',
        source: 'kind-measured 1, probe 7: own pod: its IP',
        measure: (site) => from(site, 'b-two', 5073, [site.address('b-node'), 30161], near),
      },
      {
        id: 'nodeport-local-node-itself-is-gateway',
        expected: 'gateway:random',
        source: 'kind-measured 1, probe 7: the node itself',
        measure: (site) => from(site, 'b-node', 5074, [site.address('b-node'), 30161], near),
      },
      {
        id: 'clusterip-keeps-source',
        expected: 'b-two:5076',
        source: 'kubernetes-nat 2.3: KUBE-SVC marks only what comes from outside the pod range',
        measure: (site) => from(site, 'b-two', 5076, [clusterIp(site, 'near'), 5062], near),
      },
      {
        id: 'hairpin-source-is-gateway',
        expected: 'gateway:random gateway:random gateway:random',
        source: 'kind-measured 1, probe 8: ClusterIP and NodePort, both policies',
        measure: async (site) => {
          const results = [
            await from(site, 'b-one', 5075, [clusterIp(site, 'near'), 5062], near),
            await from(site, 'b-one', 5075, [site.address('b-node'), 30161], near),
            await from(site, 'b-one', 5075, [site.address('b-node'), 30160], spread),
          ];
          return results.join(' ');
        },
      },
      {
        id: 'server-initiated-flow-not-from-nodeport',
        expected: 'b-node:5061',
        source: 'kind-measured 1, probe 9',
        measure: async (site) => {
          const sink = await site.socket('a-node', 7100);
          return from(site, 'b-one', 5061, [site.address('a-node'), 7100], sink);
        },
      },
      {
        id: 'server-answers-from-nodeport',
        expected: 'its own socket: b-node:30161, another socket: nothing',
        source: 'kind-measured 1, probe 9: to exactly the seen source it is a reply',
        measure: async (site) => {
          const seen = await site.carry(client, [site.address('b-node'), 30161], near);
          if (seen === undefined) return 'nothing';
          const reply = await site.carry(near, [seen.address, seen.port], client);
          const other = await site.socket('b-one', 5069);
          const stray = await site.carry(other, [seen.address, seen.port], client, 'quiet');
          return `its own socket: ${normal(site, reply, 30161, ['b-node'])}, another socket: ${arrival(stray)}`;
        },
      },
    ];
  },
};

export function clusterIp(site: Site, service: string, cluster = 'b'): string {
  const found = site.running.spec.clusters
    .find(({ name }) => name === cluster)
    ?.services.find(({ name }) => name === service);
  if (found === undefined) throw new Error(`the contract's fabric has no Service ${service} in ${cluster}`);
  return found.clusterIp;
}
