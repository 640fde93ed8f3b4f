/** A step of the floor control server in the making: procedures of TS 24.380 6.3 change it one after the other. */
import type { FloorMessage } from '../../wire/floor/message.ts';
import type { FloorServerEffect, FloorServerState, Leg, ServerTimer } from './server-state.ts';

export interface Draft {
  state: FloorServerState;
  readonly effects: FloorServerEffect[];
  readonly nowMs: number;
}

export function send(draft: Draft, leg: string, message: FloorMessage): void {
  draft.effects.push({ kind: 'send', leg, message });
}

export function start(draft: Draft, timer: ServerTimer, delayMs: number): void {
  draft.effects.push({ kind: 'start-timer', timer, delayMs });
}

export function stop(draft: Draft, ...timers: ServerTimer[]): void {
  for (const timer of timers) draft.effects.push({ kind: 'stop-timer', timer });
}

export function change(draft: Draft, changes: Partial<FloorServerState>): void {
  draft.state = { ...draft.state, ...changes };
}

export function changeLeg(draft: Draft, id: string, changes: Partial<Leg>): void {
  change(draft, { legs: draft.state.legs.map((leg) => (leg.id === id ? { ...leg, ...changes } : leg)) });
}

export function legOf(state: FloorServerState, id: string): Leg | undefined {
  return state.legs.find((leg) => leg.id === id);
}
