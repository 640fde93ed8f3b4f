import type { FabricSpec, RunningFabric } from '../../fabric.ts';
import { netnsFabric } from '../netns-fabric.ts';
import { inNetns, run } from '../run.ts';
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

/** What packets can notice of a place: interfaces, addresses, routes, rules, switches, translations. */
const portrait = `ip -o address | sed 's/^[0-9]*: //; s/ \\+/ /g' | grep -v inet6
ip -o link | sed 's/^[0-9]*: //; s/@[^:]*//; s/link-netns.*//; s/ether [^ ]*//'
ip route show table all
nft list ruleset
grep -H . /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/ip_forward
conntrack -L -p udp 2>/dev/null | wc -l
`;

async function portraits(prefix: string): Promise<Record<string, string[]>> {
  const places = ['bridge', 'a-node', 'b-node', 'a-edge', 'a-mcx', 'b-edge', 'b-mcx', 'a-access', 'a-ue-1'];
  const seen = await Promise.all(
    places.map(async (place) => {
      const { code, stdout, stderr } = await run([...inNetns(prefix + place), 'sh', '-s'], portrait);
      if (code !== 0) throw new Error(`looking at ${place}: ${stderr}`);
      return [place, stdout.split('\n').toSorted()] as const;
    }),
  );
  return Object.fromEntries(seen);
}

/** A rebuilt fabric beside one that was built so, and a process that lived through it. */
export async function rebuilding(folder: string) {
  const first = await netnsFabric().up(firstSpec);
  const kept = await first.start('a-mcx', ['sleep', '4714'], `${folder}/log`);
  await send(first, '172.18.0.3/31060', folder);
  if ((await first.rearrange(otherSpec)) === undefined)
    throw new Error('the places are the same, and it did not rebuild');
  const alive = await Promise.race([kept.ended, Promise.resolve('alive')]);
  const after = await portraits('f1.');
  const tap = await first.tap({ name: 'b', place: 'b-edge', interface: 'eth0', path: `${folder}/rebuilt.pcap` });
  await first.mark(1, ['a-edge', 'b-edge']);
  // Routed on purpose now, and by other addresses.
  await send(first, '10.11.0.25/5062', folder);
  await first.mark(2, ['a-edge', 'b-edge']);
  await tap.stop();
  const others = await first.rearrange({ ...otherSpec, accesses: [] });
  await first.deletePod('b-edge');
  const withoutPod = await first.rearrange(otherSpec);
  await first.down();
  const built = await netnsFabric().up(otherSpec);
  const anew = await portraits('f2.');
  await built.down();
  const refused = [others, withoutPod].every((one) => one === undefined);
  return { alive, ended: await kept.ended, after, anew, refused };
}

async function send(fabric: RunningFabric, to: string, folder: string): Promise<void> {
  const program = `printf rebuilt > /dev/udp/${to}`;
  await (await fabric.start('a-edge', ['bash', '-c', program], `${folder}/log`)).ended;
}
