import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCaptures } from '../lab/capture/files.ts';
import { checkTable } from '../lab/capture/nat-table.ts';
import { capturesOf } from '../lab/run/record/captures.ts';
import { planSchema } from '../lab/run/record/manifest.ts';

/*
 * `node .ci/nat-table.ts RUN-FOLDER`: the translations that a run's captures prove, looked up in what the nodes' own tables said
 * at the end of each scenario. Exit code 1 where a table knows nothing of one, or nothing was compared.
 */

const [, , folder = ''] = process.argv;
const plan = planSchema.parse(JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')));
const say = (line: string) => void process.stdout.write(`${line}\n`);

let [translations, unknown, tables] = [0, 0, 0];
for (const { id, topology } of plan.scenarios) {
  const files = await capturesOf(folder, id);
  if (files.length === 0) continue;
  const timeline = await readCaptures(files);
  for (const { name } of topology.agencies) {
    const table = await readFile(join(folder, 'logs', id, `${name}-node.nat-table`), 'utf8').catch(() => undefined);
    if (table === undefined) continue;
    const pods = topology.taps.filter((tap) => tap.kind === 'pod' && tap.name.startsWith(`${name}-`));
    const check = checkTable(timeline, new Set([`${name}-node`, ...pods.map((tap) => tap.name)]), table);
    tables++;
    translations += check.translations;
    unknown += check.unknown.length;
    for (const one of check.unknown) say(`${id}: the table of ${name}-node does not know: ${one}`);
  }
}
say(`${translations} translations in ${tables} tables, ${unknown} that the table of their node does not know`);
process.exitCode = unknown === 0 && translations > 0 ? 0 : 1;
