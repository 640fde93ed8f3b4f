import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchCapture } from './bench/capture.ts';
import { benchFabric } from './bench/fabric.ts';
import { say } from './bench/print.ts';
import { benchScenario, printMemory } from './bench/scenario.ts';
import { benchSip } from './bench/sip.ts';

/* Measures; nothing passes or fails by time. Exit code 1 when something could not run. */

const project = join(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'mcx-bench-'));
process.env.NODE_COMPILE_CACHE ??= join(project, 'node_modules', '.cache', 'lab');

async function part(name: string, work: () => Promise<void>): Promise<void> {
  say(name);
  const started = performance.now();
  try {
    await work();
  } catch (error) {
    process.exitCode = 1;
    say(`  could not run: ${error instanceof Error ? error.message : String(error)}`);
  }
  say(`  [${((performance.now() - started) / 1000).toFixed(1)} s]`);
  say();
}

try {
  await part('1. Fabric: two clusters until the first packet', () => benchFabric(project, scratch));
  await part('2. Where the time of a scenario goes, and 3. the largest resident memory', async () => {
    const results = [];
    for (const tag of ['@R2', '@F2']) results.push(await benchScenario(project, scratch, tag));
    printMemory(results);
  });
  const parsers = process.argv.find((_, i, all) => all[i - 1] === '--parsers');
  await part('4. SIP: lab/wire/sip/decode.ts beside other parsers', () => benchSip(join(scratch, 'R2'), parsers));
  await part('5. Capture file to timeline, beside tshark -T fields', () => benchCapture(project, scratch));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
