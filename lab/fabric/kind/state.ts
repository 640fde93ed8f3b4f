import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const schema = z.object({
  version: z.literal(1),
  name: z.string(),
  digest: z.string(),
  kubeconfig: z.string(),
  /** Who uses it now; a process that is gone uses nothing. */
  holder: z.number().int().optional(),
  /** Left standing on purpose. */
  kept: z.boolean(),
  ready: z.boolean(),
});

/** What the lab remembers of a cluster that it made: written before kind is asked, removed after it is gone. */
export type ClusterState = z.infer<typeof schema>;

/** Where clusters are remembered: a cluster of the same name that is not here is somebody else's. */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_STATE_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.local', 'state') : base, 'mcx-lab', 'kind');
}

export function kubeconfigOf(folder: string, name: string): string {
  return join(folder, `${name}.kubeconfig`);
}

export async function readState(folder: string, name: string): Promise<ClusterState | undefined> {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Half a file of a lab that was killed while it wrote: the name is what there is to go by.
    return { version: 1, name, digest: '', kubeconfig: kubeconfigOf(folder, name), kept: false, ready: false };
  }
}

export async function readStates(folder: string): Promise<ClusterState[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const states = await Promise.all(names.map((name) => readState(folder, name.slice(0, -'.json'.length))));
  return states.filter((state) => state !== undefined);
}

export async function writeState(folder: string, state: ClusterState): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, `${state.name}.json`), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
}

export async function forgetState(folder: string, name: string): Promise<void> {
  for (const ending of ['json', 'kubeconfig', 'lock', 'yaml'])
    await rm(join(folder, `${name}.${ending}`), { force: true });
}

/** Whether another lab that is alive uses the cluster. */
export function heldByOther({ holder }: Pick<ClusterState, 'holder'>): boolean {
  if (holder === undefined || holder === process.pid) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // It lives, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One lab at a time decides about a cluster; the lock of a process that is gone is nobody's. */
export async function withLock<T>(folder: string, name: string, act: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.lock`);
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      const gone = holder > 0 && !heldByOther({ holder }) && holder !== process.pid;
      if (gone) await rm(path, { force: true });
      else await sleep(100);
    }
  }
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}
