import type { SipHeader, SipRequest, SipResponse } from '../../wire/sip/message.ts';
import type { Machine, Step } from '../step.ts';
import { newRequest } from './request.ts';
import { makeResponse } from './response.ts';
import type { SipTimerValues } from './timers.ts';

/** What the tests of the machines speak about. */
export const timers: SipTimerValues = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

export function request(method: string, headers: readonly SipHeader[] = []): SipRequest {
  const plain = newRequest({
    method,
    uri: 'sip:pf@a.mcx.test',
    from: '<sip:a-ue-1@a.mcx.test>;tag=caller',
    to: '<sip:pf@a.mcx.test>',
    callId: 'call-1',
    cseq: 7,
    headers,
  });
  const via = { name: 'Via', value: 'SIP/2.0/UDP 192.168.10.11:5060;rport;branch=z9hG4bK1' };
  return { ...plain, headers: [via, ...plain.headers] };
}

export function response(to: SipRequest, status: number, toTag = 'callee'): SipResponse {
  return makeResponse(to, status, { toTag });
}

type Kinded = { readonly kind: string; readonly timer?: string; readonly delayMs?: number };

/** An effect in a word: `send`, `start-timer A 500`, `deliver`. */
export function words(effects: readonly Kinded[]): string[] {
  return effects.map(({ kind, timer, delayMs }) =>
    [kind, timer, delayMs].filter((word) => word !== undefined).join(' '),
  );
}

export interface Trace {
  readonly atMs: number;
  readonly what: string;
}

/**
 * Runs a machine in simulated time: `inputs` come when they are due, timers fire as their effects ask. Ends when nothing
 * is left to wait for.
 */
export function simulate<S extends { readonly name: string }, E extends { readonly kind: string }, F extends Kinded>(
  machine: Machine<S, E, F>,
  start: Step<S, F>,
  inputs: readonly { readonly atMs: number; readonly event: E }[] = [],
): { readonly trace: Trace[]; readonly state: S; readonly endMs: number } {
  const running = new Map<string, number>();
  const trace: Trace[] = [];
  const queue = [...inputs].sort((a, b) => a.atMs - b.atMs);
  let { state } = start;
  let nowMs = 0;
  const perform = (effects: readonly F[]) => {
    for (const effect of effects) {
      if (effect.kind === 'start-timer') running.set(effect.timer ?? '', nowMs + (effect.delayMs ?? 0));
      else if (effect.kind === 'stop-timer') running.delete(effect.timer ?? '');
      else trace.push({ atMs: nowMs, what: effect.kind });
      if (effect.kind === 'terminated') running.clear();
    }
  };
  perform(start.effects);
  for (;;) {
    const due = [...running].sort((a, b) => a[1] - b[1])[0];
    const input = queue[0];
    if (due === undefined && input === undefined) return { trace, state, endMs: nowMs };
    let event: E;
    if (input !== undefined && (due === undefined || input.atMs <= due[1])) {
      queue.shift();
      nowMs = Math.max(nowMs, input.atMs);
      event = input.event;
    } else {
      const [timer, atMs] = due ?? ['', nowMs];
      running.delete(timer);
      nowMs = atMs;
      // A machine that starts a timer takes the event of that timer.
      event = { kind: 'timer', timer } as unknown as E;
    }
    const step = machine(state, event, nowMs);
    state = step.state;
    perform(step.effects);
  }
}

/** When `what` happened. */
export function times(trace: readonly Trace[], what: string): number[] {
  return trace.filter((entry) => entry.what === what).map(({ atMs }) => atMs);
}
