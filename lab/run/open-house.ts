import { join } from 'node:path';
import { netnsFabric } from '../fabric/netns/netns-fabric.ts';
import { openClusterFabric } from './cluster-fabric.ts';
import { clusterNaming } from './cluster-naming.ts';
import { Grounds } from './ground.ts';
import type { Plan } from './manifest.ts';
import { embeddedNaming } from './naming.ts';
import { embedded, siteOf } from './site.ts';
import type { House } from './stage.ts';

export interface OpenHouse extends House {
  /** Puts names back and ends what the fabric made. */
  close(): Promise<void>;
}

/** The fabric that the plan names, with what goes with it. */
export function openHouse({ fabric }: Pick<Plan, 'fabric'>, folder: string, say: (line: string) => void): OpenHouse {
  if (fabric.name === 'netns') {
    const grounds = new Grounds(netnsFabric());
    return { grounds, naming: embeddedNaming, site: embedded, close: () => grounds.clear() };
  }
  const made = openClusterFabric({ ...fabric, fabric: fabric.name, logs: join(folder, 'logs'), say });
  const grounds = new Grounds(made);
  const naming = clusterNaming((letter) => made.accessOf(letter), say);
  return {
    grounds,
    naming,
    site: siteOf(fabric.name),
    close: async () => {
      try {
        await naming.close();
        await grounds.clear();
      } finally {
        await made.close();
      }
    },
  };
}
