/** RFC 4028 as a UE needs it: how long the session lives, who refreshes it, and what happens when nobody does. */
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipHeader, SipMessage, SipRequest } from '../../lab/wire/sip/message.ts';
import type { Clock } from '../kit/clock.ts';

export interface Agreed {
  readonly intervalS: number;
  readonly refresher: 'us' | 'them';
}

interface Asked {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** RFC 4028 4. */
export function sessionExpires(message: SipMessage): Asked | undefined {
  const [, digits, params = ''] = /^\s*(\d{1,9})\s*(;.*)?$/.exec(header(message, 'session-expires') ?? '') ?? [];
  const seconds = Number(digits);
  if (!(seconds > 0)) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(params)?.[1]?.toLowerCase();
  return { seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

/** RFC 4028 9; TS 24.379 6.2.3.1.1: where the request leaves it open, the UE that answers refreshes. */
export function agreeAsUas(
  request: SipRequest,
): { readonly agreed: Agreed; readonly headers: SipHeader[] } | undefined {
  const asked = sessionExpires(request);
  if (asked === undefined) return undefined;
  const supports = listValues(request, 'supported').some((tag) => tag.toLowerCase() === 'timer');
  const refresher = supports ? (asked.refresher ?? 'uas') : 'uas';
  const headers = [{ name: 'Session-Expires', value: `${asked.seconds};refresher=${refresher}` }];
  if (supports) headers.push({ name: 'Require', value: 'timer' });
  return { agreed: { intervalS: asked.seconds, refresher: refresher === 'uas' ? 'us' : 'them' }, headers };
}

/** RFC 4028 7.2: what the 2xx to our own request settles; without Session-Expires there is no limit. */
export function agreedAsUac(response: SipMessage): Agreed | undefined {
  const given = sessionExpires(response);
  return given && { intervalS: given.seconds, refresher: given.refresher === 'uac' ? 'us' : 'them' };
}

export interface SessionTimer {
  /** Starts anew: the session was begun or refreshed. Undefined: it has no limit. */
  agree(agreed: Agreed | undefined): void;
  stop(): void;
}

/** RFC 4028 10: the refresher acts at half the interval; who waits in vain hangs up a little before the end. */
export function sessionTimer(clock: Clock, act: { refresh(): void; expire(): void }): SessionTimer {
  let stop: (() => void)[] = [];
  const clear = () => {
    for (const cancel of stop) cancel();
    stop = [];
  };
  return {
    agree: (agreed) => {
      clear();
      if (agreed === undefined) return;
      const ms = Math.min(agreed.intervalS * 1000, 2 ** 31 - 1);
      stop.push(clock.after(ms - Math.min(32_000, ms / 3), act.expire));
      if (agreed.refresher === 'us') stop.push(clock.after(ms / 2, act.refresh));
    },
    stop: clear,
  };
}
