import { header, listValues } from '../../../lab/wire/sip/headers.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import type { Refusal } from '../warnings.ts';

/** RFC 4028: how long a session lives unless it is refreshed, and who refreshes it. */
export interface SessionTimer {
  readonly intervalS: number;
  readonly refresher: 'us' | 'them';
}

interface SessionExpires {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** RFC 4028 4: undefined where the header is absent or says nothing that can be read. */
export function sessionExpires(message: SipMessage): SessionExpires | undefined {
  const [, seconds, params = ''] = /^\s*(\d{1,9})\s*(;.*)?$/.exec(header(message, 'session-expires') ?? '') ?? [];
  if (seconds === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(params)?.[1]?.toLowerCase();
  return { seconds: Number(seconds), refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

/** RFC 4028 5: no less than 90 s, unless this server is configured to ask for less itself. */
export function minimumS(configuredS: number): number {
  return Math.min(90, configuredS);
}

export type AnsweredTimer =
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: true; readonly timer: SessionTimer; readonly headers: readonly SipHeader[] };

/** RFC 4028 9: what a 2xx says to an INVITE or UPDATE; `wish` is the refresher where the request leaves it open. */
export function answerTimer(request: SipRequest, wish: 'uac' | 'uas', configuredS: number): AnsweredTimer {
  const asked = sessionExpires(request);
  const least = minimumS(configuredS);
  if (asked !== undefined && asked.seconds < least) {
    return { ok: false, refusal: { status: 422, headers: [{ name: 'Min-SE', value: String(least) }] } };
  }
  const minSe = Number(/^\s*(\d{1,9})/.exec(header(request, 'min-se') ?? '')?.[1] ?? least);
  const intervalS = Math.max(Math.min(asked?.seconds ?? configuredS, configuredS), minSe);
  const supported = listValues(request, 'supported').some((tag) => tag.toLowerCase() === 'timer');
  // Table 2: who does not support the extension is never the refresher.
  const refresher = supported ? (asked?.refresher ?? wish) : 'uas';
  return {
    ok: true,
    timer: { intervalS, refresher: refresher === 'uas' ? 'us' : 'them' },
    headers: [
      { name: 'Session-Expires', value: `${intervalS};refresher=${refresher}` },
      ...(refresher === 'uac' ? [{ name: 'Require', value: 'timer' }] : []),
    ],
  };
}

/** RFC 4028 7.2: what the 2xx to our request settles; without Session-Expires the session has no limit. */
export function settledTimer(response: SipResponse): SessionTimer | undefined {
  const given = sessionExpires(response);
  if (given === undefined) return undefined;
  return { intervalS: given.seconds, refresher: given.refresher === 'uac' ? 'us' : 'them' };
}

/** RFC 4028 10: the refresher acts at half the interval; the other side hangs up a little before the end. */
export function dueMs(timer: SessionTimer): number {
  const ms = timer.intervalS * 1000;
  return timer.refresher === 'us' ? ms / 2 : ms - Math.min(32_000, ms / 3);
}
