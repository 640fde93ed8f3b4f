import { describe, expect, test } from 'vitest';
import { contractSpec } from '../contract/spec.ts';
import { planFabric } from './plan.ts';
import { run, runScript } from './run.ts';
import { buildScript, refurnishScript, removeScript } from './script.ts';

const plan = planFabric(contractSpec('preserve'), 'f3.');
const script = buildScript(plan);

describe('the scripts of a fabric', () => {
  test('are scripts for sh', async () => {
    for (const text of [script, removeScript(plan), ...plan.places.map((place) => refurnishScript(plan, place))])
      expect(await run(['sh', '-n'], text)).toMatchObject({ code: 0, stderr: '' });
  });

  test('enter each place once, and one process does all of a kind', () => {
    const count = (what: RegExp, text: string) => text.match(what)?.length ?? 0;
    for (const { netns } of plan.places) expect(script.split(`nsenter --net=/run/netns/${netns} sh`)).toHaveLength(2);
    expect(count(/^ip -batch -/gm, script)).toBe(plan.places.length + 1);
    // Four nodes, a router and the bridge.
    expect(count(/^nft -f -/gm, script)).toBe(6);
    for (const place of plan.places) {
      const anew = refurnishScript(plan, place);
      expect(count(/^ip -batch -/gm, anew)).toBe(1);
      expect(count(/^nft -f -/gm, anew)).toBe(place.kind === 'pod' || place.kind === 'ue' ? 0 : 1);
    }
  });

  test('wait for all places and fail with any of them', async () => {
    const waiting = script.slice(script.lastIndexOf('for pid'));
    const failing = ['set -e', 'pids=', 'true & pids="$pids $!"', 'false & pids="$pids $!"', waiting].join('\n');
    expect((await run(['sh'], failing)).code).toBe(1);
    expect((await run(['sh'], failing.replace('false', 'true'))).code).toBe(0);
  });

  test('remove what they made', () => {
    const made = script.match(/^netns add \S+/gm)?.map((line) => line.split(' ').at(-1));
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
