import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, matchesGlob, posix } from 'node:path';

/** What the Dockerfile of an image says, as far as another builder can follow it. */
export interface Recipe {
  /** WORKDIR */
  readonly folder: string;
  /** COPY, from the build context to the image; absolute targets. */
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  /** Lines that `docker import --change` understands. */
  readonly changes: readonly string[];
  /** Lines of the ignore file. */
  readonly ignored: readonly string[];
}

/** A file of the build context and its place in the image. */
export interface RecipeFile {
  readonly from: string;
  readonly to: string;
}

const kept = new Set(['WORKDIR', 'ENV', 'LABEL', 'USER', 'CMD', 'ENTRYPOINT']);

/**
 * Reads a Dockerfile for a builder that has no base image: FROM and RUN, which bring the system, are left out, because
 * the builder brings a system of its own.
 */
export function readRecipe(dockerfile: string, ignore: string): Recipe {
  const copies: { from: string; to: string }[] = [];
  const changes: string[] = [];
  let folder = '/';
  for (const line of instructions(dockerfile)) {
    const [word = '', ...rest] = line.split(/\s+/);
    const instruction = word.toUpperCase();
    if (instruction === 'WORKDIR') folder = posix.resolve(folder, rest[0] ?? '');
    if (instruction === 'COPY') {
      const to = rest.at(-1) ?? '';
      for (const from of rest.slice(0, -1)) copies.push({ from: posix.normalize(from), to: posix.resolve(folder, to) });
    }
    if (kept.has(instruction)) changes.push(line);
  }
  const ignored = ignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return { folder, copies, changes, ignored };
}

/** Lines without comments, continued ones joined. */
function instructions(dockerfile: string): string[] {
  return dockerfile
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Every file that the recipe copies out of a project, in a fixed order. */
export async function recipeFiles(project: string, recipe: Recipe): Promise<RecipeFile[]> {
  const found = await Promise.all(recipe.copies.map((copy) => filesUnder(project, copy.from, copy.to, recipe.ignored)));
  return found.flat().sort((a, b) => (a.to < b.to ? -1 : 1));
}

async function filesUnder(
  project: string,
  from: string,
  to: string,
  ignored: readonly string[],
): Promise<RecipeFile[]> {
  // Docker's patterns name a file or a folder with all that is in it.
  if (ignored.some((pattern) => matchesGlob(from, pattern))) return [];
  if (!(await stat(join(project, from))).isDirectory()) return [{ from, to }];
  const names = await readdir(join(project, from));
  const inside = names.map((name) => filesUnder(project, `${from}/${name}`, `${to}/${name}`, ignored));
  return (await Promise.all(inside)).flat();
}

/** A digest of what goes into an image: the same files, the same word, on any machine and in any clone. */
export async function contentDigest(
  parts: readonly { readonly path: string; readonly to: string }[],
  ...words: readonly string[]
): Promise<string> {
  const digests = await Promise.all(
    parts.map(
      async ({ path, to }) =>
        `${to} ${createHash('sha256')
          .update(await readFile(path))
          .digest('hex')}`,
    ),
  );
  const whole = createHash('sha256');
  for (const line of [...words, ...digests.sort()]) whole.update(`${line}\n`);
  return whole.digest('hex').slice(0, 16);
}
