import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin';
import { IdGenerator, type Pickle } from '@cucumber/messages';
import { parse as parseTagExpression } from '@cucumber/tag-expressions';
import { LabError } from '../../errors.ts';

/** A feature file as it stands on disk; `uri` is relative to the project. */
export interface FeatureText {
  readonly uri: string;
  readonly text: string;
  readonly sha256: string;
}

/** A scenario that can be run: one pickle, an outline's row being a scenario of its own. */
export interface CatalogueEntry {
  /** Unique in a run: feature, name and example, as a path-safe word. */
  readonly id: string;
  readonly uri: string;
  readonly line: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly steps: readonly { readonly text: string; readonly table: readonly (readonly string[])[] | undefined }[];
}

export async function readFeatures(root: string): Promise<FeatureText[]> {
  const names = await readdir(join(root, 'features'), { recursive: true });
  const uris = names.filter((name) => name.endsWith('.feature')).map((name) => join('features', name));
  return Promise.all(
    uris.sort().map(async (uri) => {
      const text = await readFile(join(root, uri), 'utf8');
      return { uri: relative('.', uri), text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** @throws LabError `FEATURE-SYNTAX` with file and line, `FEATURE-DUPLICATE` where two scenarios would share an id. */
export function compileCatalogue(features: readonly FeatureText[]): CatalogueEntry[] {
  const entries = features.flatMap((feature) => picklesOf(feature).map((pickle) => entryOf(feature, pickle)));
  const seen = new Map<string, CatalogueEntry>();
  for (const entry of entries) {
    const twin = seen.get(entry.id);
    if (twin)
      throw new LabError('FEATURE-DUPLICATE', `two scenarios are called "${entry.name}"`, {
        where: `${entry.uri}:${entry.line} and ${twin.uri}:${twin.line}`,
        next: 'Give one of them another name, or the outline a column that tells its examples apart.',
      });
    seen.set(entry.id, entry);
  }
  return entries;
}

function picklesOf(feature: FeatureText): readonly Pickle[] {
  const newId = IdGenerator.incrementing();
  const parser = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher());
  try {
    return compile(parser.parse(feature.text), feature.uri, newId);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const line = /\((\d+):\d+\)/.exec(message)?.[1] ?? '1';
    throw new LabError('FEATURE-SYNTAX', message.split('\n').slice(0, 2).join(' '), {
      where: `${feature.uri}:${line}`,
      cause,
    });
  }
}

function entryOf(feature: FeatureText, pickle: Pickle): CatalogueEntry {
  const file = feature.uri.replace(/^features\//, '').replace(/\.feature$/, '');
  return {
    id: slug(`${file} ${pickle.name}`),
    uri: feature.uri,
    line: pickle.location?.line ?? 0,
    name: pickle.name,
    tags: pickle.tags.map((tag) => tag.name),
    steps: pickle.steps.map((step) => ({
      text: step.text,
      table: step.argument?.dataTable?.rows.map((row) => row.cells.map((cell) => cell.value)),
    })),
  };
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

export interface Selection {
  readonly tags?: string | undefined;
  readonly name?: string | undefined;
}

/** @throws LabError `TAG-SYNTAX`, `TAG-UNKNOWN`, `NOTHING-SELECTED`. */
export function selectScenarios(catalogue: readonly CatalogueEntry[], selection: Selection): CatalogueEntry[] {
  const wanted = selection.tags === undefined ? () => true : tagFilter(catalogue, selection.tags);
  const name = selection.name?.toLowerCase();
  const selected = catalogue.filter(
    (entry) => wanted(entry) && (name === undefined || entry.name.toLowerCase().includes(name)),
  );
  if (selected.length === 0)
    throw new LabError('NOTHING-SELECTED', 'no scenario matches', {
      where: [selection.tags && `--tags '${selection.tags}'`, selection.name && `--name '${selection.name}'`]
        .filter(Boolean)
        .join(' '),
      next: 'See what there is:',
      command: 'npm run lab -- list',
    });
  return selected;
}

function tagFilter(catalogue: readonly CatalogueEntry[], expression: string): (entry: CatalogueEntry) => boolean {
  const known = new Set(catalogue.flatMap((entry) => entry.tags));
  for (const [tag] of expression.matchAll(/@[^\s()]+/g)) {
    if (known.has(tag)) continue;
    throw new LabError('TAG-UNKNOWN', `no scenario has the tag ${tag}`, {
      where: `--tags '${expression}'`,
      next: `Tags that exist: ${[...known].sort().join(' ')}. See the scenarios:`,
      command: 'npm run lab -- list',
    });
  }
  try {
    const node = parseTagExpression(expression);
    return (entry) => node.evaluate([...entry.tags]);
  } catch (cause) {
    throw new LabError('TAG-SYNTAX', cause instanceof Error ? cause.message : String(cause), {
      where: `--tags '${expression}'`,
      next: "Write tags with @, joined by and, or, not: '@ladder and not @F5'",
      cause,
    });
  }
}
