import { arrival } from './egress.ts';
import type { Packet } from './packets.ts';
import { normal, type ProbeGroup } from './probe.ts';
import type { Site } from './site.ts';

/** Packets for the address of another cluster's pod: what the sender's node makes of them. */
export const overlap: ProbeGroup = {
  name: 'overlap',
  egress: 'preserve',
  probes: () => [
    {
      id: 'overlap-unknown-pod-ip-leaks-private-source',
      expected: 'a-node eth0: a-one:4500, the pod: nothing',
      source: 'kind-measured 1, overlap, address unused here',
      measure: (site) => toForeignPod(site, 'b-one', 4500),
    },
    {
      id: 'overlap-known-pod-ip-hits-wrong-pod',
      expected: 'a-two gets a-one:4501, a-node eth0: nothing',
      source: 'kind-measured 1, overlap, address used here',
      measure: (site) => toLocalNamesake(site, 'a-two', 'b-two', 4501),
    },
    {
      id: 'overlap-own-address-stays-inside',
      expected: 'a-one gets a-one:4502, a-node eth0: nothing',
      source: "kind-measured 1, overlap, far pod has the sender's own address",
      measure: (site) => toLocalNamesake(site, 'a-one', 'b-three', 4502),
    },
    {
      id: 'nonoverlap-pod-ip-masqueraded-and-lost',
      expected: 'a-node eth0: a-node:4503, the pod: nothing',
      source: 'kind-measured 1, no overlap',
      measure: (site) => toForeignPod(site, 'c-one', 4503),
    },
  ],
};

/** The control that shows what is the NAT's doing: with routes and a RETURN the same packet arrives as it was sent. */
export const routed: ProbeGroup = {
  name: 'routed',
  egress: 'none',
  probes: () => [
    {
      id: 'routed-on-purpose-keeps-source',
      expected: 'a-one:4504, and back c-one:4567',
      source: 'kind-measured 1, routes on purpose',
      measure: async (site) => {
        const from = await site.socket('a-one', 4504);
        const sink = await site.socket('c-one', 4567);
        const seen = await site.carry(from, [site.address('c-one'), 4567], sink);
        const back = await site.carry(sink, [site.address('a-one'), 4504], from);
        return `${normal(site, seen, 4504, ['a-one'])}, and back ${normal(site, back, 4567, ['c-one'])}`;
      },
    },
    {
      id: 'routed-on-purpose-overlap',
      expected: 'a-three:4505',
      source: 'kubernetes-nat 2.5: the pod range is never masqueraded, a /32 route is enough',
      measure: async (site) => {
        const from = await site.socket('a-three', 4505);
        const sink = await site.socket('b-one', 4568);
        return normal(site, await site.carry(from, [site.address('b-one'), 4568], sink), 4505, ['a-three']);
      },
    },
  ],
};

async function toForeignPod(site: Site, pod: string, port: number): Promise<string> {
  const from = await site.socket('a-one', port);
  const sink = await site.socket(pod, 4567);
  let arrived: object | undefined;
  const packets = await site.watch('a-node', async () => {
    const text = site.token();
    await from.send(site.address(pod), 4567, text);
    arrived = await sink.received(text, site.timing.quietMs);
    return text;
  });
  await sink.close();
  return `a-node eth0: ${wire(site, packets, port)}, the pod: ${arrival(arrived)}`;
}

async function toLocalNamesake(site: Site, namesake: string, meant: string, port: number): Promise<string> {
  const from = await site.socket('a-one', port);
  const sink = await site.socket(namesake, 4569);
  let seen: string | undefined;
  const packets = await site.watch('a-node', async () => {
    const text = site.token();
    await from.send(site.address(meant), 4569, text);
    const datagram = await sink.received(text, site.timing.arriveMs);
    seen = normal(site, datagram, port, ['a-one']);
    return text;
  });
  await sink.close();
  return `${namesake} gets ${seen}, a-node eth0: ${wire(site, packets, port)}`;
}

function wire(site: Site, packets: readonly Packet[], sentFrom: number): string {
  const seen = packets.map(({ src, srcPort }) =>
    normal(site, { address: src, port: srcPort }, sentFrom, ['a-node', 'a-one']),
  );
  return seen.length === 0 ? 'nothing' : seen.join(' ');
}
