import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readCaptures } from '../lab/capture/files.ts';
import { planSchema, runSchema } from '../lab/run/record/manifest.ts';
import { findSymptoms } from '../lab/verdict/symptoms.ts';

/*
 * `npm run test:blind [-- RUN-FOLDER]`: the captures of a run as a stranger would hand them on (classic pcap, so that names and comments
 * are gone; markers filtered out; every address rewritten by tcprewrite; files shuffled under neutral names), diagnosed. Exit code 1
 * where a scenario shows another symptom than its run found, 2 without the tools. Another SEED=n, other addresses and another order.
 */

const seed = Number(process.env.SEED ?? 1);
const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'reports', 'out', 'latest');
const say = (line: string) => void process.stdout.write(`${line}\n`);

const tools = ['editcap', 'tcpdump', 'tcprewrite'];
const notMarkers = 'not (udp dst port 9 and (dst host 224.0.0.123 or dst host 224.0.0.124))';

async function missing(): Promise<string[]> {
  const found = await Promise.all(tools.map((tool) => execa('sh', ['-c', `command -v ${tool}`], { reject: false })));
  return tools.filter((_, i) => found[i]?.exitCode !== 0);
}

/** The files of one scenario, made blind. */
async function blinded(captures: string, into: string): Promise<string[]> {
  await mkdir(into, { recursive: true });
  const names = await readdir(captures);
  const order = names.map((name, i) => ({ name, at: Math.imul(seed + i, 0x9e3779b1) >>> 0 }));
  const paths = order.sort((a, b) => a.at - b.at).map(({ name }, i) => ({ name, path: join(into, `${i}.pcap`) }));
  await Promise.all(
    paths.map(async ({ name, path }) => {
      await execa('editcap', ['-F', 'pcap', join(captures, name), `${path}.1`]);
      await execa('tcpdump', ['-r', `${path}.1`, '-w', `${path}.2`, notMarkers]);
      await execa('tcprewrite', ['--seed', String(seed), '--infile', `${path}.2`, '--outfile', path]);
    }),
  );
  return paths.map(({ path }) => path);
}

async function main(scratch: string): Promise<number> {
  const lacking = await missing();
  if (lacking.length > 0) {
    say(`not on PATH: ${lacking.join(', ')}\n  next: apt-get install -y tshark tcpdump tcpreplay`);
    return 2;
  }
  const plan = planSchema.parse(JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')));
  const run = runSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
  let wrong = 0;
  for (const { id, tags } of plan.scenarios) {
    const wanted = run.scenarios.find((one) => one.id === id)?.symptom?.name ?? 'none';
    const into = join(scratch, id);
    const { symptom, undecided } = findSymptoms(
      await readCaptures(await blinded(join(folder, 'captures', id), into), { tapNames: 'file' }),
    );
    await rm(into, { recursive: true });
    const found = symptom?.name ?? undecided ?? 'none';
    if (found !== wanted) wrong++;
    say(`${found === wanted ? 'same ' : 'OTHER'}  ${found.padEnd(27)} ${tags.join(' ')}  ${id}`);
  }
  say(
    `${plan.scenarios.length - wrong} of ${plan.scenarios.length} scenarios show blind what they show with names and markers`,
  );
  return wrong === 0 ? 0 : 1;
}

const scratch = await mkdtemp(join(tmpdir(), 'mcx-blind-'));
try {
  process.exitCode = await main(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
