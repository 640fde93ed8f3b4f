/**
 * For tests: a whole call between two agencies without sockets. Participants a1 and a2 stand at a floor control server,
 * b1 and b2 at a non-controlling function, which is a leg of that server; messages take time, and some are lost.
 */
import type { FloorMessage } from '../../wire/floor/message.ts';
import type { StartTimer, Step, StopTimer, TimerFired } from '../step.ts';
import { nonControlling, startNonControlling } from './non-controlling.ts';
import { participant, startParticipant } from './participant.ts';
import { floorServer, startFloorServer } from './server.ts';

type Kinded = { readonly kind: string };

/** A machine in simulated time: its timers are entries of the agenda, the rest of its effects goes to `perform`. */
class Actor<S, E extends Kinded, F extends Kinded> {
  state: S;
  readonly #agenda: Agenda;
  readonly #machine: (state: S, event: E, nowMs: number) => Step<S, F>;
  readonly #perform: (effect: F) => void;
  readonly #timers = new Map<string, object>();

  constructor(
    agenda: Agenda,
    state: S,
    machine: (state: S, event: E, nowMs: number) => Step<S, F>,
    perform: (effect: F) => void,
  ) {
    this.#agenda = agenda;
    this.state = state;
    this.#machine = machine;
    this.#perform = perform;
  }

  do(event: E): void {
    const { state, effects } = this.#machine(this.state, event, this.#agenda.nowMs);
    this.state = state;
    for (const effect of effects) this.#apply(effect);
  }

  get running(): readonly string[] {
    return [...this.#timers.keys()];
  }

  #apply(effect: F): void {
    if (effect.kind === 'stop-timer') this.#timers.delete((effect as unknown as StopTimer<string>).timer);
    else if (effect.kind === 'start-timer') this.#start(effect as unknown as StartTimer<string>);
    else this.#perform(effect);
  }

  #start({ timer, delayMs }: StartTimer<string>): void {
    const mark = {};
    this.#timers.set(timer, mark);
    this.#agenda.after(delayMs, () => {
      if (this.#timers.get(timer) !== mark) return;
      this.#timers.delete(timer);
      this.do({ kind: 'timer', timer } satisfies TimerFired<string> as unknown as E);
    });
  }
}

/** What is to happen when, in order of time. */
export class Agenda {
  nowMs = 0;
  readonly #entries: { readonly atMs: number; readonly act: () => void }[] = [];

  after(ms: number, act: () => void): void {
    const atMs = this.nowMs + ms;
    const later = this.#entries.findIndex((entry) => entry.atMs > atMs);
    this.#entries.splice(later < 0 ? this.#entries.length : later, 0, { atMs, act });
  }

  runUntil(endMs: number): void {
    for (let next = this.#entries[0]; next !== undefined && next.atMs <= endMs; next = this.#entries[0]) {
      this.#entries.shift();
      this.nowMs = next.atMs;
      next.act();
    }
    this.nowMs = endMs;
  }
}

export interface Network {
  /** Milliseconds on the way, or undefined: lost. */
  next(): number | undefined;
}

export const names = ['a1', 'a2', 'b1', 'b2'] as const;
export type Name = (typeof names)[number];

const timers = { t100Ms: 200, t101Ms: 200, t103Ms: 400, t104Ms: 200, t132Ms: 300 };
const serverTimers = { t1Ms: 400, t2Ms: 3000, t3Ms: 300, t4Ms: 60_000, t7Ms: 200, t8Ms: 150, t20Ms: 150 };

export class Conversation {
  readonly agenda = new Agenda();
  readonly users: Readonly<Record<Name, ReturnType<Conversation['user']>>>;
  /** Packets heard, by listener and talker. */
  readonly heard = new Map<string, number>();
  readonly talking = new Set<Name>();
  readonly #network: Network;

  readonly server = new Actor(
    this.agenda,
    startFloorServer({
      ssrc: 1,
      timers: serverTimers,
      indicator: 0x8500,
      queueLimit: 8,
      preemptivePriority: 200,
      takenAck: true,
    }),
    floorServer,
    (effect) => {
      if (effect.kind === 'send') this.toLeg(effect.leg, effect.message);
      if (effect.kind === 'forward') for (const to of effect.to) this.mediaToLeg(to, effect.from);
    },
  );

