import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabError } from '../errors.ts';

/** Creates the folder of a run. @throws LabError `RUN-FOLDER-NOT-EMPTY`, `RUN-FOLDER-WRITE`. */
export async function makeRunFolder(project: string, runId: string, out: string | undefined): Promise<string> {
  const folder = out === undefined ? join(project, 'reports', 'out', runId) : resolve(out);
  const held = await readdir(folder).catch(() => [] as string[]);
  if (held.length > 0)
    throw new LabError('RUN-FOLDER-NOT-EMPTY', `${folder} is not empty`, {
      where: `--out ${out ?? folder}`,
      next: 'Name a folder that does not exist, or none: runs then go to reports/out/.',
    });
  try {
    await mkdir(join(folder, 'captures'), { recursive: true });
    await mkdir(join(folder, 'logs'), { recursive: true });
  } catch (cause) {
    throw new LabError('RUN-FOLDER-WRITE', `${folder} cannot be made: ${message(cause)}`, { where: folder, cause });
  }
  if (out === undefined) await linkLatest(project, runId);
  return folder;
}

async function linkLatest(project: string, runId: string): Promise<void> {
  const link = join(project, 'reports', 'out', 'latest');
  await rm(link, { force: true });
  // Two runs that start together may both make the link; either is the latest.
  await symlink(runId, link).catch(() => undefined);
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
