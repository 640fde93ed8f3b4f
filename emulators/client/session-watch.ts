import { answerSession, type SessionAnswer, settledSession } from '../../lab/machines/sip/session-terms.ts';
import {
  noSessionTimer,
  type SessionTimerEffect,
  type SessionTimerEvent,
  type SessionTimerState,
  sessionTimer,
} from '../../lab/machines/sip/session-timer.ts';
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { type Running, runMachine } from '../kit/runner.ts';
import type { ClientConfig } from './config.ts';
import type { UserAgent } from './user-agent.ts';

/** The length of a session as agreed; undefined: it has no limit. */
export type Limit = { readonly intervalS: number; readonly weRefresh: boolean } | undefined;

/** A peer may say what it likes; no timer runs for longer than this. */
const longestS = 7 * 86_400;

/** RFC 4028 9; TS 24.379 6.2.3.1.1: where the request leaves it open, the UE that answers refreshes. */
export function answerLimit(request: SipRequest, { sessionExpiresS }: ClientConfig): SessionAnswer {
  const minS = Math.min(90, sessionExpiresS);
  return answerSession(request, { intervalS: sessionExpiresS, minS, refresher: 'uas' });
}

export function limitOf(answer: Extract<SessionAnswer, { kind: 'agreed' }>): Limit {
  return { intervalS: Math.min(answer.terms.intervalS, longestS), weRefresh: answer.terms.refresher === 'uas' };
}

export function limitAsUac(response: SipResponse): Limit {
  const terms = settledSession(response);
  return terms && { intervalS: Math.min(terms.intervalS, longestS), weRefresh: terms.refresher === 'uac' };
}

/** The watch over one session: when to refresh it, and when to hang up because nobody did. */
export function watchSession(
  { clock, log }: UserAgent,
  act: { refresh(): void; expire(): void },
): Running<SessionTimerState, SessionTimerEvent> {
  return runMachine<SessionTimerState, SessionTimerEvent, SessionTimerEffect>({
    machine: sessionTimer,
    start: { state: noSessionTimer, effects: [] },
    perform: ({ kind }) => act[kind](),
    clock,
    log,
  });
}
