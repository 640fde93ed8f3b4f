/** For tests: drives a floor control server and keeps what it did, in words. */
import { field } from '../../wire/floor/fields.ts';
import type { FloorField, FloorMessage, FloorMessageName } from '../../wire/floor/message.ts';
import { floorServer, startFloorServer } from './server.ts';
import type {
  FloorParticipant,
  FloorServerEffect,
  FloorServerEvent,
  FloorServerSettings,
  FloorServerState,
  ServerTimer,
} from './server-state.ts';

export const settings: FloorServerSettings = {
  ssrc: 0x9999,
  timers: { t1Ms: 4000, t2Ms: 30_000, t3Ms: 3000, t4Ms: 20_000, t7Ms: 1000, t8Ms: 900, t20Ms: 1100 },
  indicator: 0x8500,
  queueLimit: 2,
  preemptivePriority: 200,
  takenAck: true,
};

export function leg(id: string, more: Partial<FloorParticipant> = {}): FloorParticipant {
  return {
    id,
    kind: 'participant',
    uri: `sip:${id}@a.mcx.test`,
    mediaSsrc: 0x1000 + id.charCodeAt(id.length - 1),
    queueing: true,
    priority: 255,
    receiveOnly: false,
    ...more,
  };
}

export function message(name: FloorMessageName, fields: readonly FloorField[] = []): FloorMessage {
  return { name, ackRequired: false, ssrc: 0x1111, fields };
}

export function request(priority = 5, more: readonly FloorField[] = []): FloorMessage {
  return message('Floor Request', [{ id: 'Floor Priority', priority }, ...more]);
}

export function ackOf(type: number): FloorMessage {
  return message('Floor Ack', [
    { id: 'Source', source: 0 },
    { id: 'Message Type', type },
  ]);
}

export class Script {
  state: FloorServerState;
  effects: readonly FloorServerEffect[] = [];
  nowMs = 0;
  /** Running timers and when they started. */
  readonly timers = new Map<ServerTimer, number>();

  constructor(more: Partial<FloorServerSettings> = {}) {
    this.state = startFloorServer({ ...settings, ...more });
  }

  /** One event; the answer is what was done, `send leg message(…)` and so on without the timers. */
  do(event: FloorServerEvent): string[] {
    const { state, effects } = floorServer(this.state, event, this.nowMs);
    this.state = state;
    this.effects = effects;
    for (const effect of effects) {
      if (effect.kind === 'start-timer') this.timers.set(effect.timer, this.nowMs);
      if (effect.kind === 'stop-timer') this.timers.delete(effect.timer);
    }
    return effects.flatMap(word);
  }

  join(...legs: readonly (string | FloorParticipant)[]): string[] {
    return legs.flatMap((one) => this.do({ kind: 'join', participant: typeof one === 'string' ? leg(one) : one }));
  }

  says(id: string, said: FloorMessage): string[] {
    return this.do({ kind: 'message', leg: id, message: said });
  }

  rtp(id: string): string[] {
    return this.do({ kind: 'rtp', leg: id });
  }

  /** The timer fires; it must be running. */
  fires(timer: ServerTimer): string[] {
    if (!this.timers.delete(timer)) throw new Error(`${timer} does not run`);
    return this.do({ kind: 'timer', timer });
  }

  running(): string[] {
    return [...this.timers.keys()].sort();
  }

  sent(to: string): FloorMessage[] {
    return this.effects.flatMap((effect) => (effect.kind === 'send' && effect.leg === to ? [effect.message] : []));
  }

  leg(id: string) {
    return this.state.legs.find((one) => one.id === id);
  }
}

function word(effect: FloorServerEffect): string[] {
  if (effect.kind === 'send') return [`${effect.leg}: ${inShort(effect.message)}`];
  if (effect.kind === 'forward') return [`${effect.from} > ${effect.to.join(' ')}`];
  return effect.kind === 'inform' ? [`tell ${effect.news}`] : [];
}

/** `Taken 7 ack`, `Deny 3`, `Queue Position Info 1`: the name and the number that matters. */
export function inShort(said: FloorMessage): string {
  const number =
    field(said, 'Message Sequence Number')?.sequence ??
    field(said, 'Reject Cause')?.cause ??
    field(said, 'Queue Info')?.position;
  const name = said.name.replace('Floor ', '');
  return [name, number, said.ackRequired ? 'ack' : undefined].filter((part) => part !== undefined).join(' ');
}
