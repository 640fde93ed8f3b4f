import { describe, expect, test } from 'vitest';
import { contractSpec } from '../contract/spec.ts';
import { planFabric } from './plan.ts';
import { run, runScript } from './run.ts';
import { furnishScript, refurnishScript, removeScript, skeletonScript } from './script.ts';

const plan = planFabric(contractSpec('preserve'), 'f3.');
const skeleton = skeletonScript(plan);

describe('the scripts of a fabric', () => {
  test('are scripts for sh', async () => {
    const furnishing = plan.places.flatMap((place) => [furnishScript(plan, place), refurnishScript(plan, place)]);
    for (const script of [skeleton, removeScript(plan), ...furnishing])
      expect(await run(['sh', '-n'], script)).toMatchObject({ code: 0, stderr: '' });
  });

  test('start one process for all of a kind', () => {
    const count = (what: RegExp, script: string) => script.match(what)?.length ?? 0;
    expect(count(/^ip -batch -/gm, skeleton)).toBe(1);
    for (const place of plan.places) {
      const script = refurnishScript(plan, place);
      expect(count(/^ip -batch -/gm, script)).toBe(1);
      expect(count(/^nft -f -/gm, script)).toBe(place.kind === 'pod' || place.kind === 'ue' ? 0 : 1);
    }
  });

  test('remove what they made', () => {
    const made = skeleton.match(/^netns add \S+/gm)?.map((line) => line.split(' ').at(-1));
    const removed = removeScript(plan)
      .match(/^netns del \S+/gm)
      ?.map((line) => line.split(' ').at(-1));
    expect(removed).toEqual(made);
    expect(made).toHaveLength(plan.places.length);
  });
});

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

  test('a script that must succeed says what failed, and where to look', async () => {
    expect(await runScript('counting', 'echo 12')).toBe('12\n');
    await expect(runScript('counting', 'echo "no numbers" >&2; exit 1')).rejects.toMatchObject({
      code: 'fabric-command-failed',
      message: 'counting failed: no numbers',
      command: 'npm run lab -- doctor',
      exitCode: 3,
    });
  });
});
