import { describe, expect, test } from 'vitest';
import { contractSpec } from '../contract/spec.ts';
import { build, furnish, furnishAgain, recable, refurnish, remove } from './furnish.ts';
import { planFabric } from './plan.ts';
import type { Step } from './porter/steps.ts';

const plan = planFabric(contractSpec('preserve'), 'f3.');
const programs = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.verb === 'run' ? [step.command.join(' ')] : []));
const cablesOf = (steps: readonly Step[]) => steps.flatMap((step) => (step.verb === 'lay' ? step.cables : []));
const inputs = (steps: readonly Step[]) => steps.flatMap((step) => (step.verb === 'run' ? [step.input] : [])).join('');

describe('the steps of a fabric', () => {
  test('start a program where there are rules, and none else', () => {
    expect(programs(build(plan))).toEqual([]);
    const furnished = plan.places.map((place) => programs(furnish(plan, place)));
    // Four nodes, a router and the bridge.
    expect(furnished.filter((all) => all.length > 0)).toEqual(Array(6).fill(['nft -f -']));
    for (const place of plan.places) {
      const rules = place.kind === 'pod' || place.kind === 'ue' ? [] : ['nft -f -'];
      expect(programs(refurnish(plan, place))).toEqual(rules);
    }
  });

  test('set every switch, then furnish; anew only what may have changed, rules before translations', () => {
    const node = plan.places.find(({ kind }) => kind === 'node');
    if (node === undefined) throw new Error('no node');
    const order = (steps: readonly Step[]) => steps.map(({ verb }) => verb).join(' ');
    expect(order(furnish(plan, node))).toMatch(/^(write )+netlink run$/);
    expect(order(refurnish(plan, node))).toBe('write write sweep sweep sweep netlink netlink run netlink');
    expect(inputs(refurnish(plan, node))).toMatch(/^flush ruleset\n/);
    expect(inputs(furnish(plan, node))).not.toContain('flush ruleset');
  });

  test('lay the cables of some places as they lay, and set every switch there', () => {
    const again = cablesOf(recable(plan, new Set(['b-four', 'a-one'])));
    expect(again).toEqual(cablesOf(build(plan)).filter(({ near }) => near === 'f3.a-one' || near === 'f3.b-four'));
    expect(again).toHaveLength(2);
    expect(recable(plan, new Set())).toEqual([]);
    const pod = plan.places.find(({ name }) => name === 'b-four');
    if (pod === undefined) throw new Error('no pod');
    const switches = (steps: readonly Step[]) => steps.filter(({ verb }) => verb === 'write');
    expect(switches(furnishAgain(plan, pod))).toEqual(switches(furnish(plan, pod)));
    expect(switches(refurnish(plan, pod))).toEqual([]);
  });

  test('remove what they made', () => {
    const removed = inputs(remove(plan))
      .match(/^netns del \S+/gm)
      ?.map((line) => line.split(' ').at(-1));
    expect(build(plan)[0]).toEqual({ verb: 'namespaces', names: removed });
    expect(removed).toHaveLength(plan.places.length);
  });
});
