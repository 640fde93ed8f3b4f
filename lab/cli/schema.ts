import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { LabError } from '../errors.ts';
import { jsonSchemas, type SchemaName, schemaNames } from '../run/record/json-schemas.ts';

export function addSchema(program: Command, project: string): void {
  program
    .command('schema')
    .description('JSON Schema of plan.json, run.json or lab.yaml')
    .addArgument(new Argument('[name]', 'which').choices(schemaNames))
    .option('--write', 'write all of them to lab/run/record/schemas/')
    .action(async (name: SchemaName | undefined, options: { write?: true }) => {
      if (name !== undefined) return void process.stdout.write(textOf(name));
      if (!options.write)
        throw new LabError('SCHEMA-NAME', 'which schema?', { next: `One of ${schemaNames.join(', ')}, or --write.` });
      const folder = join(project, 'lab', 'run', 'record', 'schemas');
      await mkdir(folder, { recursive: true });
      for (const one of schemaNames) await writeFile(join(folder, `${one}.schema.json`), textOf(one));
      process.stdout.write(`${schemaNames.length} schemas written to lab/run/record/schemas/\n`);
    });
}

const textOf = (name: SchemaName) => `${JSON.stringify(jsonSchemas[name](), undefined, 2)}\n`;
