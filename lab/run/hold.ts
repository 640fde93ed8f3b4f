import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LabError } from '../errors.ts';
import { outerCommand } from '../fabric/netns/outer.ts';
import { configurationSchema } from './settings/configuration.ts';
import type { Layer } from './settings/settings.ts';

/** A lab that stays open until `lab down`: what it is called, who holds it, where its places are. */
const heldSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  /** The process that holds everything: when it ends, the kernel ends the rest. */
  pid: z.number(),
  /** Start time of that process, in clock ticks since boot: a process id may be used again. */
  startTicks: z.string(),
  /** Process id of the outer namespace's first process, as this machine sees it. */
  inside: z.number(),
  places: z.array(z.string()),
  folder: z.string(),
});
export type HeldLab = z.infer<typeof heldSchema>;

export interface LabStatus extends HeldLab {
  readonly alive: boolean;
}

const stateFolder = (project: string) => join(project, 'reports', 'out', '.held');

export async function heldLabs(project: string): Promise<LabStatus[]> {
  const folder = stateFolder(project);
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.json'));
  const labs = await Promise.all(
    names.map(async (name) => heldSchema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')))),
  );
  const known = labs.flatMap((lab) => (lab.success ? [lab.data] : []));
  return Promise.all(known.map(async (lab) => ({ ...lab, alive: (await startTicks(lab.pid)) === lab.startTicks })));
}

/** @throws LabError `LAB-HELD` when a lab of that name is open, `LAB-UP` when it does not come up. */
export async function holdLab(project: string, name: string, changes: Layer): Promise<HeldLab> {
  configurationSchema.parse(changes);
  const open = (await heldLabs(project)).find((lab) => lab.name === name);
  if (open?.alive)
    throw new LabError('LAB-HELD', `a lab called ${name} is open already (process ${open.pid})`, {
      next: 'Close it, or give this one another name:',
      command: `npm run lab -- down --name ${name}`,
    });
  const folder = join(stateFolder(project), name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'configuration.json'), JSON.stringify(changes));
  const output = openSync(join(folder, 'lab.log'), 'a');
  // No parent-death signal here: this lab outlives the command that opened it.
  const [command = '', ...args] = outerCommand([process.execPath, join(project, 'lab/run/held.ts'), folder]).slice(3);
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new LabError('LAB-UP', 'the lab did not start', { exitCode: 3 });
  const lab = await becomesReady(folder, name, pid);
  await writeFile(join(stateFolder(project), `${name}.json`), JSON.stringify(lab));
  return lab;
}

async function becomesReady(folder: string, name: string, pid: number): Promise<HeldLab> {
  const ticks = await startTicks(pid);
  const log = join(folder, 'lab.log');
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
    const ready = await readFile(join(folder, 'ready.json'), 'utf8').catch(() => undefined);
    if (ready !== undefined) {
      const places = z.array(z.string()).parse(JSON.parse(ready));
      return { version: 1, name, pid, startTicks: ticks ?? '', inside: await firstChild(pid), places, folder };
    }
    if ((await startTicks(pid)) === undefined) break;
    await sleep(50);
  }
  throw new LabError('LAB-UP', 'the lab did not come up', {
    exitCode: 3,
    where: log,
    next: 'Its log says why:',
    command: `cat ${log}`,
  });
}

/** Ends a held lab and forgets it; what a crash left is only its state file, for the kernel has ended the rest. */
export async function releaseLab(project: string, lab: LabStatus): Promise<void> {
  if (lab.alive) {
    process.kill(lab.pid, 'SIGKILL');
    while ((await startTicks(lab.pid)) === lab.startTicks) await sleep(10);
  }
  await rm(join(stateFolder(project), `${lab.name}.json`), { force: true });
  await rm(join(stateFolder(project), lab.name), { recursive: true, force: true });
}

/** Field 22 of /proc/PID/stat; undefined when the process is gone or a zombie. */
async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

async function firstChild(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number(children.trim().split(' ')[0] ?? 0);
}
