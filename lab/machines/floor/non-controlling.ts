/**
 * Floor control of a non-controlling function (TS 24.380 6.5): towards its clients it looks like a floor control
 * server, towards the controlling function like a floor participant, and it arbitrates nothing (but see
 * `localFiltering`).
 */
import { REVOKE_CAUSE } from '../../wire/floor/causes.ts';
import type { Machine } from '../step.ts';
import { floorRefusal } from './messages.ts';
import { fromController } from './non-controlling-down.ts';
import {
  change,
  changeClient,
  clientOf,
  type Draft,
  forgetTaken,
  releaseUp,
  send,
  tell,
} from './non-controlling-draft.ts';
import type {
  ClientLeg,
  NonControllingEffect,
  NonControllingEvent,
  NonControllingSettings,
  NonControllingState,
  OwnClient,
} from './non-controlling-state.ts';
import { fromClient } from './non-controlling-up.ts';
import { C_TAKEN } from './timers.ts';

export function startNonControlling(settings: NonControllingSettings): NonControllingState {
  return {
    settings,
    released: false,
    clients: [],
    holder: undefined,
    last: undefined,
    sequence: 0,
    heard: undefined,
    lately: undefined,
  };
}

export const nonControlling: Machine<NonControllingState, NonControllingEvent, NonControllingEffect> = (
  state,
  event,
  nowMs,
) => {
  const draft: Draft = { state, effects: [], nowMs };
  if (!state.released) apply(draft, event);
  return draft;
};

function apply(draft: Draft, event: NonControllingEvent): void {
  switch (event.kind) {
    case 'join':
      join(draft, event.client);
      return;
    case 'from-controlling':
      fromController(draft, event.message);
      return;
    case 'rtp-from-controlling':
      mediaDown(draft);
      return;
    case 'timer':
      takenAgain(draft, event.timer.slice(4));
      return;
    // 6.5.3: the call is released
    case 'release':
      for (const { id } of draft.state.clients) forgetTaken(draft, id);
      change(draft, { released: true, holder: undefined });
      return;
  }
  const client = clientOf(draft.state, event.client);
  if (client === undefined) return;
  if (event.kind === 'from-client') fromClient(draft, client, event.message);
  else if (event.kind === 'rtp-from-client') mediaUp(draft, client);
  else leave(draft, client);
}

// 6.5.2.2: a client that participates in the session; what the others were told last it is told now
function join(draft: Draft, client: OwnClient): void {
  if (clientOf(draft.state, client.id) !== undefined) return;
  const { clients, last } = draft.state;
  change(draft, { clients: [...clients, { ...client, unacked: undefined, asking: undefined, warned: false }] });
  if (last !== undefined) tell(draft, client.id, last);
}

function leave(draft: Draft, client: ClientLeg): void {
  const { clients, holder, settings } = draft.state;
  forgetTaken(draft, client.id);
  if (holder === client.id || client.asking !== undefined) releaseUp(draft, client, settings.indicator);
  if (holder === client.id) change(draft, { holder: undefined });
  change(draft, { clients: clients.filter(({ id }) => id !== client.id) });
}

// 6.5.5: media of the client that has the floor goes up, and to the other own clients
function mediaUp(draft: Draft, client: ClientLeg): void {
  const { clients, holder, lately, settings } = draft.state;
  if (holder === client.id) {
    const to = clients.filter(({ id }) => id !== client.id).map(({ id }) => id);
    draft.effects.push({ kind: 'forward', up: true, to });
    return;
  }
  if (client.warned || (lately?.client === client.id && draft.nowMs < lately.untilMs)) return;
  // 8.2.10.2: once for each time that it sends without permission
  changeClient(draft, client.id, { warned: true });
  const bits = settings.indicator;
  send(draft, client.id, floorRefusal('Floor Revoke', settings.ssrc, REVOKE_CAUSE.NO_PERMISSION_TO_SEND, bits));
}

function mediaDown(draft: Draft): void {
  const { clients, holder } = draft.state;
  const to = clients.filter(({ id }) => id !== holder).map(({ id }) => id);
  draft.effects.push({ kind: 'forward', up: false, to });
}

function takenAgain(draft: Draft, id: string): void {
  const unacked = clientOf(draft.state, id)?.unacked;
  if (unacked === undefined) return;
  if (unacked.sent >= C_TAKEN) {
    changeClient(draft, id, { unacked: undefined });
    return;
  }
  changeClient(draft, id, { unacked: { ...unacked, sent: unacked.sent + 1 } });
  send(draft, id, unacked.message);
  draft.effects.push({ kind: 'start-timer', timer: `Ack:${id}`, delayMs: draft.state.settings.timers.t8Ms });
}
