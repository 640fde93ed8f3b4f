import { defineConfig } from 'vitest/config';

// eslint-style default exports are forbidden in the house; vitest insists on one here.
export default defineConfig({
  test: {
    include: [
      '.ci/**/*.test.ts',
      'lab/**/*.test.ts',
      'emulators/**/*.test.ts',
      'steps/**/*.test.ts',
      'reports/**/*.test.ts',
    ],
    exclude: ['reports/out/**', 'node_modules/**'],
    testTimeout: 15_000,
  },
});
