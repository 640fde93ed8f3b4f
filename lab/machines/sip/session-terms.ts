import { header, listValues } from '../../wire/sip/headers.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../../wire/sip/message.ts';
import { paramOf, parseParams } from '../../wire/sip/params.ts';

/**
 * RFC 4028: what two user agents agree on about the length of a session, in headers of INVITE or UPDATE and its 2xx.
 * `session-timer.ts` then watches over it.
 */
export interface SessionTerms {
  readonly intervalS: number;
  /** In the words of the transaction that agreed it: its sender is the uac. */
  readonly refresher: 'uac' | 'uas';
}

/** RFC 4028 5: no Min-SE may be below it. */
export const leastSessionS = 90;

/** RFC 4028 4: `1800;refresher=uac`; undefined where there is none or it cannot be read. */
export function sessionExpires(
  message: SipMessage,
): { readonly intervalS: number; readonly refresher: SessionTerms['refresher'] | undefined } | undefined {
  const [seconds = '', ...rest] = (header(message, 'session-expires') ?? '').split(';');
  const intervalS = deltaSeconds(seconds);
  if (intervalS === undefined || intervalS === 0) return undefined;
  const refresher = paramOf(parseParams(rest.join(';')), 'refresher')?.toLowerCase();
  return { intervalS, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

/** RFC 4028 7.1: header lines of a request that asks for a session timer. */
export function sessionRequestHeaders(intervalS: number, refresher?: SessionTerms['refresher']): SipHeader[] {
  const parameter = refresher === undefined ? '' : `;refresher=${refresher}`;
  return [
    { name: 'Supported', value: 'timer' },
    { name: 'Session-Expires', value: `${intervalS}${parameter}` },
  ];
}

export interface SessionWish {
  /** What is asked for where the peer does not ask. */
  readonly intervalS: number;
  /** Shorter sessions are refused with 422; at least 90 in RFC 4028. */
  readonly minS: number;
  /** Who refreshes where the peer leaves it open (RFC 4028 9, table 2). */
  readonly refresher: SessionTerms['refresher'];
}

export type SessionAnswer =
  | { readonly kind: 'agreed'; readonly terms: SessionTerms; readonly headers: readonly SipHeader[] }
  /** RFC 4028 6: 422 with these headers. */
  | { readonly kind: 'too-small'; readonly headers: readonly SipHeader[] };

/** RFC 4028 9: what the called side answers to an INVITE or UPDATE. */
export function answerSession(request: SipRequest, wish: SessionWish): SessionAnswer {
  const asked = sessionExpires(request);
  const supported = lists(request, 'supported') || lists(request, 'require');
  if (asked !== undefined && asked.intervalS < wish.minS) {
    // RFC 4028 9: 422 only where the caller can make something of it; else the interval is taken as it is.
    if (supported) return { kind: 'too-small', headers: [{ name: 'Min-SE', value: `${wish.minS}` }] };
  }
  const leastS = deltaSeconds(header(request, 'min-se')?.split(';')[0]) ?? 0;
  // RFC 4028 9: never longer than asked, never below Min-SE; free where nothing was asked.
  const intervalS =
    asked === undefined
      ? Math.max(wish.intervalS, leastS)
      : Math.max(Math.min(asked.intervalS, wish.intervalS), Math.min(leastS, asked.intervalS));
  // RFC 4028 9, table 2: the called side refreshes for a caller that does not know session timers.
  const refresher = supported ? (asked?.refresher ?? wish.refresher) : 'uas';
  const headers = [{ name: 'Session-Expires', value: `${intervalS};refresher=${refresher}` }];
  // RFC 4028 9: Require tells the caller that it has work to do; a caller without the extension could not obey it.
  if (supported) headers.push({ name: 'Require', value: 'timer' });
  return { kind: 'agreed', terms: { intervalS, refresher }, headers };
}

/** RFC 4028 7.2: what a 2xx to our request settles; undefined: the session has no limit. */
export function settledSession(response: SipResponse): SessionTerms | undefined {
  const given = sessionExpires(response);
  // RFC 4028 9 demands the refresher; where it lacks, the one who asked refreshes, so that somebody does.
  return given === undefined ? undefined : { intervalS: given.intervalS, refresher: given.refresher ?? 'uac' };
}

/** RFC 4028 7.4: the interval to ask for after a 422, which is at least its Min-SE; undefined: the 422 says nothing. */
export function intervalAfter422(response: SipResponse, askedS: number): number | undefined {
  const minS = response.status === 422 ? deltaSeconds(header(response, 'min-se')?.split(';')[0]) : undefined;
  return minS === undefined || minS <= askedS ? undefined : minS;
}

function lists(message: SipMessage, name: string): boolean {
  return listValues(message, name).some((option) => option.toLowerCase() === 'timer');
}

function deltaSeconds(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})\s*$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
