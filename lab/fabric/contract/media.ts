import { arrival } from './egress.ts';
import { normal, type ProbeGroup } from './probe.ts';

/** Packets that cross in both directions, as media do: whoever is first decides about ports. */
export const media: ProbeGroup = {
  name: 'media',
  egress: 'preserve',
  probes: () => [
    {
      id: 'rtp-crossing-changes-port',
      expected: 'a-node:random',
      source: 'kind-measured 1, probe 11',
      measure: async (site) => {
        const b = await site.socket('b-one', 7300);
        const a = await site.socket('a-one', 6400);
        const wire = await site.socket('b-node', 7300);
        // B's packet is refused by node A, but its unanswered entry there occupies the reply tuple of A's flow.
        await site.carry(b, [site.address('a-node'), 6400], a, 'quiet');
        return normal(site, await site.carry(a, [site.address('b-node'), 7300], wire), 6400, ['a-node']);
      },
    },
    {
      id: 'rtp-crossing-input-drop-keeps-port',
      expected: 'a-node:6401, then b-node:7301 arrives',
      source: 'kind-measured 1, probe 12',
      needs: 'dropUnaskedInput',
      measure: async (site) => {
        await site.running.nat.dropUnaskedInput?.('a-node', true);
        const b = await site.socket('b-one', 7301);
        const a = await site.socket('a-one', 6401);
        await site.carry(b, [site.address('a-node'), 6401], a, 'quiet');
        const first = await site.carry(a, [site.address('b-node'), 7301], b);
        const next = await site.carry(b, [site.address('a-node'), 6401], a);
        await site.running.nat.dropUnaskedInput?.('a-node', false);
        return `${normal(site, first, 6401, ['a-node'])}, then ${normal(site, next, 7301, ['b-node'])} ${arrival(next)}`;
      },
    },
    {
      id: 'media-nodeport-local-keeps-ports',
      expected: 'A first: a-node:30100 b-node:30102, B first: b-node:30103 a-node:30101',
      source: 'kind-measured 1.2, eTP Local',
      measure: async (site) => {
        const [nodeA, nodeB] = [site.address('a-node'), site.address('b-node')];
        const a = await site.socket('a-one', 30100);
        const b = await site.socket('b-one', 30102);
        const a1 = await site.carry(a, [nodeB, 30102], b);
        const b1 = await site.carry(b, [nodeA, 30100], a);
        const a2 = await site.socket('a-one', 30101);
        const b2 = await site.socket('b-one', 30103);
        const b3 = await site.carry(b2, [nodeA, 30101], a2);
        const a3 = await site.carry(a2, [nodeB, 30103], b2);
        const names = ['a-node', 'b-node'];
        return (
          `A first: ${normal(site, a1, 30100, names)} ${normal(site, b1, 30102, names)}, ` +
          `B first: ${normal(site, b3, 30103, names)} ${normal(site, a3, 30101, names)}`
        );
      },
    },
    {
      id: 'media-nodeport-cluster-changes-port',
      expected: 'the pod sees gateway:random, B leaves as b-node:random',
      source: 'kind-measured 1.2, eTP Cluster, A first',
      measure: async (site) => {
        const a = await site.socket('a-one', 30110);
        const b = await site.socket('b-one', 30110);
        const seen = await site.carry(a, [site.address('b-node'), 30110], b);
        const back = await site.carry(b, [site.address('a-node'), 30110], a);
        return (
          `the pod sees ${normal(site, seen, 30110, ['b-one'])}, ` +
          `B leaves as ${normal(site, back, 30110, ['b-node'])}`
        );
      },
    },
  ],
};
