/**
 * What is remembered of dialogs with partners (RFC 3261 12), so that a request in the dialog finds its way through an
 * edge that hides both sides from each other: the ACK of a 2xx before all, which is a transaction of its own
 * (17.1.1.3).
 */

import { tagOf } from '../../lab/machines/sip/identity.ts';
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, listValues, withHeaders } from '../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { type Party, partyKey } from './party.ts';
import { claimsDialog, firstUri } from './uri.ts';

type Side = 'inside' | 'outside';

/** One end of the dialog as the other end must address it. */
interface End {
  /** Remote target: the Contact as that end wrote it. */
  readonly target: string;
  /** Route values towards it, nearest hop first. */
  readonly routes: readonly string[];
}

interface Dialog {
  readonly party: Party;
  readonly ends: Readonly<Record<Side, End>>;
  readonly expiresAtMs: number;
}

export interface FoundDialog {
  readonly party: Party;
  /** URI of the next hop. */
  readonly next: string;
  /** Request-URI and Routes as the far end wants them (RFC 3261 12.2.1.1). */
  restore(request: SipRequest): SipRequest;
}

/** Without a session timer a dialog that nobody speaks in is forgotten after this long. */
const defaultLifeMs = 6 * 3600_000;

/** RFC 3261 12.2, RFC 3311, RFC 6665: requests, and their 2xx, that move the remote target. */
const refreshing = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY']);
const creating = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

export class Dialogs {
  readonly #dialogs = new Map<string, Dialog>();
  readonly #max: number;
  readonly #now: () => number;

  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  get size(): number {
    return this.#dialogs.size;
  }

  /** False when no dialog more can be remembered: a new one is then refused rather than half known. */
  hasRoom(): boolean {
    if (this.#dialogs.size >= this.#max) this.#forgetExpired();
    return this.#dialogs.size < this.#max;
  }

  /** A request of that partner: another partner's dialog is none of its business. */
  findByPartner(party: string, request: SipRequest): FoundDialog | undefined {
    const dialog = this.#dialogs.get(keyOf(request, 'outside'));
    return dialog !== undefined && partyKey(dialog.party) === party ? found(dialog, 'inside') : undefined;
  }

  /** The server's requests name no party: Call-ID and tags tell it. */
  findByServer(request: SipRequest): FoundDialog | undefined {
    const dialog = this.#dialogs.get(keyOf(request, 'inside'));
    return dialog === undefined ? undefined : found(dialog, 'outside');
  }

  /**
   * A response has passed: 101 to 299 begin a dialog (12.1) or refresh its targets (12.2.1.2); 481 and the end of a BYE
   * end it. `request` and `response` as their senders wrote them, `from` the side that sent the request.
   */
  onResponse(party: Party, request: SipRequest, response: SipResponse, from: Side): void {
    const key = keyOf(request, from, response);
    const known = this.#dialogs.get(key);
    if (known !== undefined && partyKey(known.party) !== partyKey(party)) return;
    if (ends(request, response.status)) {
      this.#dialogs.delete(key);
    } else if (response.status > 100 && response.status < 300) {
      if (known !== undefined) this.#dialogs.set(key, refreshed(known, request, response, from, this.#now()));
      else if (creating.has(request.method) && !claimsDialog(request)) this.#add(key, party, request, response, from);
    }
  }

  /** BYE without an answer: RFC 3261 15.1.1 counts that as the end, too. */
  onNoResponse(request: SipRequest, from: Side): void {
    if (request.method === 'BYE') this.#dialogs.delete(keyOf(request, from));
  }

  #add(key: string, party: Party, request: SipRequest, response: SipResponse, from: Side): void {
    const [caller, callee] = [tagOf(request, 'from'), tagOf(response, 'to')];
    const [callerTarget, calleeTarget] = [firstUri(request, 'contact'), firstUri(response, 'contact')];
    if (!caller || !callee || !callerTarget || !calleeTarget || !this.hasRoom()) return;
    const callerEnd: End = { target: callerTarget, routes: listValues(request, 'record-route') };
    // RFC 3261 12.1.2: for the caller the Record-Routes of the response, reversed.
    const calleeEnd: End = { target: calleeTarget, routes: listValues(response, 'record-route').reverse() };
    const inside = from === 'inside';
    this.#dialogs.set(key, {
      party,
      ends: inside ? { inside: callerEnd, outside: calleeEnd } : { inside: calleeEnd, outside: callerEnd },
      expiresAtMs: this.#now() + lifeMs(response),
    });
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const [key, { expiresAtMs }] of this.#dialogs) if (expiresAtMs <= now) this.#dialogs.delete(key);
  }
}

function ends(request: SipRequest, status: number): boolean {
  // RFC 3261 12.2.1.2; and an early dialog ends with a final response other than 2xx (12.3).
  if (status === 481 || (status >= 300 && creating.has(request.method) && !claimsDialog(request))) return true;
  // RFC 3261 15.1.1: 401 and 407 ask for the BYE again, every other final response ends the dialog.
  return request.method === 'BYE' && status >= 200 && status !== 401 && status !== 407;
}

function found(dialog: Dialog, far: Side): FoundDialog {
  const { target, routes } = dialog.ends[far];
  const first = routes[0] === undefined ? undefined : parseNameAddr(routes[0])?.uri;
  return {
    party: dialog.party,
    next: first ?? target,
    restore: (request) => {
      const moved = { ...request, uri: target };
      return routes.length === 0 ? moved : withHeaders(moved, 'Route', routes);
    },
  };
}

function refreshed(dialog: Dialog, request: SipRequest, response: SipResponse, from: Side, now: number): Dialog {
  if (!refreshing.has(request.method)) return dialog;
  const to: Side = from === 'inside' ? 'outside' : 'inside';
  const end = (side: Side, message: SipMessage): End => ({
    ...dialog.ends[side],
    target: firstUri(message, 'contact') ?? dialog.ends[side].target,
  });
  const ends = { ...dialog.ends, [from]: end(from, request), [to]: end(to, response) };
  return { ...dialog, ends, expiresAtMs: now + lifeMs(response) };
}

/** RFC 4028 10: a session that is not refreshed in its interval is over; half of it again for late ends. */
function lifeMs(response: SipResponse): number {
  const seconds = Number.parseInt(header(response, 'session-expires') ?? header(response, 'expires') ?? '', 10);
  return Number.isInteger(seconds) && seconds > 0 ? seconds * 1500 : defaultLifeMs;
}

/** Call-ID and the tags by side; of a request that begins a dialog the response tells the second tag. */
function keyOf(request: SipRequest, from: Side, response?: SipResponse): string {
  const near = tagOf(request, 'from') ?? '';
  const far = tagOf(response ?? request, 'to') ?? '';
  const [inside, outside] = from === 'inside' ? [near, far] : [far, near];
  return JSON.stringify([header(request, 'call-id') ?? '', inside, outside]);
}
