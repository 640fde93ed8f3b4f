import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jsonSchemas, schemaNames } from './json-schemas.ts';
import { planSchema } from './manifest.ts';

const committed = async (name: string) =>
  JSON.parse(await readFile(join(import.meta.dirname, 'schemas', `${name}.schema.json`), 'utf8'));

describe('JSON Schemas', () => {
  test.each(schemaNames)('%s.schema.json is current (npm run lab -- schema --write)', async (name) => {
    expect(await committed(name)).toEqual(JSON.parse(JSON.stringify(jsonSchemas[name]())));
  });

  test('plan.json and run.json say their version', async () => {
    for (const name of ['plan', 'run']) expect((await committed(name)).properties.version.const).toBeTypeOf('number');
  });

  test('lab.yaml wants no key, and takes no unknown one', async () => {
    const schema = await committed('lab');
    expect(schema.required ?? []).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });

  test('the golden plan fits the committed schema when it is read back', async () => {
    const plan = JSON.parse(
      await readFile(join(import.meta.dirname, '..', '..', 'verdict', 'golden', 'plan.json'), 'utf8'),
    );
    const fromJson = z.fromJSONSchema(await committed('plan'));
    expect(planSchema.safeParse(plan).success).toBe(true);
    expect(fromJson.safeParse(plan).success).toBe(true);
    expect(fromJson.safeParse({ ...plan, version: 99 }).success).toBe(false);
  });
});
