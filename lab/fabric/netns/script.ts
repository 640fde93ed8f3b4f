import { cables, interfaces, leftRoutes, namespaces, removal } from './interfaces.ts';
import type { Place, Plan } from './plan.ts';
import { rules } from './rules.ts';
import { sysctls } from './sysctls.ts';

/**
 * One shell script that builds the whole fabric: the skeleton by one `ip -batch`, then all namespaces at the same time,
 * each by one `ip -batch` and one `nft -f`. A process for each command would take four times as long.
 */
export function buildScript(plan: Plan): string {
  return ['set -e', ...document('ip -batch -', [...namespaces(plan), ...cables(plan)]), ...furnish(plan)].join('\n');
}

/** In the namespaces of `before`, whose processes live on: everything between them, and every rule, made anew. */
export function rebuildScript(before: Plan, plan: Plan): string {
  return [
    'set -e',
    ...everywhere(before, (place) => [
      ...document('ip -batch -', removal(before, place)),
      ...(rulesOf(before, place) === undefined ? [] : ['nft flush ruleset', 'conntrack -F 2>&1']),
    ]),
    ...document('ip -batch -', cables(plan)),
    ...furnish(plan, [leftRoutes]),
  ].join('\n');
}

function furnish(plan: Plan, first: readonly string[] = []): string[] {
  return everywhere(plan, (place) => [
    ...sysctls(place),
    ...document('ip -batch -', [...first, ...interfaces(plan, place)]),
    ...ruleDocument(rulesOf(plan, place)),
  ]);
}

/** In all places at the same time, and wait for each. */
function everywhere(plan: Plan, commands: (place: Place) => readonly string[]): string[] {
  return [
    'pids=',
    ...plan.places.flatMap((place) => [
      `nsenter --net=/run/netns/${place.netns} sh -es <<'PLACE' & pids="$pids $!"`,
      `trap '[ $? = 0 ] || echo "(in ${place.name})" >&2' EXIT`,
      ...commands(place),
      'PLACE',
    ]),
    'for pid in $pids; do wait $pid; done',
  ];
}

export function removeScript(plan: Plan): string {
  return document(
    'ip -batch -',
    plan.places.map(({ netns }) => `netns del ${netns}`),
  ).join('\n');
}

function rulesOf(plan: Plan, place: Place): string | undefined {
  return rules(plan, place, place.kind === 'node' ? place.cluster.services : []);
}

function ruleDocument(text: string | undefined): string[] {
  return text === undefined ? [] : document('nft -f -', [text]);
}

function document(command: string, lines: readonly string[]): string[] {
  return [`${command} <<'END'`, ...lines, 'END'];
}
