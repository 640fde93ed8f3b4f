import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { largest, mutate, Random } from './mutate.ts';
import { targets } from './targets.ts';

/** One codec, a slice of time. What runs just now stands in shared memory, so that a hang can be told by who waits for it. */
export interface Job {
  readonly codec: string;
  readonly seeds: readonly Uint8Array[];
  readonly seed: number;
  readonly milliseconds: number;
  /** Counter of inputs (4 bytes), length of the input (4 bytes), the input. */
  readonly shared: SharedArrayBuffer;
}

export interface Outcome {
  readonly inputs: number;
  readonly bytes: number;
  readonly slowestMs: number;
  readonly grownBytes: number;
  readonly finds: readonly { readonly input: Uint8Array; readonly why: string }[];
}

/** An input of at most 64 kB that takes longer, three times in a row, is not read in linear time. */
export const slowMs = 250;
export const headBytes = 8;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const used = () => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

function run({ codec, seeds, seed, milliseconds, shared }: Job): Outcome {
  const target = targets[codec];
  if (target === undefined) throw new Error(`no codec ${codec}`);
  const [head, input] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, headBytes)];
  const random = new Random(seed);
  const pick = () => seeds[random.below(seeds.length)] ?? new Uint8Array();
  const finds = new Map<string, Uint8Array>();
  let [inputs, bytes, slowestMs] = [0, 0, 0];
  for (const one of seeds) {
    const why = attempt(target, one);
    if (why !== undefined) finds.set(why.slice(0, 80), one);
  }
  const before = used();
  for (const end = performance.now() + milliseconds; performance.now() < end; inputs++) {
    const made = random.below(50) === 0 ? noise(random) : mutate(pick(), pick(), random);
    bytes += made.length;
    input.set(made);
    Atomics.store(head, 1, made.length);
    Atomics.add(head, 0, 1);
    const from = performance.now();
    const why = attempt(target, made);
    const took = performance.now() - from;
    slowestMs = Math.max(slowestMs, took);
    if (why !== undefined) finds.set(why.slice(0, 80), made.slice());
    else if (took > slowMs && isSlow(target, made)) finds.set(`takes longer than ${slowMs} ms`, made.slice());
    if (finds.size >= 5) break;
  }
  return {
    inputs,
    bytes,
    slowestMs,
    grownBytes: used() - before,
    finds: [...finds].map(([why, found]) => ({ input: found, why })),
  };
}

function attempt(target: (bytes: Uint8Array) => void, input: Uint8Array): string | undefined {
  try {
    target(input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** Other people's work on this machine takes time too: only the best of three tells. */
function isSlow(target: (bytes: Uint8Array) => void, input: Uint8Array): boolean {
  const times = [0, 1, 2].map(() => {
    const from = performance.now();
    attempt(target, input);
    return performance.now() - from;
  });
  return Math.min(...times) > slowMs;
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.below(Math.min(2000, largest)) }, () => random.below(256));
}

parentPort?.postMessage(run(workerData as Job));
