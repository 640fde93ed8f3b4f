import { arrival } from './egress.ts';
import { normal, type ProbeGroup } from './probe.ts';

/** Subscribers behind a router of their own. */
export const access: ProbeGroup = {
  name: 'access',
  egress: 'preserve',
  probes: () => [
    {
      id: 'ue-leaves-as-access-router',
      expected: 'x-access:5060, answered: arrives, a stranger: nothing',
      source: 'ladder, addresses: rewrites by outgoing interface',
      measure: async (site) => {
        const ue = await site.socket('x-ue-1', 5060);
        const node = await site.socket('a-node', 7200);
        const stranger = await site.socket('b-node', 7200);
        const router = site.address('x-access');
        const seen = await site.carry(ue, [site.address('a-node'), 7200], node);
        const answer = await site.carry(node, [router, 5060], ue);
        const unasked = await site.carry(stranger, [router, 5060], ue, 'quiet');
        await node.close();
        return (
          `${normal(site, seen, 5060, ['x-access'])}, answered: ${arrival(answer)}, ` +
          `a stranger: ${arrival(unasked)}`
        );
      },
    },
    {
      id: 'ue-cannot-forge-node-source',
      expected: 'its own address: arrives, the address of a node: nothing',
      source: 'ladder, addresses: rp_filter 1 on the access router',
      measure: async (site) => {
        const node = await site.socket('a-node', 7201);
        const forged = site.address('b-node');
        const log = '/dev/null';
        const add = await site.running.start('x-ue-1', ['ip', 'address', 'add', `${forged}/32`, 'dev', 'lo'], log);
        if ((await add.ended) !== 0) return 'the address could not be added';
        const honest = await site.socket('x-ue-1', 5061, site.address('x-ue-1'));
        const forger = await site.socket('x-ue-1', 5061, forged);
        const lie = await site.carry(forger, [site.address('a-node'), 7201], node, 'quiet');
        const truth = await site.carry(honest, [site.address('a-node'), 7201], node);
        const remove = await site.running.start('x-ue-1', ['ip', 'address', 'del', `${forged}/32`, 'dev', 'lo'], log);
        await remove.ended;
        return `its own address: ${arrival(truth)}, the address of a node: ${arrival(lie)}`;
      },
    },
  ],
};
