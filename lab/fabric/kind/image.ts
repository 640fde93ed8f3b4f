import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../../errors.ts';
import { readMemory, stampsOf, writeMemory } from './image-memory.ts';
import { contentDigest, type Recipe, readRecipe, recipeFiles } from './image-recipe.ts';
import { type SystemFile, systemFiles } from './image-system.ts';

const project = join(import.meta.dirname, '../../..');
const dockerfile = 'emulators/image/Dockerfile';

/** A reference that somebody has pushed or loaded already; nothing is built then. */
export const imageVariable = 'LAB_CAST_IMAGE';
export const imageRepository = 'mcx-lab/cast';

const docker = execa({ reject: false, stdin: 'ignore' });
let made: Promise<string> | undefined;

/**
 * The image of the cast in the local engine, by its reference: `LAB_CAST_IMAGE` where that is set, otherwise built
 * once. The tag is a digest of what is in it, so that an image of this name need never be made or loaded again.
 */
export function castImage(): Promise<string> {
  const given = process.env[imageVariable];
  if (given !== undefined && given !== '') return Promise.resolve(given);
  made ??= build().catch((error: unknown) => {
    made = undefined;
    throw error;
  });
  return made;
}

/**
 * The reference that the image has when this machine makes it, without an engine to ask: the nodes have it, or pull it.
 * `LAB_CAST_IMAGE` where that is set.
 */
export async function castImageName(): Promise<string> {
  const given = process.env[imageVariable];
  if (given !== undefined && given !== '') return given;
  const part = await projectPart();
  return (await remembered(part, true)) ?? (await contentOf(part, true)).reference;
}

/** What of an image is of the project. */
interface ProjectPart {
  readonly text: string;
  readonly recipe: Recipe;
  readonly own: readonly SystemFile[];
}

async function projectPart(): Promise<ProjectPart> {
  const text = await readFile(join(project, dockerfile), 'utf8');
  const recipe = readRecipe(text, await readFile(join(project, `${dockerfile}.dockerignore`), 'utf8'));
  const own = (await recipeFiles(project, recipe)).map(({ from, to }) => ({ path: join(project, from), to }));
  return { text, recipe, own };
}

/** The reference of the image that was made last, if it is of the very files that are there now. */
async function remembered({ text, own }: ProjectPart, scratch: boolean): Promise<string | undefined> {
  const memory = await readMemory();
  if (memory === undefined) return undefined;
  return (await stamps(text, own, memory.system, scratch)) === memory.stamps ? memory.reference : undefined;
}

function stamps(text: string, own: readonly SystemFile[], system: readonly string[], scratch: boolean) {
  return stampsOf([...system, ...own.map(({ path }) => path)], String(scratch), process.env.PATH ?? '', text);
}

async function contentOf({ text, recipe, own }: ProjectPart, scratch: boolean) {
  // Where the engine runs another system than this one, only a base image has programs for it.
  const system = scratch ? await systemFiles() : [];
  const paths = system.map(({ path }) => path);
  const before = await stamps(text, own, paths, scratch);
  const digest = await contentDigest([...system, ...own], scratch ? 'scratch' : 'base', text);
  const reference = `${imageRepository}:${digest}`;
  if (before !== undefined) await writeMemory({ reference, system: paths, stamps: before });
  return { reference, files: [...system, ...own], recipe };
}

async function build(): Promise<string> {
  const [platform, part] = await Promise.all([enginePlatform(), projectPart()]);
  const scratch = platform === thisPlatform();
  const known = await remembered(part, scratch);
  if (known !== undefined && (await inEngine(known))) return known;
  const { reference, files, recipe } = await contentOf(part, scratch);
  if (await inEngine(reference)) return reference;
  if (scratch) await importFiles(reference, files, recipe);
  else await must(['build', '-q', '-f', dockerfile, '-t', reference, '.']);
  return reference;
}

async function inEngine(reference: string): Promise<boolean> {
  return (await docker('docker', ['image', 'inspect', reference])).exitCode === 0;
}

