import { defineConfig } from 'vitest/config';

/**
 * Where mutants live (`npm run test:mutants`): tests of their own rooms. Those that start processes, measure time or walk through
 * megabytes say nothing about a mutant, slowly.
 */
const mutated = ['wire', 'machines', 'capture', 'verdict'].map((room) => `lab/${room}/**/*.test.ts`);
const slow = ['lab/verdict/seeded/**', '**/*oracle.test.ts', '**/linear.test.ts', '**/outline*.test.ts'];
const mutants = process.env.MCX_MUTANTS !== undefined;

// eslint-style default exports are forbidden in the house; vitest insists on one here.
export default defineConfig({
  test: {
    include: mutants
      ? mutated
      : [
          '.ci/**/*.test.ts',
          'lab/**/*.test.ts',
          'emulators/**/*.test.ts',
          'steps/**/*.test.ts',
          'reports/**/*.test.ts',
        ],
    exclude: ['reports/out/**', 'node_modules/**', ...(mutants ? slow : [])],
    testTimeout: mutants ? 60_000 : 15_000,
  },
});
