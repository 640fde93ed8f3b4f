import { converseWith } from '../conversation.ts';
import type { Conversation } from '../fabric.ts';
import { launchIn, signalGroup } from './placed.ts';
import type { Place } from './plan.ts';
import type { Porter } from './porter/porter.ts';

export function converseIn(porter: Porter, place: Place, command: readonly string[]): Promise<Conversation> {
  return converseWith(
    place.name,
    (hearing) => launchIn(porter, place, { argv: command, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', ...hearing }),
    (child) => signalGroup(child, 'SIGKILL'),
  );
}
