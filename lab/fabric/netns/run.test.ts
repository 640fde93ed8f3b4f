import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

describe('commands', () => {
  test('their end is told, never thrown', async () => {
    expect(await run(['sh', '-c', 'cat; echo no >&2; exit 3'], 'in')).toEqual({
      code: 3,
      stdout: 'in',
      stderr: 'no\n',
    });
    expect(await run(['no-such-command'])).toMatchObject({ code: -1, stderr: expect.stringContaining('ENOENT') });
    expect(await run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ code: -1 });
  });

  test('input that nobody reads is no fault', async () => {
    expect((await run(['true'], 'x'.repeat(1_000_000))).code).toBe(0);
  });
});
