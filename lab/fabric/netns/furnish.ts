import type { PlaceName } from '../fabric.ts';
import { bare, cables, cablesOf, indexOf, interfaces } from './interfaces.ts';
import type { Place, Plan } from './plan.ts';
import { lay } from './porter/cable.ts';
import { forgetTranslations } from './porter/nfnetlink.ts';
import { ip } from './porter/rtnetlink.ts';
import { nft, run, type Step } from './porter/steps.ts';
import { rules } from './rules.ts';
import { lifetimes, sysctls } from './sysctls.ts';

/** In the outer namespace: all places, and the cables between them. No program runs: other jobs find all of it there. */
export function build(plan: Plan): Step[] {
  const names = plan.places.map(({ netns }) => netns);
  return [{ verb: 'namespaces', names }, lay(cables(plan))];
}

/** In the outer namespace, where the cables of these places are gone: they lie again as `build` would lay them. */
export function recable(plan: Plan, places: ReadonlySet<PlaceName>): Step[] {
  return places.size === 0 ? [] : [lay(cablesOf(plan, places))];
}

/** In the outer namespace: what `build` made. */
export function remove(plan: Plan): Step[] {
  const names = plan.places.map(({ netns }) => `netns del ${netns}`);
  return [run(['ip', '-batch', '-'], names)];
}

/** In a place that has its cables. */
export function furnish(plan: Plan, place: Place): Step[] {
  const text = rulesOf(plan, place);
  const wires = ip(interfaces(plan, place), indexOf(plan, place));
  return [...sysctls(place), wires, ...(text === undefined ? [] : [nft(text)])];
}

/**
 * In a place that another plan furnished on the same skeleton: cables, programs and recorders stay, and nothing else of the plan
 * before does. Test: a fabric so changed cannot be told from one that was built so.
 */
export function refurnish(plan: Plan, place: Place): Step[] {
  const text = rulesOf(plan, place);
  return [
    // Of the switches, which go with interfaces and kinds of places, the only ones that can have been changed since.
    ...lifetimes(place),
    ...bare(plan, place),
    ip(interfaces(plan, place), indexOf(plan, place)),
    ...(text === undefined ? [] : [nft(`flush ruleset\n${text}`), forgetTranslations]),
  ];
}

/** In a place that has been cabled again: interfaces that are new do not have the switches of those before. */
export function furnishAgain(plan: Plan, place: Place): Step[] {
  return [...sysctls(place), ...refurnish(plan, place)];
}

function rulesOf(plan: Plan, place: Place): string | undefined {
  return rules(plan, place, place.kind === 'node' ? place.cluster.services : []);
}
