import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lackingForKind } from '../lab/fabric/kind/local.ts';
import floors from './floor.json' with { type: 'json' };
import { belowFloor, checksOf, type Floor, partsNotRun } from './floor.ts';
import type { Count, Part } from './test/count.ts';
import { kind } from './test/kind.ts';
import { own } from './test/own.ts';

/*
 * npm test: what needs this machine alone. npm run test:kind: what needs an engine, kind and a node image, and is skipped
 * without them. `.ci/run` asks for both: `.ci/test.ts own kind`. Last line: N passed, N failed, N skipped.
 */
interface Tier {
  readonly name: 'own' | 'kind';
  readonly parts: readonly Part[];
  /** Why it cannot be had here; a reason to skip it, not to fail. */
  lacking(): Promise<string | undefined>;
}

const tiers: readonly Tier[] = [
  { name: 'own', parts: own, lacking: async () => undefined },
  { name: 'kind', parts: kind, lacking: () => lackingForKind(process.env.LAB_KIND_NODE_IMAGE || undefined) },
];
const [first = 'own', ...more] = process.argv.slice(2);
const wanted = tiers.filter(({ name }) => [first, ...more].includes(name));

const total = { passed: 0, failed: 0, skipped: 0 };
const say = (line: string) => process.stdout.write(`${line}\n`);
const words = ({ passed, failed, skipped }: Count) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
function add({ passed, failed, skipped }: Count): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

for (const tier of wanted) {
  const floor: Floor = floors[tier.name];
  const lacking = await tier.lacking();
  if (lacking === undefined) await runTier(tier, floor);
  else {
    const skipped = checksOf(floor);
    say(`the tier on ${tier.name}: ${skipped} skipped, because ${lacking}`);
    add({ passed: 0, failed: 0, skipped });
  }
}
say(words(total));
process.exitCode = total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1;

async function runTier({ name, parts }: Tier, floor: Floor): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), `mcx-test-${name}-`));
  try {
    for (const part of parts) {
      const started = performance.now();
      const count = await part.count(scratch);
      add(count);
      below(belowFloor(floor, part.name, count.passed));
      say(`${part.name}: ${words(count)} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const names = parts.map((part) => part.name);
  for (const part of partsNotRun(floor, names)) below(`${part} was not run`);
}

function below(why: string | undefined): void {
  if (why === undefined) return;
  say(`below the floor: ${why}`);
  add({ passed: 0, failed: 1, skipped: 0 });
}
