import {
  startUas2xx,
  type Uas2xxEffect,
  type Uas2xxEvent,
  type Uas2xxState,
  uas2xx,
} from '../../../lab/machines/sip/uas-2xx.ts';
import type { SipResponse } from '../../../lab/wire/sip/message.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { SipTimers } from '../config.ts';
import type { Log } from '../log.ts';
import { runMachine } from '../runner.ts';
import type { ServerTransaction } from './endpoint-api.ts';

export interface Answer {
  /** The ACK came (ACKs reach the endpoint's `onRequest` without a transaction: find the answer by the dialog). */
  acked(): void;
  readonly state: Uas2xxState['name'];
  /** No more repetitions and no more calls: the dialog is over. */
  stop(): void;
}

export interface AnswerOptions {
  readonly transaction: ServerTransaction;
  /** The 2xx. */
  readonly response: SipResponse;
  readonly timers: SipTimers;
  readonly log: Log;
  readonly onAcked?: () => void;
  /** No ACK for 64*T1: the dialog is confirmed, and the caller ends it with a BYE (RFC 3261 13.3.1.4). */
  readonly onGiveUp: () => void;
  readonly clock?: Clock;
}

/** Answers an INVITE with a 2xx as a user agent does: sent at once, and again until the ACK comes (RFC 3261 13.3.1.4). */
export function answerInvite(options: AnswerOptions): Answer {
  const { transaction, response, timers, log, clock = systemClock } = options;
  const running = runMachine<Uas2xxState, Uas2xxEvent, Uas2xxEffect>({
    machine: uas2xx,
    start: startUas2xx(response, timers),
    perform: (effect) => {
      if (effect.kind === 'send') transaction.respond(effect.message);
      else if (effect.kind === 'acknowledged') options.onAcked?.();
      else options.onGiveUp();
    },
    clock,
    log,
  });
  return {
    acked: () => running.dispatch({ kind: 'ack' }),
    get state() {
      return running.state.name;
    },
    stop: running.stop,
  };
}
