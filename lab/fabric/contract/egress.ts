import type { ProbeSocket } from '../probe/client.ts';
import { type ContractProbe, normal, type ProbeGroup } from './probe.ts';
import type { Site } from './site.ts';

/** What leaves a pod for somebody outside the cluster, and what may come back. */
export const egress: ProbeGroup = {
  name: 'egress',
  egress: 'preserve',
  probes: () => {
    let one: ProbeSocket;
    let two: ProbeSocket;
    let sink: ProbeSocket;
    let many: ProbeSocket;
    let twoSeen = '';
    return [
      {
        id: 'egress-keeps-port',
        expected: 'a-node:5060',
        source: 'kind-measured 1, probe 1',
        measure: async (site) => {
          one = await site.socket('a-one', 5060);
          sink = await site.socket('b-node', 7000);
          return normal(site, await site.carry(one, [site.address('b-node'), 7000], sink), 5060, ['a-node']);
        },
      },
      {
        id: 'egress-clash-randomises',
        expected: 'a-node:random',
        source: 'kind-measured 1, probe 2',
        measure: async (site) => {
          two = await site.socket('a-two', 5060);
          const seen = await site.carry(two, [site.address('b-node'), 7000], sink);
          twoSeen = `${seen?.address}:${seen?.port}`;
          return normal(site, seen, 5060, ['a-node']);
        },
      },
      {
        id: 'egress-mapping-stable',
        expected: 'a-node:5060, the other pod keeps its port',
        source: 'kind-measured 1, probe 3',
        measure: async (site) => {
          const again = await site.carry(one, [site.address('b-node'), 7000], sink);
          const other = await site.carry(two, [site.address('b-node'), 7000], sink);
          const kept = `${other?.address}:${other?.port}` === twoSeen ? 'keeps its port' : 'changes its port';
          return `${normal(site, again, 5060, ['a-node'])}, the other pod ${kept}`;
        },
      },
      {
        id: 'egress-same-port-to-all',
        expected: 'a-node:6000 a-node:6000 a-node:6000',
        source: 'kind-measured 1, probe 4',
        measure: async (site) => {
          many = await site.socket('a-one', 6000);
          return (await threeDestinations(site, many, 7000))
            .map((seen) => normal(site, seen, 6000, ['a-node']))
            .join(' ');
        },
      },
      {
        id: 'inbound-unsolicited-dropped',
        expected: 'other address: nothing, other port: nothing, the destination itself: arrives',
        source: 'kind-measured 1, probe 5',
        measure: async (site) => {
          const node = site.address('a-node');
          const stranger = await site.socket('c-node-2', 7000);
          const otherPort = await site.socket('b-node', 7099);
          const fromStranger = await site.carry(stranger, [node, 6000], many, 'quiet');
          const fromOtherPort = await site.carry(otherPort, [node, 6000], many, 'quiet');
          // The positive control: the same mapping lets in whom it was made for.
          await site.carry(many, [site.address('b-node'), 7000], sink);
          const answer = await site.carry(sink, [node, 6000], many);
          return (
            `other address: ${arrival(fromStranger)}, other port: ${arrival(fromOtherPort)}, ` +
            `the destination itself: ${arrival(answer)}`
          );
        },
      },
      {
        id: 'inbound-unsolicited-refused',
        expected: 'ECONNREFUSED',
        source: 'kind-measured 1, probe 5: ICMP 3/3 from the node',
        measure: (site) => refusal(site, 'c-node', 7098, [site.address('a-node'), 6001]),
      },
      {
        id: 'node-address-with-pod-port-refused',
        expected: 'ECONNREFUSED',
        source: 'kind-measured 1.3: the far node answers ICMP 3/3, translated back to the pod',
        measure: (site) => refusal(site, 'b-one', 5066, [site.address('a-node'), 5099]),
      },
    ];
  },
};

/** The switch of a hard NAT: kindnetd's MASQUERADE made fully random. */
export const symmetric: ProbeGroup = {
  name: 'symmetric',
  egress: 'symmetric',
  probes: (): ContractProbe[] => [
    {
      id: 'symmetric-switch',
      expected: 'a-node, another port for each destination',
      source: 'kind-measured 1, probe 10',
      measure: async (site) => {
        const socket = await site.socket('a-one', 6000);
        const seen = await threeDestinations(site, socket, 7000);
        const ports = new Set(seen.map((one) => one?.port));
        const from = new Set(seen.map((one) => normal(site, one, 6000, ['a-node'])));
        const all = from.size === 1 && from.has('a-node:random') ? 'a-node' : [...from].join(' ');
        return `${all}, ${ports.size === seen.length ? 'another port for each destination' : 'ports repeat'}`;
      },
    },
  ],
};

async function threeDestinations(site: Site, socket: ProbeSocket, port: number) {
  const places = [
    ['b-node', port + 1],
    ['b-node', port + 2],
    ['c-node', port],
  ] as const;
  const seen = [];
  for (const [place, at] of places) {
    const sink = await site.socket(place, at);
    seen.push(await site.carry(socket, [site.address(place), at], sink));
    await sink.close();
  }
  return seen;
}

/** What a connected socket hears after it has sent to somebody who is not there. */
export async function refusal(
  site: Site,
  place: string,
  port: number,
  [address, at]: readonly [string, number],
): Promise<string> {
  const socket = await site.socket(place, port);
  await socket.connect(address, at);
  await socket.send(address, at, site.token());
  const error = await socket.failed(site.timing.arriveMs);
  await socket.close();
  return error ?? 'nothing';
}

export function arrival(seen: object | undefined): string {
  return seen === undefined ? 'nothing' : 'arrives';
}
