import {
  answerSession,
  type SessionAnswer,
  type SessionTerms,
  settledSession,
} from '../../../lab/machines/sip/session-terms.ts';
import {
  noSessionTimer,
  type SessionTimerEffect,
  type SessionTimerEvent,
  type SessionTimerState,
  sessionTimer,
} from '../../../lab/machines/sip/session-timer.ts';
import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Running, runMachine } from '../runner.ts';

/** The length of a session as agreed; undefined: it has no limit. */
export type Limit = { readonly intervalS: number; readonly weRefresh: boolean } | undefined;
export type SessionWatch = Running<SessionTimerState, SessionTimerEvent>;

/** A peer may say what it likes; no timer runs for longer than this. */
const longestS = 7 * 86_400;

/**
 * RFC 4028 9: the called side's answer, `refresher` being its wish where the request leaves it open. RFC 4028 5: no less than
 * 90 s, unless this side is configured to ask for less itself.
 */
export function answerLimit(
  request: SipRequest,
  configuredS: number,
  refresher: SessionTerms['refresher'],
): SessionAnswer {
  return answerSession(request, { intervalS: configuredS, minS: Math.min(90, configuredS), refresher });
}

/** What a 2xx of ours has agreed. */
export function limitOf(answer: Extract<SessionAnswer, { kind: 'agreed' }>): Limit {
  return { intervalS: Math.min(answer.terms.intervalS, longestS), weRefresh: answer.terms.refresher === 'uas' };
}

/** What a 2xx to our request has agreed. */
export function limitAsUac(response: SipResponse): Limit {
  const terms = settledSession(response);
  return terms && { intervalS: Math.min(terms.intervalS, longestS), weRefresh: terms.refresher === 'uac' };
}

/** The watch over one session: when to refresh it, and when to hang up because nobody did. */
export function watchSession(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  act: { refresh(): void; expire(): void },
): SessionWatch {
  return runMachine<SessionTimerState, SessionTimerEvent, SessionTimerEffect>({
    machine: sessionTimer,
    start: { state: noSessionTimer, effects: [] },
    perform: ({ kind }) => act[kind](),
    clock,
    log,
  });
}
