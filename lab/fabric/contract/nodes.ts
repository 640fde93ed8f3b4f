import type { ProbeSocket } from '../probe/client.ts';
import { clusterIp } from './node-ports.ts';
import { normal, type ProbeGroup } from './probe.ts';
import type { Site, Target } from './site.ts';

const SOURCE = 'kubernetes-nat 2.3: KUBE-EXT and KUBE-SVL';

/** A cluster of two nodes; the pod of the Services is on the second. */
export const nodes: ProbeGroup = {
  name: 'nodes',
  egress: 'preserve',
  probes: () => {
    const send = async (site: Site, place: string, port: number, to: Target, sink: ProbeSocket, quiet = false) => {
      const socket = await site.socket(place, port);
      const seen = await site.carry(socket, to, sink, quiet ? 'quiet' : 'arrives');
      await socket.close();
      return normal(site, seen, port, ['a-node', 'c-node', 'c-node-2', 'c-one', 'c-two']);
    };
    let near: ProbeSocket;
    return [
      {
        id: 'local-policy-drops-where-no-pod',
        expected: 'first node: nothing, second node: a-node:5080',
        source: SOURCE,
        measure: async (site) => {
          near = await site.socket('c-two', 5060);
          const first = await send(site, 'a-one', 5080, [site.address('c-node'), 32160], near, true);
          const second = await send(site, 'a-one', 5080, [site.address('c-node-2'), 32160], near);
          return `first node: ${first}, second node: ${second}`;
        },
      },
      {
        id: 'local-policy-own-pods-short-circuit',
        expected: 'c-one:5081',
        source: SOURCE,
        measure: (site) => send(site, 'c-one', 5081, [site.address('c-node'), 32160], near),
      },
      {
        id: 'cluster-policy-by-another-node',
        expected: 'c-node:random',
        source: SOURCE,
        measure: async (site) => {
          const sink = await site.socket('c-two', 5061);
          return send(site, 'a-one', 5082, [site.address('c-node'), 32161], sink);
        },
      },
      {
        id: 'pods-of-a-cluster-reach-each-other',
        expected: 'c-one:5083',
        source: "kubernetes-nat 2.1: kindnetd's routes, and RETURN for the pod range",
        measure: (site) => send(site, 'c-one', 5083, [site.address('c-two'), 5060], near),
      },
      {
        id: 'several-endpoints-all-used',
        expected: 'both, and one flow stays with one',
        source: 'kubernetes-nat 2.3: random pick in KUBE-SVC, by connection',
        measure: async (site) => {
          const sinks = [await site.socket('c-one', 5062), await site.socket('c-two', 5062)];
          const seen = new Set<number>();
          let strays = 0;
          // 16 flows miss one of two endpoints once in 32768 times.
          for (let flow = 0; flow < 16; flow++) {
            const socket = await site.socket('c-one', 5100 + flow);
            const texts = [site.token(), site.token()];
            for (const text of texts) await socket.send(clusterIp(site, 'both', 'c'), 5062, text);
            const hits = await Promise.all(texts.map((text) => firstOf(sinks, text, site.timing.arriveMs)));
            if (hits[0] !== hits[1]) strays++;
            for (const hit of hits) seen.add(hit);
            await socket.close();
          }
          const used = seen.has(0) && seen.has(1) ? 'both' : 'one';
          return `${used}, and ${strays === 0 ? 'one flow stays with one' : `${strays} flows change`}`;
        },
      },
    ];
  },
};

/** The index of the sink that gets the text first; -1 for none. */
async function firstOf(sinks: readonly ProbeSocket[], text: string, withinMs: number): Promise<number> {
  const waits = sinks.map(async (sink, index) => {
    const datagram = await sink.received(text, withinMs);
    return datagram === undefined ? -1 : index;
  });
  return Promise.any(
    waits.map((wait) => wait.then((index) => (index < 0 ? Promise.reject(new Error(text)) : index))),
  ).catch(() => -1);
}
