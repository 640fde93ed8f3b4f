/** A step of the non-controlling function in the making, as `server-draft.ts` is of the server's. */
import { field } from '../../wire/floor/fields.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import { floorRelease, type TrackInfo } from './messages.ts';
import type { ClientLeg, NonControllingEffect, NonControllingState } from './non-controlling-state.ts';

export interface Draft {
  state: NonControllingState;
  readonly effects: NonControllingEffect[];
  readonly nowMs: number;
}

export function change(draft: Draft, changes: Partial<NonControllingState>): void {
  draft.state = { ...draft.state, ...changes };
}

export function changeClient(draft: Draft, id: string, changes: Partial<ClientLeg>): void {
  change(draft, {
    clients: draft.state.clients.map((client) => (client.id === id ? { ...client, ...changes } : client)),
  });
}

export function clientOf(state: NonControllingState, id: string | undefined): ClientLeg | undefined {
  return state.clients.find((client) => client.id === id);
}

export function send(draft: Draft, client: string, message: FloorMessage): void {
  draft.effects.push({ kind: 'send', client, message });
}

export function sendUp(draft: Draft, message: FloorMessage): void {
  draft.effects.push({ kind: 'send-up', message });
}

/** Floor Taken is sent again until it is acknowledged, where it asks for that. */
export function tell(draft: Draft, client: string, message: FloorMessage): void {
  send(draft, client, message);
  if (!message.ackRequired) return;
  changeClient(draft, client, { unacked: { message, sent: 1 } });
  draft.effects.push({ kind: 'start-timer', timer: `Ack:${client}`, delayMs: draft.state.settings.timers.t8Ms });
}

export function forgetTaken(draft: Draft, client: string): void {
  changeClient(draft, client, { unacked: undefined });
  draft.effects.push({ kind: 'stop-timer', timer: `Ack:${client}` });
}

/** 8.2.3.13: the trail to one client; the reference means something to this function alone. */
export function trackOf({ settings }: NonControllingState, client: ClientLeg): TrackInfo {
  const { participantType } = settings;
  return { id: 'Track Info', queueing: client.queueing ? 1 : 0, participantType, references: [client.reference] };
}

/** The indicator of a client's message with what this function adds to it. */
export function indicatorUp({ settings }: NonControllingState, message: FloorMessage): number {
  return (field(message, 'Floor Indicator')?.bits ?? 0) | settings.indicator;
}

/** A client's request or burst is over as far as the controlling function has to know. */
export function releaseUp(draft: Draft, client: ClientLeg, bits: number): void {
  sendUp(draft, floorRelease(draft.state.settings.ssrc, bits, trackOf(draft.state, client)));
}
