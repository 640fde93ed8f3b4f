import type { ProbeSocket } from '../probe/client.ts';
import { arrival, refusal } from './egress.ts';
import type { ContractProbe, ProbeGroup } from './probe.ts';
import type { Site, Target } from './site.ts';
import { service } from './spec.ts';

const IP = '10.96.0.60';
const SOURCE = 'kind-measured 1.1';

/** Services that change while somebody sends: what kube-proxy forgets, and what it does not. */
export const changes: ProbeGroup = {
  name: 'changes',
  egress: 'preserve',
  probes: (): ContractProbe[] => [
    {
      id: 'nodeport-before-rule-blackholes',
      expected: 'before: nothing, with the Service: arrives',
      source: 'kind-measured 1, probe 13 and 1.1: kube-proxy flushes the stale entry itself',
      measure: async (site) => {
        const client = await site.socket('a-one', 5210);
        const server = await site.socket('b-one', 5170);
        const to: Target = [site.address('b-node'), 30170];
        const before = await site.carry(client, to, server, 'quiet');
        await apply(site, 'b', 'late', 30170, 5170, ['b-one']);
        const after = await keepSending(site, client, to, [server]);
        return `before: ${arrival(before)}, with the Service: ${after === server ? 'arrives' : 'nothing'}`;
      },
    },
    {
      id: 'endpoint-replaced-moves-the-flow',
      expected: 'the new pod',
      source: `${SOURCE}: endpoint replaced`,
      measure: async (site) => {
        const client = await site.socket('a-one', 5211);
        const old = await site.socket('b-one', 5171);
        const next = await site.socket('b-two', 5171);
        const to: Target = [site.address('b-node'), 30171];
        await apply(site, 'b', 'moving', 30171, 5171, ['b-one']);
        if ((await keepSending(site, client, to, [old])) !== old) return 'never came';
        await apply(site, 'b', 'moving', 30171, 5171, ['b-two']);
        return goesTo(site, client, to, next);
      },
    },
    {
      id: 'last-endpoint-removed-keeps-the-flow',
      expected: 'the old pod still, a new flow: ECONNREFUSED, with an endpoint again: the new pod',
      source: `${SOURCE}: last endpoint removed; Service without endpoints`,
      measure: async (site) => {
        const client = await site.socket('a-one', 5212);
        const old = await site.socket('b-one', 5172);
        const next = await site.socket('b-two', 5172);
        const to: Target = [site.address('b-node'), 30172];
        await apply(site, 'b', 'emptied', 30172, 5172, ['b-one']);
        if ((await keepSending(site, client, to, [old])) !== old) return 'never came';
        await apply(site, 'b', 'emptied', 30172, 5172, []);
        const still = (await site.carry(client, to, old)) === undefined ? 'nobody' : 'the old pod still';
        const fresh = await refusal(site, 'a-one', 5222, to);
        await apply(site, 'b', 'emptied', 30172, 5172, ['b-two']);
        const again = await goesTo(site, client, to, next);
        return `${still}, a new flow: ${fresh}, with an endpoint again: ${again}`;
      },
    },
    {
      id: 'service-removed-keeps-the-flow',
      expected: 'the pod still',
      source: `${SOURCE}: Service deleted`,
      measure: async (site) => {
        const client = await site.socket('a-one', 5213);
        const pod = await site.socket('b-one', 5173);
        const to: Target = [site.address('b-node'), 30173];
        await apply(site, 'b', 'removed', 30173, 5173, ['b-one']);
        if ((await keepSending(site, client, to, [pod])) !== pod) return 'never came';
        await site.running.removeService('b', 'removed');
        await settle(site);
        return (await site.carry(client, to, pod)) === undefined ? 'nobody' : 'the pod still';
      },
    },
    {
      id: 'deleted-pod-keeps-its-flow',
      expected: 'b-node eth0: in for b-node:30175, out for b-four:5175; with an endpoint again: the new pod',
      source: `${SOURCE}: last endpoint removed, pod deleted`,
      measure: async (site) => {
        const client = await site.socket('a-one', 5216);
        const old = await site.socket('b-four', 5175);
        const next = await site.socket('b-two', 5175);
        const to: Target = [site.address('b-node'), 30175];
        await apply(site, 'b', 'deleted', 30175, 5175, ['b-four']);
        if ((await keepSending(site, client, to, [old])) !== old) return 'never came';
        await apply(site, 'b', 'deleted', 30175, 5175, []);
        await site.running.deletePod('b-four');
        const packets = await site.watch('b-node', async () => {
          const text = site.token();
          await client.send(...to, text);
          await next.received(text, site.timing.quietMs);
          return text;
        });
        const name = (address: string) => ['b-node', 'b-four'].find((place) => site.address(place) === address);
        const seen = packets.map(
          ({ dst, dstPort }, index) => `${index === 0 ? 'in' : 'out'} for ${name(dst)}:${dstPort}`,
        );
        await apply(site, 'b', 'deleted', 30175, 5175, ['b-two']);
        const again = await goesTo(site, client, to, next);
        return `b-node eth0: ${seen.join(', ')}; with an endpoint again: ${again}`;
      },
    },
    {
      id: 'foreign-nodeport-number-is-flushed',
      expected: 'a number that A has too: nothing, a number of B alone: arrives',
      source: `${SOURCE}: the reconciler compares only the original destination port`,
      measure: async (site) => {
        const [nodeA, nodeB] = [site.address('a-node'), site.address('b-node')];
        const [same, alone] = [await site.socket('a-one', 5214), await site.socket('a-one', 5215)];
        const [sharedServer, aloneServer] = [await site.socket('b-one', 5062), await site.socket('b-one', 5063)];
        const first = await site.carry(same, [nodeB, 30161], sharedServer);
        const second = await site.carry(alone, [nodeB, 30165], aloneServer);
        if (first === undefined || second === undefined) return 'never came';
        await apply(site, 'a', 'unrelated', 30174, 5174, ['a-two']);
        const lost = await site.carry(sharedServer, [nodeA, 5214], same, 'quiet');
        const kept = await site.carry(aloneServer, [nodeA, 5215], alone);
        return `a number that A has too: ${arrival(lost)}, a number of B alone: ${arrival(kept)}`;
      },
    },
  ],
};

