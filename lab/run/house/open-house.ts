import { join } from 'node:path';
import { netnsFabric } from '../../fabric/netns/netns-fabric.ts';
import { embedded, siteOf } from '../blueprint/site.ts';
import { clusterNaming } from '../names/cluster-naming.ts';
import { embeddedNaming } from '../names/naming.ts';
import type { Plan } from '../record/manifest.ts';
import { openClusterFabric } from './cluster-fabric.ts';
import { clusterVersions } from './cluster-versions.ts';
import { Grounds } from './ground.ts';
import { clustersOf } from './order.ts';
import type { House } from './stage.ts';

export interface OpenHouse extends House {
  /** Of what the scenarios ran on; asked when they have. */
  versions(): Promise<Record<string, string>>;
  /** Puts names back and ends what the fabric made. */
  close(): Promise<void>;
}

/** The fabric that the plan names, with what goes with it. */
export function openHouse(plan: Plan, folder: string, say: (line: string) => void): OpenHouse {
  const { fabric } = plan;
  if (fabric.name === 'netns') {
    const grounds = new Grounds(netnsFabric());
    const versions = async () => ({});
    return { grounds, naming: embeddedNaming, site: embedded, versions, close: () => grounds.clear() };
  }
  const made = openClusterFabric({
    ...fabric,
    fabric: fabric.name,
    ahead: clustersOf(plan),
    logs: join(folder, 'logs'),
    say,
  });
  const grounds = new Grounds(made);
  const naming = clusterNaming(() => made.accesses(), say);
  return {
    grounds,
    naming,
    site: siteOf(fabric.name),
    versions: () => clusterVersions(made.accesses(), fabric.nodeImage),
    close: async () => {
      // What goes with the clusters need not be taken out of them.
      const stays = fabric.name === 'kube' || fabric.keep === true;
      await eachOf([...(stays ? [naming.close] : []), () => grounds.clear(), () => made.close()]);
    },
  };
}

/** One after the other, whatever becomes of those before. @throws the first error, when all have been tried. */
async function eachOf(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
