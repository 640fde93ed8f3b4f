import { bare, cables, interfaces, namespaces } from './interfaces.ts';
import type { Place, Plan } from './plan.ts';
import { rules } from './rules.ts';
import { lifetimes, sysctls } from './sysctls.ts';

/** The skeleton of a fabric, for a shell of the outer namespace: every namespace and every cable between them. */
export function skeletonScript(plan: Plan): string {
  return document('ip -batch -', [...namespaces(plan), ...cables(plan)]);
}

/** For the shell of one place that is new: one `ip -batch` and one `nft -f` for all that is in it. */
export function furnishScript(plan: Plan, place: Place): string {
  return [...sysctls(place), document('ip -batch -', interfaces(plan, place)), ...ruleDocument(plan, place)].join('\n');
}

/**
 * For the shell of a place that another plan furnished on the same skeleton: cables, programs and recorders stay, and nothing
 * else of the plan before does. Test: a fabric so changed cannot be told from one that was built so.
 */
export function refurnishScript(plan: Plan, place: Place): string {
  const translates = rulesOf(plan, place) !== undefined;
  return [
    // Of the switches, which go with interfaces and kinds of places, the only ones that can have been changed since.
    ...lifetimes(place),
    document('ip -batch -', [...bare(plan, place), ...interfaces(plan, place)]),
    ...(translates ? ['nft flush ruleset'] : []),
    ...ruleDocument(plan, place),
    ...(translates ? ['conntrack -F'] : []),
  ].join('\n');
}

export function removeScript(plan: Plan): string {
  return document(
    'ip -batch -',
    plan.places.map(({ netns }) => `netns del ${netns}`),
  );
}

function rulesOf(plan: Plan, place: Place): string | undefined {
  return rules(plan, place, place.kind === 'node' ? place.cluster.services : []);
}

function ruleDocument(plan: Plan, place: Place): string[] {
  const text = rulesOf(plan, place);
  return text === undefined ? [] : [document('nft -f -', [text])];
}

function document(command: string, lines: readonly string[]): string {
  return [`${command} <<'END'`, ...lines, 'END'].join('\n');
}
