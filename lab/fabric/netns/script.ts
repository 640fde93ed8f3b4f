import { bare, cables, interfaces, namespaces } from './interfaces.ts';
import type { Place, Plan } from './plan.ts';
import { rules } from './rules.ts';
import { lifetimes, sysctls } from './sysctls.ts';

/**
 * One shell script that builds the whole fabric: the skeleton by one `ip -batch`, then all namespaces at the same time,
 * each by one `ip -batch` and one `nft -f`. A process for each command would take four times as long.
 */
export function buildScript(plan: Plan): string {
  return [
    'set -e',
    document('ip -batch -', [...namespaces(plan), ...cables(plan)]),
    'pids=',
    ...plan.places.flatMap((place) => [
      `nsenter --net=/run/netns/${place.netns} sh -es <<'PLACE' & pids="$pids $!"`,
      `trap '[ $? = 0 ] || echo "(in ${place.name})" >&2' EXIT`,
      ...sysctls(place),
      document('ip -batch -', interfaces(plan, place)),
      ...ruleDocument(plan, place),
      'PLACE',
    ]),
    'for pid in $pids; do wait $pid; done',
  ].join('\n');
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
    ...ruleDocument(plan, place, ['flush ruleset']),
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

function ruleDocument(plan: Plan, place: Place, first: readonly string[] = []): string[] {
  const text = rulesOf(plan, place);
  return text === undefined ? [] : [document('nft -f -', [...first, text])];
}

function document(command: string, lines: readonly string[]): string {
  return [`${command} <<'END'`, ...lines, 'END'].join('\n');
}
