import { LabError } from '../../errors.ts';
import type { ServiceSpec } from '../fabric.ts';
import type { Place, Plan } from './plan.ts';
import { deletion, parseConnections, staleConnections } from './reconcile.ts';
import { replaceServices } from './rules.ts';
import { inNetns, run, runScript } from './run.ts';

/** The Services of each cluster as they are now, and the way to change them as kube-proxy would. */
export interface ServiceTable {
  set(cluster: string, change: (services: readonly ServiceSpec[]) => readonly ServiceSpec[]): Promise<void>;
}

export function serviceTable(plan: Plan): ServiceTable {
  const current = new Map(plan.spec.clusters.map(({ name, services }) => [name, services]));
  return {
    set: async (cluster, change) => {
      const before = current.get(cluster);
      if (before === undefined) throw new LabError('unknown-cluster', `there is no cluster ${cluster}`);
      const after = change(before);
      current.set(cluster, after);
      await Promise.all(
        plan.places.map((place) =>
          place.kind === 'node' && place.cluster.name === cluster ? replaceOn(place, before, after) : undefined,
        ),
      );
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
