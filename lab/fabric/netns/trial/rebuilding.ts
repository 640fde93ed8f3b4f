import type { FabricSpec, RunningFabric } from '../../fabric.ts';
import { netnsFabric } from '../netns-fabric.ts';
import { run } from '../run.ts';
import { trialSpec } from './spec.ts';

/** Everything that a rebuilt fabric must not have of the one before: addresses, egress, extra addresses, Services. */
const otherSpec: FabricSpec = {
  clusters: trialSpec.clusters.map((cluster, index) => ({
    ...cluster,
    podCidr: `10.${10 + index}.0.0/16`,
    pods: cluster.pods.map((pod) => ({ ...pod, address: pod.address.replace('10.244', `10.${10 + index}`) })),
    services: cluster.services.map((service) => ({ ...service, clusterIp: '10.96.0.77' })),
  })),
  accesses: [{ name: 'a', address: '172.18.0.10', hosts: [{ name: 'a-ue-1', address: '192.168.10.19' }] }],
  egress: 'none',
};
const firstSpec: FabricSpec = {
  ...trialSpec,
  accesses: trialSpec.accesses.map((access) => ({
    ...access,
    hosts: access.hosts.map((host) => ({ ...host, extraAddresses: ['172.18.0.3'] })),
  })),
};

/**
 * What packets can notice of a place: interfaces and their indices, addresses, routes, rules, switches, translations. That a
 * link has come up, routes hear when the kernel gets to it, and use it before.
 */
const portrait = `ip -o address | sed 's/^[0-9]*: //; s/ \\+/ /g' | grep -v inet6
ip -o link | sed 's/@[^:]*//; s/link-netns.*//; s/ether [^ ]*//'
ip route show table all | sed 's/ linkdown//'
nft list ruleset
grep -H . /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/ip_forward
conntrack -L -p udp 2>/dev/null | wc -l
`;

async function portraits(prefix: string): Promise<Record<string, string[]>> {
  const places = ['bridge', 'a-node', 'b-node', 'a-edge', 'a-mcx', 'b-edge', 'b-mcx', 'a-access', 'a-ue-1'];
  const seen = await Promise.all(
    places.map(async (place) => {
      const { code, stdout, stderr } = await run(
        ['nsenter', `--net=/run/netns/${prefix}${place}`, 'sh', '-s'],
        portrait,
      );
      if (code !== 0) throw new Error(`looking at ${place}: ${stderr}`);
      return [place, stdout.split('\n').toSorted()] as const;
    }),
  );
  return Object.fromEntries(seen);
}

/** A fabric that was rebuilt, and then lost a pod and got it back, beside one that was built so; and who lived through it. */
export async function rebuilding(folder: string) {
  const first = await netnsFabric().up(firstSpec);
  const kept = await first.start('a-mcx', ['sleep', '4714'], `${folder}/log`);
  await send(first, '172.18.0.3/31060', folder);
  if ((await first.rearrange(otherSpec)) === undefined)
    throw new Error('the places are the same, and it did not rebuild');
  const after = await portraits('f1.');
  await recordBurst(first, 'rebuilt', folder);
  const refused = (await first.rearrange({ ...otherSpec, accesses: [] })) === undefined;
  const { gone, ...restored } = await losePod(first, folder);
  const alive = await Promise.race([kept.ended, Promise.resolve('alive')]);
  await first.down();
  const built = await netnsFabric().up(otherSpec);
  const anew = await portraits('f2.');
  await built.down();
  return { alive, ended: await kept.ended, gone: await gone, after, anew, refused, ...restored };
}

/** A pod goes, its lossy link with it, and each time the fabric then becomes another one, or stays what it is. */
async function losePod(fabric: RunningFabric, folder: string) {
  const lodger = await fabric.start('b-edge', ['sleep', '4715'], `${folder}/log`);
  const others: string[][] = [];
  for (const next of [firstSpec, otherSpec, otherSpec]) {
    await fabric.impair('b-edge', { loss: 0.5 });
    await fabric.deletePod('b-edge');
    others.push([...((await fabric.rearrange(next)) ?? [])]);
  }
  const untouched = await fabric.rearrange(otherSpec);
  const restored = await portraits('f1.');
  await recordBurst(fabric, 'restored', folder);
  return { gone: lodger.ended, others, untouched: [...(untouched ?? ['refused'])], restored };
}

/** Routed on purpose now, and by other addresses. */
async function recordBurst(fabric: RunningFabric, name: string, folder: string): Promise<void> {
  const tap = await fabric.tap({ name, place: 'b-edge', interface: 'eth0', path: `${folder}/${name}.pcap` });
  await fabric.mark(1, ['a-edge', 'b-edge']);
  await send(fabric, '10.11.0.25/5062', folder);
  await fabric.mark(2, ['a-edge', 'b-edge']);
  await tap.stop();
}

async function send(fabric: RunningFabric, to: string, folder: string): Promise<void> {
  const program = `printf rebuilt > /dev/udp/${to}`;
  await (await fabric.start('a-edge', ['bash', '-c', program], `${folder}/log`)).ended;
}