/** The files in a folder, the folder in a tar, the tar in the engine. */
async function importFiles(reference: string, files: readonly SystemFile[], recipe: Recipe): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'mcx-image-'));
  try {
    const folders = new Set([...files.map(({ to }) => dirname(to)), '/etc', '/proc', '/sys', '/dev', '/root']);
    for (const folder of [...folders, ...everybodys]) await mkdir(join(root, folder), { recursive: true });
    for (const folder of everybodys) await chmod(join(root, folder), 0o1777);
    for (const { path, to } of files) await copyFile(path, join(root, to));
    await writeFile(join(root, 'etc/passwd'), users.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`).join(''));
    await writeFile(join(root, 'etc/group'), users.map(([name, id]) => `${name}:x:${id}:\n`).join(''));
    const tar = ['-C', root, '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '-c', '.'];
    const changes = recipe.changes.flatMap((line) => ['--change', line]);
    const result = await docker('tar', tar, { encoding: 'buffer', buffer: { stdout: false } }).pipe(
      'docker',
      ['import', ...changes, '-', reference],
      { reject: false },
    );
    if (result.exitCode !== 0) throw failed('docker import', String(result.stderr));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const everybodys = ['/tmp', '/run/mcx'];

/** tcpdump gives up root for the user of its name unless it is told otherwise, and looks for that user even then. */
const users: readonly [string, number][] = [
  ['root', 0],
  ['tcpdump', 65_531],
  ['mcx', 65_532],
];

/** Puts an image on the nodes of a kind cluster, unless it is there: one node after the other would ask again. */
export async function loadImage(reference: string, cluster: string): Promise<void> {
  const nodes = (await mustKind(['get', 'nodes', '--name', cluster])).split('\n').filter((line) => line !== '');
  // Only a tag that is a digest says what is in it; another one may have been on the node before.
  const digest = /^mcx-lab\/cast:[0-9a-f]{16}$/.test(reference);
  const has = await Promise.all(nodes.map((node) => digest && nodeHas(node, reference)));
  if (nodes.length > 0 && has.every(Boolean)) return;
  await mustKind(['load', 'docker-image', reference, '--name', cluster]);
}

async function nodeHas(node: string, reference: string): Promise<boolean> {
  // containerd keeps the full name of what Docker shows by the short one.
  const full = /^[^/]*[.:][^/]*\//.test(reference) ? reference : `docker.io/${reference}`;
  const list = ['exec', node, 'ctr', '-n', 'k8s.io', 'images', 'ls', '-q', `name==${full}`];
  const { stdout } = await docker('docker', list);
  return stdout.trim() === full;
}

/** Another name for an image. */
export async function tagImage(reference: string, name: string): Promise<void> {
  await must(['tag', reference, name]);
}

/** Names of the images that were built here; none where no engine answers. */
export async function builtImages(): Promise<readonly string[]> {
  const { stdout } = await docker('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', imageRepository]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Takes them out of the engine; those that a container uses stay. */
export async function removeImages(): Promise<void> {
  for (const tag of await builtImages()) await docker('docker', ['image', 'rm', tag]);
}

async function enginePlatform(): Promise<string> {
  return (await must(['version', '--format', '{{.Server.Os}}/{{.Server.Arch}}'])).trim();
}

function thisPlatform(): string {
  const arch: Record<string, string> = { x64: 'amd64' };
  return `${process.platform}/${arch[process.arch] ?? process.arch}`;
}

async function must(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await docker('docker', args, { cwd: project });
  if (exitCode !== 0) throw failed(`docker ${args[0]}`, stderr);
  return stdout;
}

async function mustKind(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await docker('kind', args);
  if (exitCode !== 0) throw failed(`kind ${args.slice(0, 2).join(' ')}`, stderr);
  return stdout;
}

function failed(what: string, stderr: string): LabError {
  return new LabError('image/engine', `${what} failed: ${stderr.trim() || 'it said nothing'}`, {
    next: `start the engine, or name an image that the nodes can have in ${imageVariable}`,
    command: 'docker version',
    exitCode: 3,
  });
}
