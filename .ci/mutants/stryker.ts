import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import type { Batch } from './blocks.ts';

const place = z.object({ line: z.number(), column: z.number() });
const reportSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          status: z.string(),
          location: z.object({ start: place, end: place }),
        }),
      ),
    }),
  ),
});
export type Report = z.infer<typeof reportSchema>;

export interface Bench {
  readonly project: string;
  readonly scratch: string;
  readonly workers: number;
}

/** One run of Stryker over these blocks of one room with the tests of that room; why there is none when it fails. */
export async function runBatch(bench: Bench, batch: Batch, seconds: number): Promise<Report | string> {
  const { project, scratch, workers } = bench;
  const json = join(scratch, 'mutation.json');
  const config = join(scratch, 'stryker.config.json');
  await rm(json, { force: true });
  await writeFile(
    config,
    JSON.stringify({
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: 'vitest.config.ts', related: true },
      mutate: batch.map(({ file, first, last }) => `${file}:${first}-${last}`),
      coverageAnalysis: 'perTest',
      // Its rewriting of tsconfig.json calls a function that TypeScript 7 does not have; the sandbox needs none.
      tsconfigFile: 'tsconfig.none.json',
      ignorePatterns: ['reports/out', 'coverage', 'features', 'emulators'],
      tempDirName: join(scratch, 'sandbox'),
      concurrency: workers,
      timeoutMS: 5000,
      ignoreStatic: true,
      reporters: ['json'],
      jsonReporter: { fileName: json },
      allowConsoleColors: false,
    }),
  );
  const timeout = Number.isFinite(seconds) ? { timeout: Math.ceil(seconds * 1000) } : {};
  const options = {
    cwd: project,
    reject: false,
    all: true,
    env: { MCX_MUTANTS: batch[0]?.room ?? '' },
    ...timeout,
  } as const;
  const command = ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', config];
  const { exitCode, all, timedOut } = await execa(options)(process.execPath, command);
  if (timedOut) return 'they did not end in time';
  const text = await readFile(json, 'utf8').catch(() => undefined);
  if (text === undefined) return `Stryker ended with ${exitCode} and no report:\n${all}`;
  return reportSchema.parse(JSON.parse(text));
}
