import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Writes THIRD-PARTY-NOTICES.md from what is installed for running: `node .ci/third-party.ts`. */
const project = join(import.meta.dirname, '..');
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), dev: z.boolean().optional(), license: z.string().optional() }),
  ),
});

const lock = lockSchema.parse(JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')));
const lines = [
  '# Third-party notices',
  '',
  'The lab runs with these packages, installed by npm as locked; each keeps its own licence, whose text is in its folder',
  'under `node_modules`. System programs (tcpdump, nftables, iproute2, conntrack, tshark in tests) are called as programs.',
  '',
  '| package | version | licence | copyright notice |',
  '| --- | --- | --- | --- |',
];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.dev) continue;
  const folder = join(project, path);
  const files = await readdir(folder).catch(() => [] as string[]);
  const licence = files.find((name) => /^licen[cs]e/i.test(name));
  const text = licence === undefined ? '' : await readFile(join(folder, licence), 'utf8');
  const notice = text.split('\n').find((line) => /^\W*copyright\b.*\d{4}|^\W*copyright \(c\)/i.test(line));
  const name = path.replace(/^.*node_modules\//, '');
  lines.push(
    `| ${name} | ${entry.version ?? ''} | ${entry.license ?? ''} | ${(notice ?? '').trim().replaceAll('|', '/')} |`,
  );
}
await writeFile(join(project, 'THIRD-PARTY-NOTICES.md'), `${lines.join('\n')}\n`);
