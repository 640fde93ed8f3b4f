import { z } from 'zod';
import { labFileSchema } from '../settings/lab-file.ts';
import { planSchema, runSchema } from './manifest.ts';

/** The files that other programs read or write, as JSON Schema (draft 2020-12); committed under `schemas/`. */
export const jsonSchemas = {
  plan: () => schemaOf('plan.json: what went into a run', planSchema, 'output'),
  run: () => schemaOf('run.json: what came out of a run', runSchema, 'output'),
  lab: () => schemaOf('lab.yaml: what the products do', labFileSchema, 'input'),
} as const;

export type SchemaName = keyof typeof jsonSchemas;
export const schemaNames = Object.keys(jsonSchemas) as SchemaName[];

function schemaOf(title: string, schema: z.ZodType, io: 'input' | 'output'): unknown {
  return { title, ...z.toJSONSchema(schema, { io }) };
}