  readonly partner = new Actor(
    this.agenda,
    startNonControlling({
      ssrc: 2,
      timers: serverTimers,
      indicator: 0x0100,
      participantType: 'dispatcher',
      localFiltering: false,
      takenAck: true,
    }),
    nonControlling,
    (effect) => {
      if (effect.kind === 'send') this.toUser(effect.client as Name, effect.message);
      if (effect.kind === 'send-up')
        this.#carry(() => this.server.do({ kind: 'message', leg: 'n', message: effect.message }));
      if (effect.kind === 'forward') {
        if (effect.up) this.#carry(() => this.server.do({ kind: 'rtp', leg: 'n' }));
        for (const to of effect.to) this.mediaToUser(to as Name, 'partner');
      }
    },
  );

  constructor(network: Network, priorities: Readonly<Record<Name, number>>) {
    this.#network = network;
    this.users = {
      a1: this.user('a1', priorities.a1),
      a2: this.user('a2', priorities.a2),
      b1: this.user('b1', priorities.b1),
      b2: this.user('b2', priorities.b2),
    };
    const leg = { mediaSsrc: 77, queueing: true, priority: 255, receiveOnly: false };
    for (const id of ['a1', 'a2'])
      this.server.do({ kind: 'join', participant: { ...leg, id, kind: 'participant', uri: id } });
    this.server.do({ kind: 'join', participant: { ...leg, id: 'n', kind: 'non-controlling', uri: undefined } });
    for (const [i, id] of ['b1', 'b2'].entries())
      this.partner.do({ kind: 'join', client: { id, reference: 100 + i, uri: id, queueing: true, priority: 255 } });
    this.server.do({ kind: 'initialise', implicitRequest: undefined });
  }

  user(name: Name, priority: number) {
    const actor = new Actor(
      this.agenda,
      startParticipant({ ssrc: 3, priority, indicator: 0x8400, timers }),
      participant,
      (effect) => {
        if (effect.kind === 'send') this.fromUser(name, effect.message);
        if (effect.kind === 'inform' && effect.news === 'granted-from-queue')
          this.agenda.after(0, () => actor.do({ kind: 'press' }));
        if (effect.kind !== 'media') return;
        if (effect.on) this.agenda.after(0, () => this.talk(name));
        else this.talking.delete(name);
        if (effect.on) this.talking.add(name);
      },
    );
    const terms = { accepted: false, granted: false, ssrc: undefined, priority, indicator: 0x8400 };
    actor.do({ kind: 'call-established', ...terms });
    return actor;
  }

  /** A packet each 20 ms for as long as media may be sent. */
  talk(name: Name): void {
    if (!this.talking.has(name)) return;
    if (name === 'a1' || name === 'a2') this.#carry(() => this.server.do({ kind: 'rtp', leg: name }));
    else this.#carry(() => this.partner.do({ kind: 'rtp-from-client', client: name }));
    this.agenda.after(20, () => this.talk(name));
  }

  fromUser(name: Name, message: FloorMessage): void {
    if (name === 'a1' || name === 'a2') this.#carry(() => this.server.do({ kind: 'message', leg: name, message }));
    else this.#carry(() => this.partner.do({ kind: 'from-client', client: name, message }));
  }

  toLeg(leg: string, message: FloorMessage): void {
    if (leg === 'n') this.#carry(() => this.partner.do({ kind: 'from-controlling', message }));
    else this.toUser(leg as Name, message);
  }

  toUser(name: Name, message: FloorMessage): void {
    this.#carry(() => this.users[name].do({ kind: 'message', message }));
  }

  mediaToLeg(leg: string, from: string): void {
    if (leg === 'n') this.#carry(() => this.partner.do({ kind: 'rtp-from-controlling' }));
    else this.mediaToUser(leg as Name, from);
  }

  mediaToUser(name: Name, from: string): void {
    this.#carry(() => {
      const key = `${name} < ${from}`;
      this.heard.set(key, (this.heard.get(key) ?? 0) + 1);
      this.users[name].do({ kind: 'rtp' });
    });
  }

  #carry(deliver: () => void): void {
    const ms = this.#network.next();
    if (ms !== undefined) this.agenda.after(ms, deliver);
  }
}
