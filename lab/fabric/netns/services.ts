import { LabError } from '../../errors.ts';
import type { ServiceSpec } from '../fabric.ts';
import type { Place, Plan } from './plan.ts';
import type { Porter } from './porter/porter.ts';
import { nft, run } from './porter/steps.ts';
import { type Connection, deletion, parseConnections, staleConnections } from './reconcile.ts';
import { replaceServices } from './rules.ts';

/** The Services of each cluster as they are now, and the way to change them as kube-proxy would. */
export interface ServiceTable {
  set(cluster: string, change: Change): Promise<void>;
}

type Change = (services: readonly ServiceSpec[]) => readonly ServiceSpec[];

export function serviceTable(plan: Plan, porter: Porter): ServiceTable {
  const current = new Map(plan.spec.clusters.map(({ name, services }) => [name, services]));
  const replace = async (cluster: string, change: Change): Promise<void> => {
    const before = current.get(cluster);
    if (before === undefined) throw new LabError('unknown-cluster', `there is no cluster ${cluster}`, { exitCode: 70 });
    const after = change(before);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    const nodes = plan.places.filter((place) => place.kind === 'node' && place.cluster.name === cluster);
    await Promise.all(nodes.map((node) => (node.kind === 'node' ? replaceOn(porter, node, before, after) : undefined)));
    current.set(cluster, after);
  };
  // One change after the other: each replaces the chains that the one before has made.
  let last: Promise<unknown> = Promise.resolve();
  return {
    set: (cluster, change) => {
      const next = last.then(() => replace(cluster, change));
      last = next.catch(() => {});
      return next;
    },
  };
}

async function replaceOn(
  porter: Porter,
  node: Extract<Place, { kind: 'node' }>,
  before: readonly ServiceSpec[],
  after: readonly ServiceSpec[],
): Promise<void> {
  const view = { cluster: node.cluster, nodeIndex: node.index };
  const rules = [nft(replaceServices(view, before, after))];
  await porter.demand(`changing the Services of ${node.name}`, node, rules);
  // kube-proxy reconciles after the rules are in place, so that no packet makes a stale entry in between.
  for (let looks = 0; looks < LOOKS; looks++) {
    const stale = staleConnections(node.cluster, after, await connectionsOf(porter, node));
    if (stale.length === 0) return;
    // One that has expired meanwhile is no error; what stays is seen when it is looked for again.
    await Promise.all(stale.map((one) => porter.run(node, [deletion(one)])));
  }
  throw new LabError('stale-entries-stay', 'connections that kube-proxy would forget are still in the table', {
    where: node.name,
    next: 'start the scenario again; the table as it is now',
    command: 'conntrack -L -p udp',
    exitCode: 3,
  });
}

/** The kernel's table may lose its place while it is read and written to: what was deleted is looked for once more. */
const LOOKS = 5;

async function connectionsOf(porter: Porter, node: Place): Promise<Connection[]> {
  const listing = await porter.run(node, [run(['conntrack', '-L', '-p', 'udp'])]);
  if (listing.code === 0) return parseConnections(listing.stdout);
  throw new LabError('conntrack-missing', 'Services change while running only with the tool conntrack', {
    where: node.name,
    next: listing.stderr,
    command: 'apt-get install -y conntrack',
    exitCode: 3,
  });
}
