/** Floor messages of own clients on their way to the controlling function (TS 24.380 6.5.5, 8.2.3.13). */
import { DENY_CAUSE } from '../../wire/floor/causes.ts';
import { field } from '../../wire/floor/fields.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import { acknowledges, floorMessage, floorRefusal, floorRequest } from './messages.ts';
import {
  change,
  changeClient,
  type Draft,
  forgetTaken,
  indicatorUp,
  releaseUp,
  send,
  sendUp,
  trackOf,
} from './non-controlling-draft.ts';
import type { ClientLeg } from './non-controlling-state.ts';
import { STRAGGLER_MS } from './timers.ts';

export function fromClient(draft: Draft, client: ClientLeg, message: FloorMessage): void {
  switch (message.name) {
    case 'Floor Request':
      request(draft, client, message);
      return;
    case 'Floor Release':
      release(draft, client, message);
      return;
    case 'Floor Queue Position Request':
      sendUp(draft, floorMessage(message.name, draft.state.settings.ssrc, [trackOf(draft.state, client)]));
      return;
    // Floor Taken is this function's own, with its own Message Sequence Number, and so is its acknowledgement.
    case 'Floor Ack':
      if (client.unacked !== undefined && acknowledges(message, client.unacked.message)) forgetTaken(draft, client.id);
      return;
    default:
      return;
  }
}

function request(draft: Draft, client: ClientLeg, message: FloorMessage): void {
  const { settings } = draft.state;
  const priority = Math.min(field(message, 'Floor Priority')?.priority ?? 0, client.priority);
  if (settings.localFiltering && !winsAtHome(draft, client, priority)) {
    denyAtHome(draft, client, message);
    return;
  }
  changeClient(draft, client.id, { asking: priority });
  const bits = indicatorUp(draft.state, message);
  sendUp(draft, floorRequest(settings.ssrc, priority, bits, trackOf(draft.state, client)));
}

/** TS 23.379 10.9.1.4: the higher priority among own clients, first come first served within one, goes up alone. */
function winsAtHome(draft: Draft, client: ClientLeg, priority: number): boolean {
  const { clients, holder, settings } = draft.state;
  const rivals = clients.filter(({ id, asking }) => id !== client.id && (asking !== undefined || id === holder));
  if (rivals.some((rival) => (rival.asking ?? rival.priority) >= priority)) return false;
  for (const rival of rivals) {
    if (rival.asking === undefined) continue;
    releaseUp(draft, rival, settings.indicator);
    denyAtHome(draft, rival, undefined);
  }
  return true;
}

function denyAtHome(draft: Draft, client: ClientLeg, request: FloorMessage | undefined): void {
  const { settings } = draft.state;
  const bits = request === undefined ? settings.indicator : indicatorUp(draft.state, request);
  changeClient(draft, client.id, { asking: undefined });
  send(draft, client.id, floorRefusal('Floor Deny', settings.ssrc, DENY_CAUSE.ANOTHER_CLIENT_HAS_PERMISSION, bits));
}

function release(draft: Draft, client: ClientLeg, message: FloorMessage): void {
  const { holder, last } = draft.state;
  changeClient(draft, client.id, { asking: undefined, warned: false });
  releaseUp(draft, client, indicatorUp(draft.state, message));
  if (holder === client.id) {
    change(draft, { holder: undefined, lately: { client: client.id, untilMs: draft.nowMs + STRAGGLER_MS } });
    return;
  }
  // Its sender waits for Floor Idle or Floor Taken, which come from above in answer to the one who had the floor alone.
  if (last !== undefined) send(draft, client.id, { ...last, ackRequired: false });
}
