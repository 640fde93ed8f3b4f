import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CatalogueEntry, compileCatalogue, readFeatures } from '../scenario/catalogue.ts';
import { configurationSchema } from './configuration.ts';
import { configurationOf, type Layer, mergeLayers } from './settings.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const catalogue = compileCatalogue(await readFeatures(root));
/** The table of README.md: rung, the key that is changed, what it brings about. */
const table = [
  ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^\| `@(R\w+)` \| `([\w.]+): (\w+)` \| `([\w-]+)` \|$/gm),
].map(([, rung = '', key = '', value = '', symptom = '']) => ({ rung, key, value, symptom }));

const layer = (key: string, value: string): Layer =>
  parse(`{ ${key.split('.').join(': { ')}: ${value} ${'}'.repeat(key.split('.').length)}`);

/** A rung's own scenarios: its outlines stand under tags of their own. */
const outlines = ['@control', '@wrong-pod', '@admitted', '@latching', '@classifier', '@declared'];
const scenariosOf = (tag: string) =>
  catalogue.filter(({ tags }) => tags.includes(`@${tag}`) && !outlines.some((outline) => tags.includes(outline)));
const failureOf = (rung: string) => `F${rung[1]}`;

function first(tag: string): CatalogueEntry {
  const [entry] = scenariosOf(tag);
  if (entry === undefined) throw new Error(`no scenario has the tag @${tag}`);
  return entry;
}

/** What a rung's evidence needs besides, and its failure does not. */
const besides: Record<string, Layer> = {
  R1b: { dns: { variant: 'separate' } },
  R4: { strangers: 'present' },
};

describe('one key turns a working rung into its failure', () => {
  test('every rung that works has a line', () => {
    const rungs = new Set(catalogue.flatMap(({ tags }) => tags.filter((tag) => /^@R\d/.test(tag))));
    expect(table.map(({ rung }) => `@${rung}`).sort()).toEqual([...rungs].sort());
  });

  test.each(table)('$rung with $key: $value has the configuration of its failure', ({ rung, key, value }) => {
    const file = layer(key, value);
    const failure = mergeLayers(configurationOf(first(failureOf(rung)), {}, {}), besides[rung] ?? {});
    for (const scenario of scenariosOf(rung)) {
      expect(configurationOf(scenario, file, {})).toEqual(configurationSchema.parse(failure));
      expect(configurationOf(scenario, {}, {})).not.toEqual(configurationSchema.parse(failure));
    }
  });

  test.each(table)('$symptom is what the failure of $rung shows', ({ rung, symptom }) => {
    const said = scenariosOf(failureOf(rung)).flatMap(({ steps }) =>
      steps.flatMap(({ text }) => /^the symptom is "([\w-]+)"/.exec(text)?.[1] ?? []),
    );
    expect(said.length).toBeGreaterThan(1);
    expect(new Set(said)).toEqual(new Set([symptom]));
  });

  test('each of the eleven tags stands on a call from either side', () => {
    for (const tag of ['F1', 'F2', 'F3', 'F4', 'F5', 'R1a', 'R1b', 'R2', 'R3', 'R4', 'R5']) {
      const callers = scenariosOf(tag).flatMap(({ steps }) =>
        steps.flatMap(({ text }) => /^(\S+) calls the campaign/.exec(text)?.[1] ?? []),
      );
      expect(callers, tag).toEqual(expect.arrayContaining(['a-ue-1', 'b-ue-1']));
    }
  });
});