async function apply(
  site: Site,
  cluster: string,
  name: string,
  nodePort: number,
  targetPort: number,
  endpoints: readonly string[],
): Promise<void> {
  const ports = [{ port: targetPort, targetPort, nodePort }];
  // One address for all: each Service has a port of its own.
  await site.running.applyService(cluster, service(name, 'Local', IP, endpoints, ports));
  await settle(site);
}

function settle(site: Site): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, site.timing.syncMs));
}

/**
 * Sends every 20 ms, as media do, until one of the sinks gets something that was sent after the call; at least `TRIES` times,
 * for a machine that stood still meanwhile has not shown that nothing arrives.
 */
async function keepSending(
  site: Site,
  from: ProbeSocket,
  [address, port]: Target,
  sinks: readonly ProbeSocket[],
): Promise<ProbeSocket | undefined> {
  const sent = new Set<string>();
  const deadline = Date.now() + site.timing.arriveMs;
  while (Date.now() < deadline || sent.size < TRIES) {
    const text = site.token();
    sent.add(text);
    await from.send(address, port, text);
    for (const sink of sinks) {
      await sink.received(text, 20);
      if (sink.datagrams.some((one) => sent.has(one.text))) return sink;
    }
  }
  return undefined;
}

const TRIES = 50;

/** Where the flow goes now that Services have changed; what does not go there is told with the node's entries for it. */
async function goesTo(site: Site, client: ProbeSocket, to: Target, next: ProbeSocket): Promise<string> {
  if ((await keepSending(site, client, to, [next])) === next) return 'the new pod';
  const table = await site.running.translations('b-node');
  const entries = table.split('\n').filter((line) => line.includes(`dport=${to[1]} `));
  return `not the new pod (${entries.join('; ') || 'no entry of b-node'})`;
}
