import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../errors.ts';
import { access } from './contract/access.ts';
import { changes } from './contract/changes.ts';
import { egress, symmetric } from './contract/egress.ts';
import { media } from './contract/media.ts';
import { nodePorts } from './contract/node-ports.ts';
import { nodes } from './contract/nodes.ts';
import { overlap, routed } from './contract/overlap.ts';
import type { ContractProbe, ProbeGroup } from './contract/probe.ts';
import { openSite, type Site, type Timing } from './contract/site.ts';
import { contractSpec } from './contract/spec.ts';
import { timeouts } from './contract/timeouts.ts';
import type { Fabric } from './fabric.ts';

/** One fact, as real kind clusters showed it and as this fabric does. */
export interface ProbeResult {
  readonly id: string;
  readonly expected: string;
  readonly measured: string;
  readonly same: boolean;
  readonly source: string;
  /** Why the fabric cannot be asked; then `measured` says so too, and `same` is false. */
  readonly notApplicable?: string;
}

export interface ContractOptions {
  readonly timing?: Partial<Timing>;
  /** The command of a probe in a place; on a cluster the path inside the image. */
  readonly helper?: readonly string[];
  /** The clusters that there are; all of the contract's where it is absent. */
  readonly clusters?: readonly string[];
}

/** Every group of probes, in the order in which they run. The last one of `egress` runs on fabrics of their own. */
export const probeGroups: readonly ProbeGroup[] = [
  timeouts,
  egress,
  nodePorts,
  media,
  overlap,
  nodes,
  access,
  changes,
  symmetric,
  routed,
];

/** One suite for all fabrics: the same probes and the same expected values are the proof that netns stands for kind. */
export async function runContract(
  fabric: Fabric,
  report: (result: ProbeResult) => void = () => {},
  options: ContractOptions = {},
): Promise<ProbeResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'mcx-contract-'));
  const results: ProbeResult[] = [];
  try {
    for (const mode of ['preserve', 'symmetric', 'none'] as const) {
      const groups = probeGroups.filter((group) => group.egress === mode);
      const found = new Map(groups.map((group) => [group, [] as ProbeResult[]]));
      await onFabric(fabric, mode, scratch, options, async (site) => {
        const run = (group: ProbeGroup): Promise<void> =>
          runGroup(site, group, (result) => {
            found.get(group)?.push(result);
            report(result);
          });
        const aside = groups.filter((group) => group.aside).map(run);
        for (const group of groups.filter((one) => !one.aside)) await run(group);
        await Promise.all(aside);
      });
      // In one order on all fabrics, whichever group ended first.
      results.push(...[...found.values()].flat());
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return results;
}

async function onFabric(
  fabric: Fabric,
  mode: ProbeGroup['egress'],
  scratch: string,
  options: ContractOptions,
  act: (site: Site) => Promise<void>,
): Promise<void> {
  const spec = contractSpec(mode);
  const clusters = spec.clusters.filter(({ name }) => options.clusters?.includes(name) ?? true);
  const running = await fabric.up({ ...spec, clusters });
  const timing = { arriveMs: 2000, quietMs: 250, syncMs: 0, ...options.timing };
  const helper = options.helper ?? [process.execPath, fileURLToPath(new URL('./probe/main.ts', import.meta.url))];
  const site = openSite(running, timing, helper, scratch);
  try {
    await act(site);
  } finally {
    await site.close();
    await running.down();
  }
}

function runGroup(site: Site, group: ProbeGroup, collect: (result: ProbeResult) => void): Promise<void> {
  return site.scoped(async (scope) => {
    for (const probe of group.probes()) collect(await runProbe(scope, probe));
  });
}

/** A probe that breaks is a measured value too: the suite goes on and says what happened. */
async function runProbe(site: Site, probe: ContractProbe): Promise<ProbeResult> {
  const { id, expected, source, needs } = probe;
  const notAsked = (notApplicable: string): ProbeResult => {
    return { id, expected, measured: `not applicable: ${notApplicable}`, same: false, source, notApplicable };
  };
  if (needs !== undefined && site.running.nat[needs] === undefined) return notAsked(`this fabric has no ${needs}`);
  try {
    const measured = await probe.measure(site);
    return { id, expected, measured, same: measured === expected, source };
  } catch (error) {
    if (error instanceof LabError && error.code === 'unknown-place') return notAsked(error.message);
    const measured = `failed: ${error instanceof Error ? error.message : String(error)}`;
    return { id, expected, measured, same: false, source };
  }
}
