import { defineConfig } from 'vitest/config';

/**
 * The room whose mutants are tried (`npm run test:mutants`): its own tests must notice them. Those that start processes, measure
 * time or walk through megabytes say nothing about a mutant, slowly.
 */
const mutated = process.env.MCX_MUTANTS;
const slow = ['**/seeded.test.ts', '**/*oracle.test.ts', '**/linear.test.ts', 'lab/verdict/outline.test.ts'];

// eslint-style default exports are forbidden in the house; vitest insists on one here.
export default defineConfig({
  test: {
    include: mutated
      ? [`${mutated}/**/*.test.ts`]
      : [
          '.ci/**/*.test.ts',
          'lab/**/*.test.ts',
          'emulators/**/*.test.ts',
          'steps/**/*.test.ts',
          'reports/**/*.test.ts',
        ],
    exclude: ['reports/out/**', 'node_modules/**', ...(mutated ? slow : [])],
    setupFiles: mutated ? ['.ci/mutants/quick.ts'] : [],
    // Modules are loaded once for all files of a worker, not anew for each: no test may leave anything behind in one.
    isolate: false,
    // On two cores vitest would leave one idle.
    maxWorkers: '100%',
    testTimeout: mutated ? 60_000 : 15_000,
  },
});
