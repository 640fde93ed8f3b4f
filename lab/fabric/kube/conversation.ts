import { converseWith } from '../conversation.ts';
import type { Conversation } from '../fabric.ts';
import { type KubePlace, start } from './place.ts';

export function converseIn(place: KubePlace, command: readonly string[]): Promise<Conversation> {
  return converseWith(
    place.name,
    async (hearing) => start(await place.resident(), place.name, { argv: command, stdin: 'pipe', ...hearing }),
    (child) => child.signal('SIGKILL'),
  );
}
