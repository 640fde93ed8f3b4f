import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { largest } from './fuzz/mutate.ts';
import { readSeeds } from './fuzz/seeds.ts';
import { targets } from './fuzz/targets.ts';
import { headBytes, type Job, type Outcome } from './fuzz/worker.ts';

/*
 * npm run fuzz -- [--seconds 60] [--codec sip] [--seed 1] [--input FILE]
 *
 * Changed inputs for every codec: nothing may throw, hang or grow. A find is written to a file, with the command that
 * repeats it; once mended, it belongs into .ci/fuzz/corpus/CODEC/.
 */
const project = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    codec: { type: 'string' },
    seed: { type: 'string' },
    input: { type: 'string' },
  },
});
const names = Object.keys(targets);
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) wrong('--seconds and --seed are numbers');
if (values.codec !== undefined && !names.includes(values.codec))
  wrong(`no codec ${values.codec}; there are: ${names.join(' ')}`);

/** Without an answer for so long an input hangs. */
const hangMs = 10_000;
/** What a worker takes to begin, about. */
const startMs = 300;
/** More than this kept after a collection of garbage is a leak. */
const growthBytes = 64 * 1024 * 1024;

function wrong(message: string): never {
  process.stderr.write(
    `fuzz: ${message}\n  next: npm run fuzz -- --seconds 60 [--codec NAME] [--seed N] [--input FILE]\n`,
  );
  process.exit(2);
}

type Find = { readonly codec: string; readonly input: Uint8Array; readonly why: string };
type Slice = Omit<Outcome, 'finds'> & { readonly finds: readonly Find[] };

async function slice(codec: string, seeds: readonly Uint8Array[], milliseconds: number): Promise<Slice> {
  const shared = new SharedArrayBuffer(headBytes + 2 * largest);
  const head = new Int32Array(shared, 0, 2);
  const job: Job = { codec, seeds, seed, milliseconds, shared };
  const worker = new Worker(join(import.meta.dirname, 'fuzz', 'worker.ts'), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const current = () => new Uint8Array(shared, headBytes, head[1] ?? 0).slice();
  let watch: NodeJS.Timeout | undefined;
  const broken = (why: string): Slice => {
    return { inputs: head[0] ?? 0, bytes: 0, slowestMs: 0, grownBytes: 0, finds: [{ codec, input: current(), why }] };
  };
  const silence = new Promise<Slice>((resolve) => {
    let [count, since] = [-1, performance.now()];
    watch = setInterval(() => {
      if (head[0] !== count) [count, since] = [head[0] ?? 0, performance.now()];
      else if (performance.now() - since > hangMs + (count === 0 ? 20_000 : 0))
        resolve(broken(`hangs: no answer in ${hangMs} ms`));
    }, 200);
  });
  const answer = new Promise<Slice>((resolve) => {
    worker.once('message', (found: Outcome) =>
      resolve({ ...found, finds: found.finds.map((find) => ({ codec, ...find })) }),
    );
    // A worker that runs out of memory ends with an error, and so does one whose own seeds throw.
    worker.once('error', (error) => resolve(broken(String(error))));
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}

async function keep({ codec, input, why }: Find): Promise<void> {
  const folder = join(project, 'reports', 'out', 'fuzz', codec);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`);
  await writeFile(path, input);
  process.stdout.write(
    `FIND ${codec}: ${why}\n  npm run fuzz -- --codec ${codec} --input ${relative(project, path)}\n`,
  );
}

if (values.input !== undefined) {
  if (values.codec === undefined) wrong('--input wants --codec');
  targets[values.codec]?.(new Uint8Array(await readFile(values.input)));
  process.stdout.write(`${values.codec} reads ${values.input}\n`);
} else {
  const chosen = values.codec === undefined ? names : [values.codec];
  const all = await readSeeds();
  let total = { inputs: 0, finds: 0 };
  process.stdout.write(`seed ${seed}, ${seconds} s for ${chosen.length} codecs\n`);
  const end = performance.now() + seconds * 1000;
  for (const [i, codec] of chosen.entries()) {
    // What starting a worker took is taken from those that follow: the whole is bounded.
    const share = Math.max(250, (end - performance.now()) / (chosen.length - i) - startMs);
    const seeds = all.get(codec) ?? [new Uint8Array()];
    const done = await slice(codec, seeds, share);
    const grown =
      done.grownBytes > growthBytes ? [{ codec, input: new Uint8Array(), why: `keeps ${done.grownBytes} bytes` }] : [];
    const finds = [...done.finds, ...grown];
    for (const find of finds) await keep(find);
    const figures = [
      `${String(done.inputs).padStart(8)} inputs`,
      `${(done.bytes / 1e6).toFixed(1).padStart(7)} MB`,
      `slowest ${done.slowestMs.toFixed(1).padStart(6)} ms`,
      `kept ${(Math.max(0, done.grownBytes) / 1e6).toFixed(1).padStart(4)} MB`,
      `${seeds.length} seeds`,
      `${finds.length} finds`,
    ];
    process.stdout.write(`${codec.padEnd(15)} ${figures.join('  ')}\n`);
    total = { inputs: total.inputs + done.inputs, finds: total.finds + finds.length };
  }
  process.stdout.write(`${total.inputs} inputs, ${total.finds} finds\n`);
  process.exitCode = total.finds === 0 ? 0 : 1;
}
