import { execa } from 'execa';
import { CONTAINER_LABEL } from './access-networks.ts';
import { NAME_PREFIX } from './cluster-config.ts';
import { remove } from './clusters.ts';
import { builtImages, removeImages } from './image.ts';
import { listClusters } from './kind-command.ts';
import { type ClusterState, forgetState, heldByOther, readStates, stateFolder } from './state.ts';

const docker = execa({ reject: false, stdin: 'ignore' });

export interface Leftover {
  readonly kind: 'cluster' | 'container' | 'network' | 'image';
  readonly name: string;
  /** Left standing on purpose, or in use by a lab that lives. */
  readonly state: 'kept' | 'in use' | 'left';
}

/** What of the lab stands on this machine's engine. */
export async function leftovers(folder = stateFolder()): Promise<Leftover[]> {
  const states = await readStates(folder);
  const standing = states.length === 0 ? [] : await listClusters();
  const beside = [...(await named('container')), ...(await named('network'))];
  const made: Leftover[] = [
    ...states
      .filter(({ name }) => standing.includes(name))
      .map((state) => ({ kind: 'cluster' as const, name: state.name, state: stateOf(state) })),
    ...beside.map((one) => ({ ...one, state: besideState(one.name) })),
  ];
  return [...made, ...(await builtImages()).map((name) => ({ kind: 'image' as const, name, state: imageState(made) }))];
}

/** Removes everything of the lab that no living lab uses, kept clusters too; what others made is never touched. */
export async function clearLeftovers(say: (line: string) => void, folder = stateFolder()): Promise<void> {
  const found = (await leftovers(folder)).filter(({ state }) => state !== 'in use');
  const names = (kind: Leftover['kind']) => found.filter((one) => one.kind === kind).map(({ name }) => name);
  for (const name of names('container')) await docker('docker', ['rm', '--force', '--volumes', name]);
  for (const name of names('network')) await docker('docker', ['network', 'rm', name]);
  await Promise.all(names('cluster').map((name) => remove(folder, name)));
  if (names('image').length > 0) await removeImages();
  if ((await readStates(folder)).length > 0) await forgetGone(folder, await listClusters());
  for (const { kind, name } of found) say(`${kind} ${name} removed`);
}

/** What is remembered of clusters that are gone. A lab may have ended since the leftovers were looked for, and its clusters stand. */
export async function forgetGone(folder: string, standing: readonly string[]): Promise<void> {
  for (const state of await readStates(folder))
    if (!heldByOther(state) && !standing.includes(state.name)) await forgetState(folder, state.name);
}

/** `mcx-lab-1234-…`: the number is the lab's process. */
export function besideState(name: string): Leftover['state'] {
  const [, pid] = /^mcx-lab-(\d+)-/.exec(name) ?? [];
  return pid !== undefined && heldByOther({ holder: Number(pid) }) ? 'in use' : 'left';
}

/** An image stays as long as what is made of it. */
export function imageState(made: readonly Pick<Leftover, 'state'>[]): Leftover['state'] {
  const states = (['in use', 'kept'] as const).filter((state) => made.some((one) => one.state === state));
  return states[0] ?? 'left';
}

function stateOf(state: ClusterState): Leftover['state'] {
  if (heldByOther(state)) return 'in use';
  return state.kept ? 'kept' : 'left';
}

/** Without an engine there is nothing on it. */
async function named(kind: 'container' | 'network'): Promise<{ kind: typeof kind; name: string }[]> {
  const args =
    kind === 'container'
      ? ['ps', '--all', '--filter', `label=${CONTAINER_LABEL}`, '--format', '{{.Names}}']
      : ['network', 'ls', '--filter', `name=^${NAME_PREFIX}-`, '--format', '{{.Name}}'];
  const { exitCode, stdout } = await docker('docker', args);
  if (exitCode !== 0) return [];
  return stdout
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => ({ kind, name }));
}
