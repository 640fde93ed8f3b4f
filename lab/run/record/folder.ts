import { mkdir, readdir, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../../errors.ts';

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
    await makePath(folder);
    await makePath(join(folder, 'captures'));
    await makePath(join(folder, 'logs'));
  } catch (cause) {
    throw new LabError('RUN-FOLDER-WRITE', `${folder} cannot be made: ${message(cause)}`, {
      where: folder,
      next: 'Name a folder where you may write, on a disk with room: --out DIR.',
      cause,
    });
  }
  if (out === undefined) await linkLatest(project, runId);
  return folder;
}

/** Not `recursive: true`: Node tries for ever where a file system has no such folder and takes none (/proc). */
async function makePath(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || (await stat(dirname(path)).catch(() => undefined))) throw error;
    await makePath(dirname(path));
    await mkdir(path);
  }
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
