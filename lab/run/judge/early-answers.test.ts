import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('what a question says while captures are being written, it says of the closed files', {
  timeout: 120_000,
}, async () => {
  const program = join(import.meta.dirname, 'early-answers.test-data.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: 1 << 24 });
  const scenarios = stdout
    .trim()
    .split('\n')
    .map((line): { id: string; answers: number; otherwise: string[] } => JSON.parse(line));
  expect(scenarios.length).toBeGreaterThanOrEqual(11);
  expect(scenarios.reduce((sum, { answers }) => sum + answers, 0)).toBeGreaterThan(100);
  for (const { id, otherwise } of scenarios) expect(otherwise, id).toEqual([]);
});
