import { readdir, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { heldLabs, type LabStatus, releaseLab } from './hold.ts';

export interface Prunable {
  /** Run folders to go, the oldest first. */
  readonly folders: readonly string[];
  /** Labs whose process has ended: only their state is left. */
  readonly labs: readonly LabStatus[];
}

/** What `reports/out` holds beyond the newest runs; folders named with `--out` elsewhere are nobody's business here. */
export async function findPrunable(project: string, keep: number): Promise<Prunable> {
  const out = join(project, 'reports', 'out');
  const latest = await readlink(join(out, 'latest')).catch(() => undefined);
  const names = await readdir(out).catch(() => [] as string[]);
  const runs = await Promise.all(
    names.map(async (name) => {
      // A run folder is known by its plan; what somebody else put here stays.
      const plan = await stat(join(out, name, 'plan.json')).catch(() => undefined);
      return plan === undefined || name === 'latest' ? [] : [{ name, ms: plan.mtimeMs }];
    }),
  );
  const oldest = runs.flat().sort((a, b) => a.ms - b.ms);
  const spare = oldest.slice(0, Math.max(0, oldest.length - keep)).filter(({ name }) => name !== latest);
  const labs = (await heldLabs(project)).filter((lab) => !lab.alive);
  return { folders: spare.map(({ name }) => join(out, name)), labs };
}

export async function prune(project: string, { folders, labs }: Prunable): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  for (const lab of labs) await releaseLab(project, lab);
}
