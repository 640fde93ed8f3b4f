import { LabError } from '../../errors.ts';
import type { ServiceSpec } from '../fabric.ts';
import type { Place, Plan } from './plan.ts';
import { deletion, parseConnections, staleConnections } from './reconcile.ts';
import { replaceServices } from './rules.ts';
import { inNetns, run, runScript } from './run.ts';

/** The Services of each cluster as they are now, and the way to change them as kube-proxy would. */
export interface ServiceTable {
  set(cluster: string, change: Change): Promise<void>;
}

type Change = (services: readonly ServiceSpec[]) => readonly ServiceSpec[];

export function serviceTable(plan: Plan): ServiceTable {
  const current = new Map(plan.spec.clusters.map(({ name, services }) => [name, services]));
  const replace = async (cluster: string, change: Change): Promise<void> => {
    const before = current.get(cluster);
    if (before === undefined) throw new LabError('unknown-cluster', `there is no cluster ${cluster}`, { exitCode: 70 });
    const after = change(before);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    const nodes = plan.places.filter((place) => place.kind === 'node' && place.cluster.name === cluster);
    await Promise.all(nodes.map((node) => (node.kind === 'node' ? replaceOn(node, before, after) : undefined)));
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
  node: Extract<Place, { kind: 'node' }>,
  before: readonly ServiceSpec[],
  after: readonly ServiceSpec[],
): Promise<void> {
  const view = { cluster: node.cluster, nodeIndex: node.index };
  const enter = inNetns(node.netns).join(' ');
  await runScript(
    `changing the Services of ${node.name}`,
    `${enter} nft -f - <<'END'\n${replaceServices(view, before, after)}\nEND`,
  );
  // kube-proxy reconciles after the rules are in place, so that no packet makes a stale entry in between.
  const listing = await run([...inNetns(node.netns), 'conntrack', '-L', '-p', 'udp']);
  if (listing.code !== 0) {
    throw new LabError('conntrack-missing', 'Services change while running only with the tool conntrack', {
      where: node.name,
      next: listing.stderr.trim(),
      command: 'apt-get install -y conntrack',
      exitCode: 3,
    });
  }
  const stale = staleConnections(node.cluster, after, parseConnections(listing.stdout));
  if (stale.length > 0) await runScript('flushing', `${enter} sh -s <<'END'\n${deletion(stale)}\nEND`);
}
