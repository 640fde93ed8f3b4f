import type { ServiceSpec } from '../fabric.ts';
import { interfaces, skeleton } from './interfaces.ts';
import type { Place, Plan } from './plan.ts';
import { rules } from './rules.ts';
import { sysctls } from './sysctls.ts';

/**
 * One shell script that builds the whole fabric: the skeleton by one `ip -batch`, then all namespaces at the same time,
 * each by one `ip -batch` and one `nft -f`. A process for each command would take four times as long.
 */
export function buildScript(plan: Plan, servicesOf: (place: Place) => readonly ServiceSpec[]): string {
  return [
    'set -e',
    ...document('ip -batch -', skeleton(plan)),
    'pids=',
    ...plan.places.flatMap((place) => [
      `nsenter --net=/run/netns/${place.netns} sh -es <<'PLACE' & pids="$pids $!"`,
      `trap '[ $? = 0 ] || echo "(in ${place.name})" >&2' EXIT`,
      ...sysctls(place),
      ...document('ip -batch -', interfaces(plan, place)),
      ...ruleDocument(rules(plan, place, servicesOf(place))),
      'PLACE',
    ]),
    'for pid in $pids; do wait $pid; done',
  ].join('\n');
}

export function removeScript(plan: Plan): string {
  return document(
    'ip -batch -',
    plan.places.map(({ netns }) => `netns del ${netns}`),
  ).join('\n');
}

function ruleDocument(text: string | undefined): string[] {
  return text === undefined ? [] : document('nft -f -', [text]);
}

function document(command: string, lines: readonly string[]): string[] {
  return [`${command} <<'END'`, ...lines, 'END'];
}
