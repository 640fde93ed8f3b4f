import { readFile } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { LabError } from '../../errors.ts';
import type { CatalogueEntry } from '../scenario/catalogue.ts';
import { type Configuration, configurationSchema } from './configuration.ts';
import { labFileSchema, labFileVersion } from './lab-file.ts';

/** Some keys of a configuration, nested as in `lab.yaml`. */
export type Layer = { readonly [key: string]: unknown };

/** @throws LabError `CONFIG-READ`, `CONFIG-SYNTAX`, `CONFIG-VERSION`, `CONFIG-KEY`, each with `lab.yaml:line`. */
export async function readConfigFile(path: string): Promise<Layer> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new LabError('CONFIG-READ', `${path} cannot be read`, {
      where: path,
      next: 'Check the path and its permissions; every key has a default, so a run needs no file.',
      cause,
    });
  });
  return parseConfig(text, path);
}

export function parseConfig(text: string, path: string): Layer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problem = document.errors[0];
  if (problem)
    throw new LabError('CONFIG-SYNTAX', problem.message.split('\n')[0] ?? 'no YAML', {
      where: `${path}:${lines.linePos(problem.pos[0]).line}`,
      next: 'The file is YAML: keys and values as in README.md, "lab.yaml".',
    });
  const value: unknown = document.toJS() ?? {};
  const lineOf = (key: Path): string => {
    const at = positionOf(document.contents, key);
    return at === undefined ? path : `${path}:${lines.linePos(at).line}`;
  };
  // Before all else: what the keys of another version mean is not known here.
  if (isLayer(value) && value.version !== undefined && value.version !== labFileVersion)
    throw new LabError('CONFIG-VERSION', `version ${value.version} of lab.yaml is not read here`, {
      where: lineOf(['version']),
      next: `This lab reads version ${labFileVersion}; lab/decisions/0010-versions-of-files.md says what a version changes.`,
    });
  const checked = labFileSchema.safeParse(value);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new LabError('CONFIG-KEY', issue ? explain(issue) : 'not a configuration', {
      where: issue ? lineOf(pathOf(issue)) : path,
      next: 'Every key has a line in README.md, "lab.yaml".',
    });
  }
  const { version: _, ...keys } = value as Layer;
  return keys;
}

type Path = readonly PropertyKey[];

function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}

function explain(issue: z.core.$ZodIssue): string {
  const key = pathOf(issue).join('.');
  if (issue.code === 'unrecognized_keys') return `unknown key ${key}`;
  return key === '' ? issue.message : `${key}: ${issue.message}`;
}

function positionOf(contents: unknown, path: Path): number | undefined {
  let node = contents;
  let at: number | undefined;
  for (const step of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
    if (!pair || !isScalar(pair.key)) break;
    at = pair.key.range?.[0];
    node = pair.value;
  }
  return at;
}

export function mergeLayers(...layers: readonly Layer[]): Layer {
  const merged: Record<string, unknown> = {};
  for (const layer of layers)
    for (const [key, value] of Object.entries(layer))
      merged[key] = isLayer(value) && isLayer(merged[key]) ? mergeLayers(merged[key], value) : value;
  return merged;
}

function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const workingConfigurationStep = 'the working configuration';
export const changedConfigurationStep = 'the working configuration, changed in';

/**
 * What a scenario itself changes: the table under its Given. Where it says `preserve or symmetric`, what the run has stays if
 * it is one of these, and is the first one if not. @throws LabError `SCENARIO-KEY` with feature and line.
 */
export function changesOf(scenario: CatalogueEntry, run: Layer = {}): Layer {
  const given = scenario.steps.find((step) => step.text === changedConfigurationStep);
  return mergeLayers(
    ...(given?.table ?? []).map(([key = '', values = '']) => {
      const allowed = values.split(' or ').map((value) => layerOf(scenario, key, value));
      const wanted = JSON.stringify(valueAt(configurationSchema.parse(run), key));
      return allowed.find((layer) => JSON.stringify(valueAt(layer, key)) === wanted) ?? allowed[0] ?? {};
    }),
  );
}

function valueAt(layer: Layer, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, step) => (isLayer(inner) ? inner[step] : undefined), layer);
}

function layerOf(scenario: CatalogueEntry, key: string, value: string): Layer {
  const layer = key.split('.').reduceRight<unknown>((inner, step) => ({ [step]: inner }), numberOr(value)) as Layer;
  const checked = configurationSchema.safeParse(layer);
  if (checked.success) return layer;
  throw new LabError('SCENARIO-KEY', checked.error.issues[0] ? explain(checked.error.issues[0]) : key, {
    where: `${scenario.uri}:${scenario.line}`,
    next: 'Every key has a line in README.md, "lab.yaml".',
  });
}

function numberOr(value: string): string | number {
  return /^\d+$/.test(value) ? Number(value) : value;
}

/** A scenario's configuration: defaults, then `lab.yaml`, then the command line, then what the scenario itself names. */
export function configurationOf(scenario: CatalogueEntry, file: Layer, flags: Layer): Configuration {
  const run = mergeLayers(file, flags);
  return configurationSchema.parse(mergeLayers(run, changesOf(scenario, run)));
}
